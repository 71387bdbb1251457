import { safeText } from '../base/excerpt.js';
import { isObject } from '../base/object.js';
import { bypassOf } from './no-proxy.js';
import { bare, type Place, placeAt, portOr } from './place.js';

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
  if (isObject(configured)) {
    const { host, hostname = host, port, protocol, auth, username } = configured as Partial<Record<string, unknown>>;
    const given = String(protocol ?? 'http').replace(/:.*$/s, '');
    const scheme = /^[a-z][a-z\d+.-]{0,20}$/i.test(given) ? given : 'http';
    const hasCredentials = Boolean(auth || username);
    return { scheme, host: bare(safeText(String(hostname))), port: portOr(port, scheme), hasCredentials };
  }
  const found = environmentProxy(target);
  const place = found && found.bypass === undefined ? placeAt(found.url) : undefined;
  return place && { ...place, hasCredentials: new URL(found?.url ?? '').username !== '' };
}

/** What axios reads, in its order: the variable of the scheme, then that of all, each in lower case first. */
export function environmentProxy(target: Place | undefined): EnvironmentProxy | undefined {
  const scheme = target?.scheme ?? 'https';
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
