import type { InternalAxiosRequestConfig } from 'axios';

const ABSOLUTE = /^([a-z][a-z\d+\-.]*:)?\/\//i;
const USERINFO = /^([a-z][a-z\d+\-.]*:)?\/\/[^/?#]*@/i;
const REDACTED = 'REDACTED';

/** Where axios will send this request: `baseURL` and `url` joined as axios joins them, without `params`. */
function targetOf({ baseURL, url = '', allowAbsoluteUrls }: InternalAxiosRequestConfig): string {
  const absolute = ABSOLUTE.test(url);
  if (!baseURL || (absolute && allowAbsoluteUrls !== false)) return url;
  return url ? `${baseURL.replace(/\/+$/, '')}/${url.replace(/^\/+/, '')}` : baseURL;
}

/** Scheme, host and port (RFC 9110 §4.3.1) of a request, or the Unix socket it goes through. */
export function originOf(config: InternalAxiosRequestConfig): string {
  if (config.socketPath) return `unix:${config.socketPath}`;
  const target = targetOf(config);
  const end = endOfAuthority(target);
  return normalOrigin(end < 0 ? '' : target.slice(0, end));
}

function endOfAuthority(target: string): number {
  const start = target.indexOf('//');
  if (start < 0) return -1;
  for (let i = start + 2; i < target.length; i++) {
    const char = target.charCodeAt(i);
    if (char === 47 /* / */ || char === 63 /* ? */ || char === 35 /* # */) return i;
  }
  return target.length;
}

let lastAuthority: string | undefined;
let lastOrigin = '';

/** Parsing a URL costs more than all else in a scope's name, and the next call mostly goes where the last one went. */
function normalOrigin(authority: string): string {
  if (authority === lastAuthority) return lastOrigin;
  const origin = parseOrigin(authority);
  lastAuthority = authority;
  lastOrigin = origin;
  return origin;
}

function parseOrigin(authority: string): string {
  const here = globalThis.location?.href;
  try {
    const { origin, protocol, host } = new URL(authority, here);
    return origin === 'null' ? `${protocol}//${host}` : origin;
  } catch {
    return authority.replace(USERINFO, '$1//') || 'local';
  }
}

/** The whole URL for people to read: no userinfo, no fragment, the names of query parameters but never their values. */
export function redactedUrl(config: InternalAxiosRequestConfig): string {
  const target = targetOf(config).replace(USERINFO, '$1//').replace(/#.*$/s, '');
  const query = target.indexOf('?');
  const path = query < 0 ? target : target.slice(0, query);
  const names = [...namesIn(query < 0 ? '' : target.slice(query)), ...namesOf(config.params)];
  return names.length ? `${path}?${names.map((name) => `${name}=${REDACTED}`).join('&')}` : path;
}

function namesIn(query: string): string[] {
  return [...new URLSearchParams(query).keys()].map(encodeURIComponent);
}

function namesOf(params: unknown): string[] {
  if (params instanceof URLSearchParams) return [...params.keys()].map(encodeURIComponent);
  return typeof params === 'object' && params !== null ? Object.keys(params).map(encodeURIComponent) : [];
}

/** Text from elsewhere (an error's message) with whatever looks like userinfo or a query value taken out. */
export function redactText(text: string): string {
  return text.replace(/\/\/[^/\s@]*@/g, '//').replace(/([?&][^=&\s]+)=[^&\s'")]*/g, `$1=${REDACTED}`);
}
