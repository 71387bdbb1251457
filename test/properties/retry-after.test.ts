import { describe, expect, test } from '@jest/globals';
import { AxiosHeaders } from 'axios';
import { parseHttpDate } from '../../src/retry/http-date.js';
import { retryAfterMs } from '../../src/retry/retry-after.js';
import { fc } from '../helpers/seeded.js';

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const NAMES = [
  'retry-after-ms',
  'x-ms-retry-after-ms',
  'retry-after',
  'date',
  'ratelimit',
  'ratelimit-reset',
  'ratelimit-remaining',
  'x-ratelimit-reset',
  'x-rate-limit-remaining',
];

/** `Sun, 06 Nov 1994 08:49:37 GMT` is what toUTCString says; the other two forms are made of its parts. */
function formsOf(ms: number) {
  const fixdate = new Date(ms).toUTCString();
  const [weekday = '', day = '', month = '', year = '', time = ''] = fixdate.replace(',', '').split(' ');
  return {
    fixdate,
    rfc850: `${DAYS[new Date(ms).getUTCDay()]}, ${day}-${month}-${year.slice(-2)} ${time} GMT`,
    asctime: `${weekday} ${month} ${day.replace(/^0/, ' ')} ${time} ${year}`,
  };
}

const seconds = (from: number, to: number) =>
  fc.integer({ min: Date.UTC(from) / 1_000, max: Date.UTC(to) / 1_000 - 1 }).map((second) => second * 1_000);
const nows = seconds(1970, 2150);

describe('an HTTP-date', () => {
  test('with four digits of the year is read as it was written', () => {
    fc.assert(
      fc.property(seconds(100, 10_000), nows, (ms, now) => {
        const { fixdate, asctime } = formsOf(ms);
        expect([parseHttpDate(fixdate, now), parseHttpDate(asctime, now)]).toEqual([ms, ms]);
      }),
    );
  });

  test('with two is read as it was written within 49 years of now', () => {
    const shifts = fc.integer({ min: -49 * 365 * 86_400, max: 49 * 365 * 86_400 });
    fc.assert(
      fc.property(nows, shifts, (now, shift) => {
        const ms = now + shift * 1_000;
        expect(parseHttpDate(formsOf(ms).rfc850, now)).toBe(ms);
      }),
    );
  });

  test('with two is read on a leap day too', () => {
    const leapDays = fc.integer({ min: 1972 / 4, max: 2148 / 4 }).map((n) => Date.UTC(n * 4, 1, 29));
    const shifts = fc.integer({ min: -49 * 365, max: 49 * 365 });
    fc.assert(
      fc.property(
        leapDays.filter((ms) => new Date(ms).getUTCDate() === 29),
        shifts,
        (ms, days) => {
          expect(parseHttpDate(formsOf(ms).rfc850, ms + days * 86_400_000)).toBe(ms);
        },
      ),
    );
  });

  test('as Retry-After is the time until then, by the server’s clock where it tells it', () => {
    fc.assert(
      fc.property(seconds(1970, 9_000), seconds(1970, 9_000), nows, (at, server, now) => {
        const { fixdate } = formsOf(at);
        const date = formsOf(server).fixdate;
        expect([
          retryAfterMs({ 'retry-after': fixdate }, 503, now),
          retryAfterMs({ 'Retry-After': fixdate, Date: date }, 503, now),
        ]).toEqual([Math.max(0, at - now), Math.max(0, at - server)]);
      }),
    );
  });
});

/** Texts that are nearly right, and such as are not at all. */
const texts = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom(...'0123456789 ,:;=-rtGMTJanSu"\u0000'), maxLength: 40 }),
  fc.bigInt({ min: 0n, max: 10n ** 30n }).map(String),
  fc
    .tuple(seconds(1970, 9_000), fc.constantFrom('fixdate', 'rfc850', 'asctime'), fc.nat(35), fc.string())
    .map(([ms, form, at, text]) => `${formsOf(ms)[form].slice(0, at)}${text}${formsOf(ms)[form].slice(at)}`),
);
const fields = fc.dictionary(fc.constantFrom(...NAMES), texts, { minKeys: 1 });

const isWait = (ms: number | undefined): boolean => ms === undefined || (Number.isFinite(ms) && ms >= 0);

describe('whatever the text', () => {
  test('headers with numbers of up to 30 digits give undefined or a finite number from 0, from AxiosHeaders and a plain object alike', () => {
    let read = 0;
    fc.assert(
      fc.property(fields, fc.constantFrom(429, 503), nows, (headers, status, now) => {
        const plain = retryAfterMs(headers, status, now);
        if (plain !== undefined) read++;
        return isWait(plain) && isWait(retryAfterMs(new AxiosHeaders(headers), status, now));
      }),
    );
    expect(read).toBeGreaterThan(0);
  });

  test('headers that are no headers give undefined or a finite number from 0', () => {
    fc.assert(
      fc.property(
        fc.anything().filter((value) => !hasTrap(value)),
        fc.integer(),
        nows,
        (headers, status, now) => isWait(retryAfterMs(headers, status, now)),
      ),
    );
  });

  test('a text is a whole number of milliseconds as a date, or none', () => {
    fc.assert(fc.property(texts, nows, (text, now) => Number.isInteger(parseHttpDate(text, now) ?? 0)));
  });

  test('of 10^5 characters, it ends', () => {
    const pieces = fc.oneof(
      fc.constantFrom(' ', '0', '9', ',', ';', '=', 'r=0;t=', 'r=0;t=1,', '"', 'Mon, ', '\t', '\u00a0', '00:'),
      fc.string({ minLength: 1, maxLength: 5 }),
    );
    const long = fc
      .tuple(texts, pieces, texts)
      .map(([before, piece, after]) => before + piece.repeat(Math.ceil(100_000 / piece.length)) + after);
    let slowest = 0;
    fc.assert(
      fc.property(long, fc.constantFrom(...NAMES), nows, (text, name, now) => {
        const startedAt = performance.now();
        const ms = retryAfterMs({ [name]: text, 'x-ratelimit-reset': '1' }, 429, now);
        slowest = Math.max(slowest, performance.now() - startedAt);
        return ms === undefined || ms >= 0;
      }),
      { numRuns: 50 },
    );
    expect(slowest).toBeLessThan(5_000);
  });
});

/** A header whose `get` is a function of its own may do as it likes. */
const hasTrap = (value: unknown): boolean => typeof (value as { get?: unknown } | null | undefined)?.get === 'function';
