import type { InternalAxiosRequestConfig } from 'axios';
import { causesOf } from '../base/causes.js';
import { wallClock } from '../base/clock.js';
import { OWN_CODES } from '../base/errors.js';
import { safeText } from '../base/excerpt.js';
import { classify, type FailureKind, responseOf } from '../base/failure.js';
import { hasBroken, isUnwritten } from '../base/node-request.js';
import { isObject } from '../base/object.js';
import { originOf, redactedUrl } from '../base/url.js';
import { reportOf } from '../observe/reports.js';
import { retryAfterMs } from '../retry/retry-after.js';
import { exchangeOf, socketLimitOf } from './exchange.js';
import { type Link, linkOf } from './link.js';
import { originAt, type Place, placeAt } from './place.js';
import { asksForProxies, type ProxyPlace, proxyFlaw, proxyFor, proxyOf } from './proxy.js';
import { figure, number, read, text, tried } from './reading.js';

/** What can be read from a failure. */
export interface Evidence {
  /** Outermost first. */
  readonly links: readonly Link[];
  readonly kind: FailureKind;
  /** Fields of this package's own errors. A copy that went through JSON has the code, but no figures. */
  readonly own: {
    readonly code: string;
    readonly scope: string;
    readonly retryInMs: number | undefined;
    readonly deadline: number | undefined;
  };
  /** Upper case; empty if unknown. */
  readonly method: string;
  /** For people to read; empty if unknown. */
  readonly url: string;
  /** Where it went last. */
  readonly target: Place | undefined;
  /** The path of the Unix socket that it was sent to, in the place of a host. */
  readonly socketPath: string | undefined;
  /** It was not sent to the `socketPath` that it has. */
  readonly missesSocket: boolean;
  /** Where it was sent at first, if a redirect led it to another place. */
  readonly redirectedFrom: Place | undefined;
  readonly proxy: ProxyPlace | undefined;
  /** The request went through `proxy` for certain. */
  readonly proxied: boolean;
  /** If it went through a proxy, then by an agent of the caller's. */
  readonly byAgent: boolean;
  /** Why axios cannot use the proxy that is set. */
  readonly proxyFlaw: string | undefined;
  /** Nothing but the proxy was spoken to: no tunnel stood. */
  readonly noTunnel: boolean;
  /** What the proxy itself answered to CONNECT; 0 if it is not known to have answered. */
  readonly proxyStatus: number;
  readonly status: number;
  /** A redirect that does not say where to. */
  readonly leadsNowhere: boolean;
  /** Milliseconds the server asked to wait. */
  readonly retryAfterMs: number | undefined;
  /** Why the call did not wait for so long; undefined if it did. */
  readonly ended: string | undefined;
  /** How far the request came, where Node tells. */
  readonly reached: 'queued' | 'connecting' | 'sent' | 'answered' | undefined;
  /** Nothing is missing of the answer. */
  readonly isWhole: boolean;
  readonly reusedSocket: boolean;
  /** Or else the headers of its answer broke off: through fetch, both look the same. */
  readonly mayBeReused: boolean;
  /** The answer began, and then nothing came any more until axios's `timeout`. */
  readonly stalled: boolean;
  /** Connections that the agent of the request lets stand at once; `Infinity` if there is no such limit. */
  readonly socketLimit: number;
  /** The stream to be sent as the body failed by itself. */
  readonly brokeOff: boolean;
  /** A server that speaks TLS only said so, in plain HTTP. */
  readonly wantsTls: boolean;
  /** What this package's own error was caused by. */
  readonly cause: unknown;
  /** Other calls failed in the same AggregateError: each has a host and words of its own. */
  readonly hasOthers: boolean;
}

/** Whether any link of the chain has such a code, or such a message. */
export const hasCode = ({ links }: Evidence, pattern: RegExp): boolean => links.some(({ code }) => pattern.test(code));
export const says = ({ links }: Evidence, pattern: RegExp): boolean =>
  links.some(({ message }) => pattern.test(message));

export const isGarbled = ({ links }: Evidence): boolean => links.some(({ garbled }) => garbled);

/** Of TLS, whose two sides do not agree; or they did, and bytes came that were damaged on the way: then it is a `read`. */
export const OF_TLS = /^(EPROTO$|ERR_SSL_|ERR_TLS_)/;

/** As the client of SOCKS proxies says that one will not have us. */
export const SOCKS = /^(Received invalid )?Socks[45] /i;

/** As agent-base, which the agents of proxies are made of, says that no connection through one stood in time. */
export const NO_TUNNEL = /^A "socket" was not created for HTTP request/;

/** As undici, Node's own agent and `tunnel` say what a proxy answered to CONNECT. */
const CONNECT_STATUS = /(?:Proxy response \(?|establish tunnel .*: HTTP\/\d\.\d |statusCode=)(\d{3})\b/;

/** As hpagent does, of a request that got no connection: anybody may say so. */
const BAD_RESPONSE = /^Bad response: (\d{3})$/;

/** As follow-redirects says of a redirect that it began to follow. */
export const NOT_REDIRECTED = /^ERR_FR_REDIRECTION_FAILURE$/;

/** A body in another compression than it says: gzip, Brotli, Zstandard. */
export const UNDECODABLE = /^(Z_DATA_ERROR$|ERR__ERROR_|ZSTD_error_)/;

/** Of a Unix socket, or of what Windows has in its place. */
const PATH = /^(\/|\\\\)/;

export const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

const PLAIN_TO_TLS = /plain HTTP request was sent to HTTPS|HTTP request to an HTTPS server|plain HTTP to an SSL/i;

/** Reads a failure. A property that throws when it is read counts as absent. `outer` is the error of ours that it caused. */
export function evidenceOf(error: unknown, outer?: Evidence): Evidence {
  const all: unknown[] = typeof error === 'string' ? [error] : tried(() => causesOf(error), [error]);
  const call = all.find(isOfCall);
  const chain = call ? tried(() => chainThrough(all, call), all) : all;
  const links = chain.map(linkOf);
  const subject = call ?? chain.at(-1) ?? error;
  const own = chain.find((link) => OWN_CODES.has(read(link, 'code')));
  const given = (read(call, 'config') ?? {}) as InternalAxiosRequestConfig;
  const node = exchangeOf(call);
  const missesSocket =
    text(given, 'socketPath') !== '' && !node.isNode && tried(() => leavesSocket(given, links), false);
  const config = missesSocket ? tried(() => ({ ...given, socketPath: null }), given) : given;
  const response = tried(() => responseOf(call), undefined);
  const status = number(response, 'status') || number(subject, 'status');
  const first = placeOf(config);
  const target = first ? (placeAt(latestHopOf(call)) ?? first) : call || !outer ? undefined : placeAt(outer.own.scope);
  const socketPath = text(config, 'socketPath') || links.findLast(({ address }) => PATH.test(address))?.address;
  // axios takes no proxy to a socket.
  const set = socketPath ? undefined : tried(() => proxyFor(config.proxy, target), undefined);
  const ofAgent = tried(() => proxyOf(node.agent), undefined);
  const proxied =
    node.isNode &&
    (ofAgent !== undefined || (set !== undefined && (isObject(read(config, 'proxy')) || node.isAbsolute)));
  const leadsToProxies = ofAgent !== undefined || asksForProxies(node.agent);
  const unwritten = tried(() => isUnwritten(call), false);
  const report = tried(() => reportOf(call), undefined);
  const last = report?.attempts.at(-1);
  return {
    links,
    kind: tried(() => classify(subject), 'other'),
    own: {
      code: text(own, 'code'),
      scope: safeText(text(own, 'scope')),
      // JSON has no Infinity.
      retryInMs: read(own, 'retryInMs') === null ? Infinity : figure(own, 'retryInMs'),
      deadline: figure(own, 'deadline'),
    },
    method: safeText(text(config, 'method')).toUpperCase(),
    url: first || read(config, 'socketPath') ? safeText(tried(() => redactedUrl(config), '')) : '',
    target,
    socketPath,
    missesSocket: missesSocket && !socketPath,
    redirectedFrom: first && target && originAt(first) !== originAt(target) ? first : undefined,
    proxy: set ?? ofAgent,
    proxied,
    byAgent: !set && leadsToProxies,
    proxyFlaw: tried(() => proxyFlaw(config.proxy, target, links), undefined),
    noTunnel: leadsToProxies ? unwritten && !node.isSecured : proxied && target?.scheme === 'https' && !node.hasSocket,
    proxyStatus: unwritten && status ? status : connectStatusIn(links, unwritten),
    status,
    leadsNowhere: REDIRECTS.has(status) && !locationIn(read(response, 'headers')),
    retryAfterMs:
      last?.retryAfterMs ?? tried(() => retryAfterMs(read(response, 'headers'), status, wallClock()), undefined),
    ended: !outer && last?.retryAfterMs !== undefined && last.delayMs === undefined ? report?.ended : undefined,
    reached: status ? 'answered' : node.reached,
    isWhole: node.isWhole,
    reusedSocket: node.reusedSocket,
    mayBeReused: chain.some(hadRead),
    socketLimit: socketLimitOf(isObject(read(call, 'request')) ? node.agent : agentIn(config, target)),
    stalled: node.stalled && links.some(({ message }) => message === 'stream has been aborted'),
    brokeOff:
      typeof read(config, 'adapter') !== 'function' && tried(() => hasBroken(read(config, 'data'), subject), false),
    wantsTls: status === 400 && PLAIN_TO_TLS.test(text(response, 'data')),
    cause: read(own, 'cause'),
    hasOthers: all.some((link) => isOfCall(link) && !chain.includes(link)),
  };
}

/** What led to this call, and what it was caused by: nothing of other calls, which `Promise.any` puts beside it. */
function chainThrough(all: readonly unknown[], call: unknown): unknown[] {
  const own: unknown[] = causesOf(call);
  return all.filter((link) => own.includes(link) || causesOf(link).includes(call as object));
}

function connectStatusIn(links: readonly Link[], unwritten: boolean): number {
  const told = ({ message }: Link) => CONNECT_STATUS.exec(message) ?? (unwritten && BAD_RESPONSE.exec(message));
  return Number(links.map((link) => (told(link) || [])[1]).find(Boolean) ?? 0);
}

/** An error of axios's, or of this package's: it knows its request. */
const isOfCall = (link: unknown): boolean =>
  read(link, 'isAxiosError') === true || isObject(read(link, 'config')) || isObject(read(link, 'response'));

/** undici tells of a lost socket that something had been read from it: another answer, or the beginning of this one. */
const hadRead = (link: unknown): boolean =>
  text(link, 'code') === 'UND_ERR_SOCKET' && number(read(link, 'socket'), 'bytesRead') > 0;

/** fetch does not look at `socketPath`, nor does an adapter that went to another place. */
const leavesSocket = (config: InternalAxiosRequestConfig, links: readonly Link[]): boolean =>
  [read(config, 'adapter')].flat()[0] === 'fetch' || links.some(({ address, port }) => address && port);

function placeOf(config: InternalAxiosRequestConfig): Place | undefined {
  if (read(config, 'socketPath') || (!read(config, 'url') && !read(config, 'baseURL'))) return undefined;
  return placeAt(tried(() => originOf(config), ''));
}

/** follow-redirects keeps the URL on its request and, once that is answered, on the answer; a browser on its XMLHttpRequest. */
function latestHopOf(call: unknown): string {
  const request = read(call, 'request');
  return text(request, '_currentUrl') || text(read(request, 'res'), 'responseUrl') || text(request, 'responseURL');
}

const agentIn = (config: InternalAxiosRequestConfig, target: Place | undefined): unknown =>
  read(config, target?.scheme === 'https' ? 'httpsAgent' : 'httpAgent');

const locationIn = (headers: unknown): string => text(headers, 'location') || text(headers, 'Location');
