import { describe, expect, test } from '@jest/globals';
import { AxiosError, AxiosHeaders, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios';
import { parsed } from '../../src/call/parsed.js';
import { Request } from '../../src/call/request.js';
import { logListener } from '../../src/observe/log.js';
import { resolvePolicy } from '../../src/policy/resolve.js';
import { retryAfterMs } from '../../src/retry/retry-after.js';
import { fc } from '../helpers/seeded.js';

const NOW = Date.UTC(2026, 0, 1);
const NAMES = [
  'Retry-After',
  'retry-after-ms',
  'Date',
  'RateLimit',
  'RateLimit-Reset',
  'X-RateLimit-Remaining',
  '__proto__',
  'get',
];

const anything = fc.anything({
  withBigInt: true,
  withNullPrototype: true,
  withDate: true,
  withBoxedValues: true,
  maxDepth: 2,
});
const texts = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.bigInt({ min: 0n, max: 10n ** 400n }).map(String),
  fc.constantFrom(
    'Thu, 01 Jan 2026 00:00:30 GMT',
    'Thursday, 01-Jan-26 00:00:30 GMT',
    'Thu Jan  1 00:00:30 2026',
    '-1',
    '1e3',
    '٣',
  ),
);

describe('header fields', () => {
  test('of whatever type give no wait, or a finite one from 0', () => {
    const symbols = fc.constantFrom(
      Symbol('a'),
      {
        toString: () => {
          throw new Error('boom');
        },
      },
      () => 1,
    );
    const values = fc.oneof(texts, anything, symbols, fc.array(fc.oneof(texts, anything), { maxLength: 2 }));
    const headers = fc.array(fc.tuple(fc.constantFrom(...NAMES), values), { maxLength: 4 }).map((entries) => {
      const fields = Object.fromEntries(
        entries.filter(([name, value]) => name !== 'get' || typeof value !== 'function'),
      );
      return fields;
    });
    let read = 0;
    fc.assert(
      fc.property(headers, fc.constantFrom(429, 503), (fields, status) => {
        const ms = retryAfterMs(fields, status, NOW);
        if (ms !== undefined) read++;
        expect(ms === undefined || (Number.isFinite(ms) && ms >= 0)).toBe(true);
      }),
      { numRuns: 1_000 },
    );
    expect(read).toBeGreaterThan(50);
  });

  test('of seconds are read as they are written, however many', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 400n }), (seconds) => {
        expect(retryAfterMs({ 'retry-after': `${seconds}` }, 503, NOW)).toBe(Math.min(Number(seconds), 1e300) * 1_000);
      }),
    );
  });

  test('of a rate limit may have a quarter of a million members, of which the longest counts', () => {
    const field = `${'"a";r=0;t=1,'.repeat(250_000)}"b";r=0;t=7`;
    expect(retryAfterMs({ RateLimit: field }, 429, NOW)).toBe(7_000);
  });

  test('called __proto__ stay on their own in what is sent again', () => {
    const names = fc.constantFrom('__proto__', 'constructor', 'prototype', 'X-A', 'hasOwnProperty', 'toString');
    const values = fc.oneof(fc.constantFrom('polluted', null, ['polluted']), fc.string());
    fc.assert(
      fc.property(fc.array(fc.tuple(names, values), { maxLength: 4 }), (entries) => {
        const json = `{${entries.map(([name, value]) => `"${name}":${JSON.stringify(value)}`).join()}}`;
        const headers = new AxiosHeaders(JSON.parse(json));
        for (const [name, value] of entries) headers.set(name, value as string);
        const config = { method: 'post', url: '/', headers } as InternalAxiosRequestConfig;
        const request = new Request(config, resolvePolicy({ retry: { idempotencyKey: true } }));
        const [, second] = [request.next(), request.next()];
        expect(Object.getPrototypeOf(second.headers)).toBe(AxiosHeaders.prototype);
        expect(Object.getPrototypeOf(second)).toBe(Object.prototype);
        expect('polluted' in second.headers).toBe(false);
        expect('polluted' in {}).toBe(false);
      }),
    );
  });
});

describe('the body that retryResponse sees', () => {
  test('is what JSON.parse makes of the text, or the text; the answer itself stays as it is', () => {
    const bodies = fc.oneof(
      fc.json(),
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        '{"__proto__":{"polluted":1}}',
        '',
        '[',
        '\ufeff{}',
        '['.repeat(1e5),
        `${'['.repeat(2e5)}${']'.repeat(2e5)}`,
      ),
    );
    fc.assert(
      fc.property(bodies, (data) => {
        const response = { status: 200, data } as AxiosResponse;
        const seen = parsed(response);
        expect([typeof seen.data, response.data === data, seen.status]).toEqual([typeof read(data), true, 200]);
        if (data.length < 1e4) expect(seen.data).toEqual(read(data));
        expect('polluted' in {}).toBe(false);
      }),
    );
  });

  test('is left as it is when it is no text', () => {
    fc.assert(
      fc.property(
        anything.filter((data) => typeof data !== 'string'),
        (data) => {
          const response = { status: 200, data } as AxiosResponse;
          return parsed(response) === response;
        },
      ),
    );
  });
});

function read(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

describe('a log record', () => {
  const nasty = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      'a\nlevel=info forged',
      '\u001b[2J',
      '\u202egnp',
      '\u2028',
      'x'.repeat(1e6),
      '?'.repeat(2e5),
      '//'.repeat(2e5),
    ),
    fc.constantFrom('at https://u:SECRET@a.test/?b=SECRET', `//${'u:SECRET'.repeat(1e3)}@a.test`),
  );
  const errors: fc.Arbitrary<() => unknown> = fc.oneof(
    nasty.map((message) => () => new Error(message)),
    nasty.map((message) => () => new AxiosError(message, message)),
    nasty.map((message) => () => new Error('outer', { cause: new Error(message) })),
    nasty.map((message) => () => message),
    anything.map((value) => () => value),
    anything.map((value) => () => Object.assign(new Error('a'), { message: value })),
    fc.constantFrom(
      () => Object.create(null),
      () => Symbol('a'),
      () => ({
        toString: () => {
          throw new Error('boom');
        },
      }),
    ),
  );

  test('is made of whatever was thrown: one line, less than 1,001 characters, no secret', () => {
    fc.assert(
      fc.property(errors, (make) => {
        const lines: [fields: Record<string, unknown>, message: string][] = [];
        const say = (fields: object, message: string) => lines.push([fields as Record<string, unknown>, message]);
        const listener = logListener({ warn: say, error: say });
        const facts = { callId: 'a', method: 'GET', url: 'https://a.test/', scope: 'https://a.test', config: {} };
        listener.onRetry?.({
          ...facts,
          attempt: 1,
          durationMs: 1,
          delayMs: 1,
          because: 'read',
          error: make(),
        } as never);
        const [line] = lines;
        const text = line?.[0]['exception.message'] ?? '';
        expect(lines).toHaveLength(1);
        expect(typeof text).toBe('string');
        expect(text).toMatch(/^[^\p{Cc}\p{Cf}\u2028\u2029]{0,1000}$/u);
        expect(text).not.toContain('SECRET');
      }),
    );
  });
});
