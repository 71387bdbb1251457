import { TOO_MANY_REQUESTS } from '../base/http.js';
import { parseHttpDate } from './http-date.js';

/** Digits may go on for ever: a number too large for arithmetic and JSON becomes this. */
const LONGEST = 1e300;

type Read = (name: string) => string | undefined;

/** From here on a reset is a time since 1970 (September 2001), below it a number of seconds (up to 31 years). */
const FIRST_EPOCH_SECOND = 1_000_000_000;
const FIRST_EPOCH_MS = FIRST_EPOCH_SECOND * 1_000;

/**
 * Milliseconds the server asks to wait, or `undefined` if it does not say, or says nothing readable.
 *
 * The first of these that is present has the last word, readable or not: `retry-after-ms` and `x-ms-retry-after-ms`
 * (milliseconds, as OpenAI and Azure send them); Retry-After (RFC 9110 §10.2.3); the reset of a rate limit that has
 * nothing left (draft-ietf-httpapi-ratelimit-headers, and its X- forerunners).
 */
export function retryAfterMs(headers: unknown, status: number, wallClockMs: number): number | undefined {
  const read = reader(headers);
  const ms = read('retry-after-ms') ?? read('x-ms-retry-after-ms');
  if (ms !== undefined) return wholeNumber(ms);
  const retryAfter = read('retry-after');
  // A time is measured against the server's own clock where it sent that, not against ours.
  const serverNow = () => parseHttpDate(read('date') ?? '', wallClockMs) ?? wallClockMs;
  if (retryAfter !== undefined) return delayOf(firstLine(retryAfter), serverNow);
  return resetMs(read, status === TOO_MANY_REQUESTS, serverNow);
}

/** Of two lines Node takes the first, fetch and xhr join them by a comma, which a date may have after its weekday too. */
const firstLine = (value: string): string => /^(?:[a-z]+, )?.*?(?=, |$)/i.exec(value)?.[0] ?? value;

/** Delay-seconds or HTTP-date. */
function delayOf(value: string, serverNow: () => number): number | undefined {
  const seconds = wholeNumber(value);
  if (seconds !== undefined) return seconds * 1_000;
  const at = parseHttpDate(value, serverNow());
  return at === undefined ? undefined : Math.max(0, at - serverNow());
}

/** When a used-up limit is filled again. A limit that says how much is left counts only at 0; on a 429 it is used up. */
function resetMs(read: Read, exhausted: boolean, serverNow: () => number): number | undefined {
  const field = read('ratelimit');
  if (field !== undefined) return rateLimitField(field);
  for (const prefix of ['ratelimit', 'x-ratelimit', 'x-rate-limit']) {
    const reset = read(`${prefix}-reset`);
    const remaining = read(`${prefix}-remaining`);
    const usedUp = remaining === undefined ? exhausted : wholeNumber(remaining) === 0;
    if (reset !== undefined) return usedUp ? resetDelay(numberIn(reset, SECONDS), serverNow) : undefined;
  }
  return undefined;
}

function resetDelay(reset: number | undefined, serverNow: () => number): number | undefined {
  if (reset === undefined) return undefined;
  if (reset >= FIRST_EPOCH_MS) return Math.max(0, reset - serverNow());
  return reset >= FIRST_EPOCH_SECOND ? Math.max(0, reset * 1_000 - serverNow()) : reset * 1_000;
}

/** `"policy";r=0;t=30, …`: the longest `t` (seconds) among the limits of which `r` (remaining) is 0. */
function rateLimitField(field: string): number | undefined {
  let longest: number | undefined;
  for (const member of field.split(',')) {
    const parameters = member.split(';').map((part) => part.trim());
    if (!parameters.includes('r=0')) continue;
    const reset = wholeNumber(parameters.find((part) => part.startsWith('t='))?.slice(2) ?? '');
    if (reset !== undefined) longest = Math.max(longest ?? 0, reset * 1_000);
  }
  return longest;
}

/** Digits and nothing else: `0x1`, `1.5`, `1e3`, `+1` and `Infinity` are not delays. */
const WHOLE = /^\d+$/;
/** Of a reset, which no standard held to that, some servers tell the fraction. */
const SECONDS = /^\d+(\.\d+)?$/;

const wholeNumber = (text: string): number | undefined => numberIn(text, WHOLE);

function numberIn(text: string, form: RegExp): number | undefined {
  return form.test(text) ? Math.min(Number(text), LONGEST) : undefined;
}

/** Header fields by lower-case name, from AxiosHeaders or from what a custom adapter may give: a plain object, or Headers. */
function reader(headers: unknown): Read {
  const fields: { get?: unknown } = Object(headers);
  const byName = new Map<string, unknown>(Object.entries(fields).map(([name, value]) => [name.toLowerCase(), value]));
  // AxiosHeaders, which alone can `normalize`, has its fields as properties: to ask it for each costs three times as much.
  const get = typeof fields.get === 'function' && !('normalize' in fields) ? fields.get : undefined;
  return (name) => {
    const value: unknown = get ? get.call(fields, name) : byName.get(name);
    const first: unknown = Array.isArray(value) ? value[0] : value;
    return typeof first === 'string' || typeof first === 'number' ? String(first).trim() : undefined;
  };
}
