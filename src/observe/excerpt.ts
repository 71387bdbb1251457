import { redactText } from '../base/url.js';

/** A short, single-line piece of text from elsewhere, without userinfo and query values. */
export function safeText(text: string): string {
  const line = redactText(text.slice(0, 1_000)).replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ');
  const short = line.trim();
  return short.length > 200 ? `${short.slice(0, 199)}…` : short;
}

/**
 * A URL that cannot be parsed, for people to read. Where its userinfo ends cannot be known either, so that everything before
 * the last `@` goes, and all of the query.
 */
export function safeUrl(url: string): string {
  const path = url.replace(/[?#].*$/s, '').replace(/^([a-z][a-z\d+.-]*:\/\/)?.*@/is, '$1REDACTED@');
  return safeText(path) + (path.length < url.length && /[?#]/.test(url) ? '?REDACTED' : '');
}

/** What is quoted in a message is data: the value of a header, the beginning of a body. */
export const withoutQuotes = (message: string): string => message.replace(/".*"/s, '"…"');
