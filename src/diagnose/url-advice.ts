import { type Evidence, hasCode, NOT_REDIRECTED, says } from './evidence.js';
import type { Finding, Findings } from './finding.js';
import { commands, givenUrl, request, why } from './wording.js';

function badUrl(e: Evidence): Finding {
  const url = givenUrl(e);
  if (hasCode(e, NOT_REDIRECTED) || says(e, /^URL scheme must be|^cross origin not/)) {
    return {
      transient: false,
      summary: `${request(e)} was redirected to ${url ?? 'a URL'}, which cannot be requested: ${flaw(e)}.`,
      advice: ['The server sent it as Location: have that mended there.', `See it: ${commands(e).curl}`],
    };
  }
  const [, agent] = says(e, EXPECTED) ? e.links.flatMap(({ message }) => EXPECTED.exec(message) ?? []) : [];
  if (agent) {
    return {
      transient: false,
      summary: `${request(e)} cannot be sent: its agent, or its transport, is one for ${agent} URLs${why(e)}.`,
      advice: [
        'Give an https.Agent as `httpsAgent`, and an http.Agent as `httpAgent`.',
        'If there was a redirect from one to the other, see that both are given.',
      ],
    };
  }
  return {
    transient: false,
    summary: `The URL ${url ?? (e.url || 'of the request')} cannot be requested: ${flaw(e)}.`,
    advice: [
      // fetch does not tell of a redirect.
      says(e, BAD_PORT) && `See whether a redirect leads to such a port: ${commands(e).curl}`,
      /undefined|null|NaN|object Object/.test(url ?? '') &&
        'A variable in it was not set: look at where it is put together.',
      'Give the whole URL, with http:// or https://, or a `baseURL`; outside a browser a path alone leads nowhere.',
      'Log the URL just before the call, and look at the environment variable or setting that its host comes from.',
    ],
  };
}

/** As Node says that an agent does not fit. */
const EXPECTED = /^Protocol "[a-z]+:" not supported\. Expected "(https?):"/;

const BAD_PORT = /^bad port$/;

function flaw(e: Evidence): string {
  if (says(e, /^cross origin not/)) return 'fetch follows none with a user and password in it';
  if (says(e, /includes credentials/)) return 'fetch takes no user and password in a URL; give `auth` instead';
  if (says(e, BAD_PORT)) return 'fetch refuses to call this port, or that of a redirect';
  if (says(e, /missing "\/\/"/)) return 'there is no // after its scheme';
  // Of a URL without a host, nothing is known to be fit to be shown.
  if (!e.url && says(e, /^Unsupported protocol (?!(file|data|blob|about):)|^unknown scheme/)) {
    return 'its protocol is not supported: without http:// before it, the name of a host is read as one';
  }
  if (says(e, /protocol|scheme|^not implemented/i)) return 'its protocol is not supported';
  if (says(e, /unescaped/)) return 'its path has characters that must be escaped (encodeURIComponent)';
  if (says(e, /^failed to fetch the data URL|^invalid method$/)) return 'fetch finds no data under it';
  return 'it cannot be parsed (Invalid URL)';
}

export const URL_FINDINGS = { 'bad-url': badUrl } satisfies Partial<Findings>;
