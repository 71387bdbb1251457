import type { InternalAxiosRequestConfig } from 'axios';
import { DEFAULT_PORTS } from './http.js';
import { isObject } from './object.js';

const ABSOLUTE = /^([a-z][a-z\d+\-.]*:)?\/\//i;
/** Only what a URL parser would not read in another way: it drops tabs, takes `\` for `/`, and more. */
const AUTHORITY = /^([a-z][a-z\d+\-.]*:)?\/\/[^/?#\\\s]+(?=[/?#]|$)/i;
const RELATIVE = /^\/?(?!\/)[\w\-.~%]*(?:[/?#]|$)/;
/** As URL parsers see it: they drop control characters and blanks before it, tabs and line ends within. */
const HTTP = /^[^!-\uffff]*h[\t\n\r]*t[\t\n\r]*t[\t\n\r]*p[\t\n\r]*s?[\t\n\r]*:/i;
/** Scheme, host with port, path and query of a URL in its one spelling. */
const PARTS = /^([^:]+:)(?:\/\/(?:[^/?#]*@)?([^/?#]*))?([^?#]*)(\?[^#]+)?/;
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
  const parts = parse(authorityOf(targetOf(config)));
  if (!parts) return undefined;
  const [protocol, host] = parts;
  return Number(/:(\d+)$/.exec(host)?.[1] ?? DEFAULT_PORTS[protocol]);
}

/** `https://user@host:1` of `https://user@host:1/path?query`; empty for a relative target; all of a target that is neither. */
function authorityOf(target: string): string {
  return AUTHORITY.exec(target)?.[0] ?? (RELATIVE.test(target) ? '' : target);
}

function originOfUrl(text: string): string {
  const parts = parse(text);
  return parts ? originIn(parts) : INVALID;
}

type Parts = readonly [protocol: string, host: string, path: string, query: string];

/**
 * What relative targets are relative to, a page knows: it may have a `<base>`, or be a frame without an address of its own. A
 * worker has its address; elsewhere there is neither, and axios takes localhost. To a parser `http:user:password@host` may be
 * relative too, and the password part of a path. Of a parsed URL, React Native before 0.80 has nothing but `href`.
 */
function parse(target: string): Parts | undefined {
  try {
    const base = globalThis.document?.baseURI ?? globalThis.location?.href ?? 'http://localhost';
    const { href } = HTTP.test(target) ? new URL(target) : new URL(target, base);
    const [, protocol = '', host = '', path = '', query = ''] = PARTS.exec(href) ?? [];
    return [protocol, host, path, query];
  } catch {
    return undefined;
  }
}

/** Origin and path with query, in one spelling, as they are sent: no userinfo, no dots, no fragment. */
export function normal(target: string): readonly [origin: string, path: string] | undefined {
  const parts = parse(target);
  return parts && [originIn(parts), parts[2] + parts[3]];
}

/** `URL.origin` would be "null" for schemes that browsers do not know, and for `blob:` that of the page, which is not asked. */
const originIn = ([protocol, host]: Parts): string => `${protocol}//${host}`;

/** The whole URL for people to read: no userinfo, no fragment, the names of query parameters but never their values. */
export function redactedUrl(config: InternalAxiosRequestConfig): string {
  const parts = parse(targetOf(config));
  if (!parts) return INVALID;
  const [protocol, , path, query] = parts;
  // What follows `data:` is data.
  if (!path.startsWith('/')) return protocol;
  const names = namesIn(query, config.params).map((name) => `${encoded(name)}=${REDACTED}`);
  return `${config.socketPath ? '' : originIn(parts)}${withoutUserinfo(path)}${names.length ? '?' : ''}${names.join('&')}`;
}

/** A surrogate by itself cannot be encoded. */
const encoded = (name: string): string => encodeURIComponent(name.replace(/\p{Cs}/gu, '\ufffd'));

/** None where they cannot be read: React Native's URLSearchParams throws at a stray `%`. */
function namesIn(query: string, params: unknown): string[] {
  try {
    const own = params instanceof URLSearchParams ? [...params.keys()] : isObject(params) ? Object.keys(params) : [];
    return [...new URLSearchParams(query).keys(), ...own];
  } catch {
    return [];
  }
}

/** Text from elsewhere (an error's message) with whatever looks like userinfo or a query value taken out. */
export function redactText(text: string): string {
  return withoutUserinfo(text).replace(/([?&#][^?=&#\s]+)=[^&\s"]*/g, `$1=${REDACTED}`);
}

const withoutUserinfo = (text: string): string => text.replace(/\/\/[^/\s]*@/g, '//');
