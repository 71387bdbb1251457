import { safeText } from '../base/excerpt.js';
import { isObject } from '../base/object.js';
import { bypassOf } from './no-proxy.js';
import { bare, type Endpoint, isLoopback, originAt, type Place, placeAt, portOr } from './place.js';
import { read, text } from './reading.js';

/** What the environment says of proxies to one target. */
export interface EnvironmentProxy {
  /** The variable that names the proxy. */
  readonly variable: string;
  /** As axios reads it: with a scheme. Holds secrets. */
  readonly url: string;
  /** The entry of NO_PROXY by which it is not used. */
  readonly bypass: string | undefined;
}

/** Where a proxy is. */
export interface ProxyPlace extends Place {
  /** A user or a password is given for it. */
  readonly hasCredentials: boolean;
}

/** The proxy that axios would take to `target`: the one configured, or else the environment's. */
export function proxyFor(configured: unknown, target: Place | undefined): ProxyPlace | undefined {
  if (configured === false) return undefined;
  if (isObject(configured)) return placeIn(configured);
  const found = environmentProxy(target);
  const place = found && found.bypass === undefined ? placeAt(found.url) : undefined;
  return place && { ...place, hasCredentials: new URL(found?.url ?? '').username !== '' };
}

/** The proxy that an agent leads through, where it keeps that. */
export function proxyOf(agent: unknown): ProxyPlace | undefined {
  // Of the agent `tunnel`, that is under another name.
  const given = [read(agent, 'proxy'), read(agent, 'proxyOptions')].find(
    (it) => text(it, 'hostname') || text(it, 'host'),
  );
  return isObject(given) ? placeIn(given) : undefined;
}

/** True of the agent that asks for the proxy of each request (proxy-agent). */
export const asksForProxies = (agent: unknown): boolean => typeof read(agent, 'getProxyForUrl') === 'function';

/** True if a connection that failed at `place` (an address, a name, a port) was one to the proxy, not to the target. */
export function leadsToProxy(place: Endpoint, proxy: Place, target: Place | undefined): boolean {
  const isAt = ({ host }: Place) => isSameHost(host, place.host);
  if (!place.port) return isAt(proxy) && !isSameHost(target?.host ?? '', proxy.host);
  if (place.port !== proxy.port) return false;
  return target?.port === proxy.port ? isAt(proxy) && !isAt(target) : true;
}

const isSameHost = (one: string, other: string): boolean =>
  isLoopback(one) ? isLoopback(other) : one.toLowerCase() === other.toLowerCase();

/** A URL, the `proxy` of a request, or what agents make of either: those of SOCKS proxies keep its version. */
function placeIn(given: object): ProxyPlace {
  const { host, hostname = host, port, protocol, type, auth, proxyAuth, username } = given as Record<string, unknown>;
  const named = String(protocol ?? (type ? `socks${type}` : 'http')).replace(/:.*$/s, '');
  const scheme = /^[a-z][a-z\d+.-]{0,20}$/i.test(named) ? named : 'http';
  const hasCredentials = Boolean(auth || proxyAuth || username);
  return { scheme, host: bare(safeText(String(hostname))), port: portOr(port, scheme), hasCredentials };
}

/** Why axios cannot use a proxy that is set so, if it cannot. */
export function flawOf(setting: string, place: Place | undefined): string | undefined {
  if (!place) return `${setting} is not a URL`;
  return /^https?$/.test(place.scheme) ? undefined : `${setting} is ${originAt(place)}, ${ONLY}`;
}

const ONLY = 'and axios speaks to http:// and https:// proxies only';

/** What is wrong with the proxy that is set, if these errors tell that the request failed by that. */
export function proxyFlaw(
  configured: unknown,
  target: Place | undefined,
  links: readonly { readonly input: string; readonly protocol: string }[],
): string | undefined {
  // axios sends requests by http: and https: only, unless a proxy has another.
  const foreign = links.map(({ protocol }) => protocol).find((protocol) => protocol && !/^https?:$/.test(protocol));
  // Of the URL itself, then; these errors do not know it.
  if (configured === false || foreign === 'file:') return undefined;
  const isAbout = ({ url }: EnvironmentProxy) =>
    foreign ? url.startsWith(foreign) : links.some(({ input }) => input === url);
  // Some of these errors do not know their request.
  const schemes = isObject(configured) || configured === false ? [] : target ? [target.scheme] : ['http', 'https'];
  const set = schemes.flatMap((scheme) => environmentProxy(target, scheme) ?? []);
  const found = set.find((it) => it.bypass === undefined && isAbout(it));
  if (found) return flawOf(found.variable, placeAt(found.url));
  return foreign && `the \`proxy\` is one for ${foreign}//, ${ONLY}`;
}

/** What axios reads, in its order: the variable of the scheme, then that of all, each in lower case first. */
export function environmentProxy(
  target: Place | undefined,
  scheme = target?.scheme ?? 'https',
): EnvironmentProxy | undefined {
  const env = (globalThis as { process?: { env?: Record<string, string | undefined> } }).process?.env ?? {};
  const first = (...names: string[]) =>
    names.flatMap((name) => [name, name.toUpperCase()]).find((name) => env[name]) ?? '';
  const variable = first(`${scheme}_proxy`, 'all_proxy');
  const value = env[variable];
  if (!value) return undefined;
  // Without a scheme, axios takes that of the request.
  const url = value.includes('://') ? value : `${scheme}://${value}`;
  return { variable, url, bypass: target && bypassOf(env[first('no_proxy')] ?? '', target) };
}
