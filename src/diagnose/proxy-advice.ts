import { safeText } from '../base/excerpt.js';
import { type Evidence, hasCode, NO_TUNNEL, SOCKS, says } from './evidence.js';
import type { Finding, Findings } from './finding.js';
import { authority } from './place.js';
import { spokeToPlainPort } from './tls-advice.js';
import { commands, request, why } from './wording.js';

const WITHOUT_PROXY = 'If this host needs no proxy: `proxy: false` and no such agent, or name the host in NO_PROXY.';
const WHICH =
  'See which proxy is set, and that it is the right one: the `proxy` or the agent of the request or instance, else env | grep -i _proxy (HTTP_PROXY, HTTPS_PROXY, NO_PROXY)';
const HOW =
  'Write it as http://host:port, with https:// only if TLS is spoken to the proxy itself; for SOCKS, give an agent (socks-proxy-agent) and `proxy: false`.';

function proxy(e: Evidence): Finding {
  if (e.proxyFlaw) {
    return {
      transient: false,
      summary: `${request(e)} cannot go by the proxy that is set: ${safeText(e.proxyFlaw)}.`,
      advice: [HOW, WHICH, WITHOUT_PROXY],
    };
  }
  const status = e.status === 407 ? 407 : e.proxyStatus;
  if (status === 407) return credentialsRefused(e);
  if (status) return refused(e, status);
  return {
    transient: !isPermanent(e),
    summary: `${nameOf(e)}, by which ${request(e)} was to go, cannot be used${
      says(e, NO_TUNNEL) ? ' (no tunnel stood within the time limit, ETIMEOUT)' : why(e)
    }.`,
    advice: [misnamed(e), WHICH, tryIt(e), WITHOUT_PROXY],
  };
}

function credentialsRefused(e: Evidence): Finding {
  return {
    transient: false,
    summary: `${nameOf(e)} ${
      e.proxy?.hasCredentials ? 'does not accept the user and password that it was given' : 'wants to know who asks'
    }: it answered 407 to ${request(e)}.`,
    advice: [
      e.proxy?.hasCredentials
        ? 'See that user and password are right, and percent-encoded if they stand in HTTP_PROXY or HTTPS_PROXY; and that it takes them as they are (Basic): its Proxy-Authenticate says what it wants.'
        : 'Give its user and password: `proxy: { host, port, auth: { username, password } }`, or percent-encoded in HTTP_PROXY and HTTPS_PROXY, or in the URL of its agent.',
      WITHOUT_PROXY,
    ],
  };
}

const refused = (e: Evidence, status: number): Finding => ({
  transient: status < 500 ? [408, 425, 429].includes(status) : ![501, 505, 511].includes(status),
  summary: `${nameOf(e)} made no tunnel for ${request(e)}: it answered ${status} to CONNECT.`,
  advice: [
    status < 500
      ? 'Ask whoever runs the proxy whether it lets this host and port through; some allow port 443 only.'
      : 'The proxy could not reach the server: look whether the server is up, and can be reached from where the proxy is.',
    `See what it says: ${through(e)}`,
    WITHOUT_PROXY,
  ],
});

const nameOf = ({ proxy }: Evidence): string => (proxy ? `The proxy ${authority(proxy)}` : 'The proxy');

/** Nothing of this passes by itself: a name or a URL that is wrong, TLS that does not fit, SOCKS that does not let us in. */
const isPermanent = (e: Evidence): boolean =>
  hasCode(e, /^(ENOTFOUND|EAI_NONAME|ERR_PROXY_UNUSABLE)$/) ||
  isSocksToAxios(e) ||
  e.kind === 'tls' ||
  (e.kind === 'other' && says(e, SOCKS));

/** axios speaks HTTP to it all the same, if it is to make a tunnel. */
const isSocksToAxios = ({ proxy, byAgent }: Evidence): boolean => !byAgent && /^socks/.test(proxy?.scheme ?? '');

function misnamed(e: Evidence): string | false {
  if (hasCode(e, /^ERR_PROXY_UNUSABLE$/) || isSocksToAxios(e)) return HOW;
  if (spokeToPlainPort(e))
    return 'It does not answer in TLS: make its URL, or the `protocol` of `proxy`, http, even for https targets.';
  return e.kind === 'tls' && `See how it speaks TLS, and its certificate: ${commands(e, e.proxy).tls}`;
}

function tryIt(e: Evidence): string {
  if (!e.proxy) return `See whether it is there, and whether it works: ${through(e)}`;
  const { isName, resolve, connect } = commands(e, e.proxy);
  return `See whether it is there: ${isName ? `${resolve}, ` : ''}${connect}, and whether it works: ${through(e)}`;
}

/** Where the address of the proxy is not known, that of the target does not stand for it. */
const through = (e: Evidence): string =>
  `curl -v -x ${e.proxy ? commands(e, e.proxy).origin : 'PROXY'} ${commands(e).origin}`;

export const PROXY_FINDINGS = { proxy } satisfies Partial<Findings>;
