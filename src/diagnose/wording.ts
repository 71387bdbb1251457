import { safeText, safeUrl, withoutQuotes } from '../base/excerpt.js';
import type { Evidence } from './evidence.js';
import { authority, type Endpoint, originAt, type Place } from './place.js';

/** Host and port that a failure is about, or what stands for them in a sentence. */
export function where(evidence: Evidence, place: Endpoint | undefined = evidence.target ?? endIn(evidence)): string {
  if (evidence.socketPath) return safeText(evidence.socketPath);
  return place ? safeText(authority(place)) : 'the server';
}

/** The host and port that the innermost error names, of those that name one. */
function endIn({ links }: Evidence): Endpoint | undefined {
  const link = links.findLast(({ address, hostname }) => address || hostname);
  return link && { host: link.hostname || link.address, port: link.port || undefined };
}

/** The request in a sentence: `GET https://api.example.com/users`. */
export const request = (evidence: Evidence): string =>
  evidence.url ? `${evidence.method || 'GET'} ${evidence.url}` : 'the request';

/** What the innermost errors say, in brackets. Of several addresses that were tried, each. */
export function why({ links }: Evidence): string {
  const said = links.filter(({ message }) => message);
  const system = said.filter(({ syscall }) => syscall);
  const messages = system.length ? system : said.slice(-1);
  const texts = new Set(messages.map(({ message, code, name }) => reason(message, code, name)));
  return texts.size ? ` (${[...texts].slice(0, 4).join('; ')})` : '';
}

function reason(message: string, code: string, name: string): string {
  // OpenSSL: `<thread>:error:<number>:SSL routines:<function>:<reason>:<file>:<line>:`
  const openssl = /:SSL routines:[^:]*:([^:]+):/.exec(message)?.[1];
  // A parser's message shows what it stumbled on, which is the body.
  const text = openssl ?? (name === 'SyntaxError' ? name : withoutQuotes(message));
  const said = safeText(text).replace(/ - Local \(.*\)$|[\s:;,.]+$/, '');
  // axios's own codes for an answer say less than its message.
  return !code || code.startsWith('ERR_BAD_') || said.includes(code) ? said : `${said}, ${safeText(code)}`;
}

/** The URL that could not be parsed, as it was given. */
export function givenUrl({ links }: Evidence): string | undefined {
  const input = links.findLast((link) => link.input)?.input;
  return input && `"${safeUrl(input)}"`;
}

/** By which proxy a request went, for certain. */
export const byProxy = ({ proxied, proxy }: Evidence): string =>
  proxied && proxy ? `, by the proxy ${authority(proxy)},` : '';

/** A proxy that may have done what the server is blamed for. */
export const onTheWay = ({ proxied, proxy }: Evidence): string | false | undefined =>
  proxied && proxy && `The proxy ${authority(proxy)}, on the way, may have done that itself: look there, too.`;

/** Milliseconds as people say them. */
export function time(ms: number): string {
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${Math.round(ms / 100) / 10} s`;
}

/** What the server asked to wait, if it did. */
export const askedWait = ({ retryAfterMs }: Evidence): string | undefined =>
  retryAfterMs ? `for ${time(retryAfterMs)}` : undefined;

/** Shell commands to look further with, host and port filled in where they are known, or the path of a socket. */
export function commands(evidence: Evidence, place: Place | undefined = evidence.target) {
  const end = endIn(evidence);
  const host = harmless(place?.host ?? end?.host, 'HOST');
  const port = place?.port ?? end?.port;
  const isName = /[a-z]/i.test(host) && !host.includes(':');
  const origin = originAt({ scheme: place?.scheme ?? 'https', host, port });
  const { redirectedFrom } = evidence;
  const socket = place === evidence.target && evidence.socketPath && harmless(evidence.socketPath, 'PATH');
  const first = redirectedFrom && originAt({ ...redirectedFrom, host: harmless(redirectedFrom.host, 'HOST') });
  const start = socket && !place ? 'http://localhost' : (first ?? origin);
  const tls = socket ? `-unix ${socket}` : `-connect ${authority({ host, port: port ?? 443 })}`;
  return {
    host,
    port: port ?? 'PORT',
    origin,
    /** It has to be looked up: it is not an address. */
    isName,
    resolve: `getent hosts ${host}`,
    connect: socket ? `ls -l ${socket}` : `nc -vz ${host} ${port ?? 'PORT'}`,
    tls: `openssl s_client ${tls}${isName ? ` -servername ${host}` : ''}`,
    curl: `curl ${first ? '-vL' : '-v'}${socket ? ` --unix-socket ${socket}` : ''} ${start}${harmless(pathOf(evidence.url), '/')}`,
  };
}

const pathOf = (url: string): string => url.replace(/^[a-z][a-z\d+.-]*:\/\/[^/]*/i, '').replace(/\?.*$/s, '');

/** Commands are copied into shells: nothing a shell would take for its own goes into them. */
const harmless = (text: string | undefined, otherwise: string): string =>
  text && /^[\w/:][\w.:/%~-]{0,255}$/.test(text) ? text : otherwise;
