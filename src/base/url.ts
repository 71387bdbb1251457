import type { InternalAxiosRequestConfig } from 'axios';
import { DEFAULT_PORTS } from './http.js';
import { isObject } from './object.js';

const ABSOLUTE = /^([a-z][a-z\d+\-.]*:)?\/\//i;
/** Only what a URL parser would not read in another way: it drops tabs, takes `\` for `/`, and more. */
const AUTHORITY = /^([a-z][a-z\d+\-.]*:)?\/\/[^/?#\\\s]+(?=[/?#]|$)/i;
const RELATIVE = /^\/?(?!\/)[\w\-.~%]*(?:[/?#]|$)/;
/** As URL parsers see it: they drop control characters and blanks before it, tabs and line ends within. */
const HTTP = /^[^!-\uffff]*h[\t\n\r]*t[\t\n\r]*t[\t\n\r]*p[\t\n\r]*s?[\t\n\r]*:/i;
const REDACTED = 'REDACTED';
const INVALID = 'invalid URL';

/** Where axios will send this request: `baseURL` and `url` joined as axios joins them, without `params`. */
export function targetOf(config: InternalAxiosRequestConfig): string {
  const url = urlOf(config);
  const base = baseOf(config, url);
  if (!base) return url;
  if (!url) return base;
  // Not /\/+$/, which takes quadratic time for many slashes in the middle.
  let end = base.length;
  while (base[end - 1] === '/') end--;
  return `${base.slice(0, end)}/${url.replace(/^\/+/, '')}`;
}

/** Typed as a string, but axios takes a URL object too. */
const urlOf = ({ url }: InternalAxiosRequestConfig): string => String(url ?? '');

/** What axios puts before `url`: nothing, if that is absolute by itself. */
function baseOf({ baseURL, allowAbsoluteUrls }: InternalAxiosRequestConfig, url: string): string {
  return !baseURL || (allowAbsoluteUrls !== false && ABSOLUTE.test(url)) ? '' : String(baseURL);
}

/** Scheme, host and port (RFC 9110 §4.3.1) of a request, or the Unix socket it goes through. */
export function originOf(config: InternalAxiosRequestConfig): string {
  if (config.socketPath) return `unix:${config.socketPath}`;
  const url = urlOf(config);
  // Where a base has a host, it does not matter what is joined to it.
  const start = baseOf(config, url) || url;
  if (isBelow(lastAuthority, start)) return lastOrigin;
  const authority = AUTHORITY.exec(start)?.[0];
  if (authority === undefined) return originOfUrl(authorityOf(targetOf(config)));
  lastOrigin = originOfUrl(authority);
  lastAuthority = authority;
  return lastOrigin;
}

/** Most calls go where the last one went, and parsing a URL is most of what naming a scope costs. */
let lastAuthority: string | undefined;
let lastOrigin = '';

const isBelow = (authority: string | undefined, target: string): boolean =>
  authority !== undefined && target.startsWith(authority) && '/?#'.includes(target.charAt(authority.length));

/** The port a request goes to, if no proxy or socket is in between. */
export function portOf(config: InternalAxiosRequestConfig): number | undefined {
  const url = parse(authorityOf(targetOf(config)));
  return url && Number(url.port || DEFAULT_PORTS[url.protocol]);
}

/** `https://user@host:1` of `https://user@host:1/path?query`; empty for a relative target; all of a target that is neither. */
function authorityOf(target: string): string {
  return AUTHORITY.exec(target)?.[0] ?? (RELATIVE.test(target) ? '' : target);
}

function originOfUrl(text: string): string {
  const url = parse(text);
  return url ? originIn(url) : INVALID;
}

/**
 * What relative targets are relative to, a page knows: it may have a `<base>`, or be a frame without an address of its own. A
 * worker has its address; elsewhere there is neither, and axios takes localhost. To a parser `http:user:password@host` may be
 * relative too, and the password part of a path.
 */
function parse(target: string): URL | undefined {
  try {
    if (HTTP.test(target)) return new URL(target);
    return new URL(target, globalThis.document?.baseURI ?? globalThis.location?.href ?? 'http://localhost');
  } catch {
    return undefined;
  }
}

/** Origin and path with query, in one spelling, as they are sent: no userinfo, no dots, no fragment. */
export function normal(target: string): readonly [origin: string, path: string] | undefined {
  const url = parse(target);
  return url && [originIn(url), url.pathname + url.search];
}

/**
 * `URL.origin` is "null" for schemes that browsers do not know, and for `blob:` that of the page, which is not asked. React Native's
 * keeps the userinfo.
 */
const originIn = ({ origin, protocol, host }: URL): string =>
  origin === 'null' || protocol === 'blob:' ? `${protocol}//${host}` : withoutUserinfo(origin);

/** The whole URL for people to read: no userinfo, no fragment, the names of query parameters but never their values. */
export function redactedUrl(config: InternalAxiosRequestConfig): string {
  const url = parse(targetOf(config));
  if (!url) return INVALID;
  // What follows `data:` is data.
  if (!url.pathname.startsWith('/')) return url.protocol;
  const names = [...url.searchParams.keys(), ...namesOf(config.params)].map(encoded);
  const query = names.length ? `?${names.map((name) => `${name}=${REDACTED}`).join('&')}` : '';
  return `${config.socketPath ? '' : originIn(url)}${withoutUserinfo(url.pathname)}${query}`;
}

/** A surrogate by itself cannot be encoded. */
const encoded = (name: string): string => encodeURIComponent(name.replace(/\p{Cs}/gu, '\ufffd'));

function namesOf(params: unknown): string[] {
  if (params instanceof URLSearchParams) return [...params.keys()];
  return isObject(params) ? Object.keys(params) : [];
}

/** Text from elsewhere (an error's message) with whatever looks like userinfo or a query value taken out. */
export function redactText(text: string): string {
  return withoutUserinfo(text).replace(/([?&#][^?=&#\s]+)=[^&\s"]*/g, `$1=${REDACTED}`);
}

const withoutUserinfo = (text: string): string => text.replace(/\/\/[^/\s]*@/g, '//');
