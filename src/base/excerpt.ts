import { redactText } from './url.js';

/** No more of a text than this is looked at. */
export const MAX_LENGTH = 4_000;

/** A short, single-line piece of text from elsewhere, without userinfo and query values. */
export function safeText(text: string, length = 200): string {
  const redacted = redactText(text.slice(0, MAX_LENGTH))
    // No host is so long: it is userinfo, whose end was cut off.
    .replace(/\/\/[^/\s]{256,}.*$/s, '//…');
  const line = redacted.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
  return line.length > length ? `${line.slice(0, length - 1)}…` : line;
}

/**
 * A URL that cannot be parsed, for people to read. Where its userinfo ends cannot be known either, so that everything before
 * an `@` goes, and all of the query; if the `@` comes after a `?`, either may hold the other.
 */
export function safeUrl(url: string): string {
  const query = url.search(/[?#]/);
  if (url.length >= MAX_LENGTH || (query >= 0 && url.includes('@', query))) return '…';
  const path = (query < 0 ? url : url.slice(0, query)).replace(/^([a-z][a-z\d+.-]*:\/\/)?.*@/is, '$1');
  return safeText(path) + (query < 0 ? '' : '?REDACTED');
}

/** What is quoted in a message is data: the value of a header, the beginning of a body. */
export const withoutQuotes = (message: string): string => message.replace(/".*"/s, '"…"');
