import { describe, expect, jest, test } from '@jest/globals';
import type { Complete } from '../../src/policy/resolve.js';
import type { Backoff, FailedAttempt } from '../../src/policy/types.js';
import { backoffDelay } from '../../src/retry/backoff.js';
import { seededRandom } from '../../src/testing/random.js';

const LAST = 1 - 2 ** -53;
const FAILED = { attempt: 2, durationMs: 5 } as FailedAttempt;

const settings = (backoff: Backoff = {}) =>
  ({ baseDelay: 100, maxDelay: 20_000, jitter: 'full', ...backoff }) as Complete<Backoff>;

const delay = (backoff: Backoff, retry: number, draw: number, previousMs = 0) =>
  backoffDelay(
    settings(backoff),
    retry,
    previousMs,
    () => FAILED,
    () => draw,
  );

describe('full jitter', () => {
  test.each([
    [1, 0, 0],
    [1, 0.5, 50],
    [1, LAST, 100],
    [2, 0.5, 100],
    [3, 0.5, 200],
    [8, 0.5, 6_400],
    [9, 0.5, 10_000],
    [9, LAST, 20_000],
  ])('retry %d, draw %d: %d ms', (retry, draw, ms) => {
    expect(delay({}, retry, draw)).toBeCloseTo(ms, 6);
    expect(delay({}, retry, draw)).toBeLessThan(Math.max(ms, 1) * (1 + 1e-12));
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 20])('1,000 draws for retry %d fill [0, cap) evenly', (retry) => {
    const cap = Math.min(20_000, 100 * 2 ** (retry - 1));
    const random = seededRandom(retry);
    const draws = Array.from({ length: 1_000 }, () => backoffDelay(settings(), retry, 0, () => FAILED, random));
    const buckets = Array.from(
      { length: 10 },
      (_, i) => draws.filter((ms) => Math.floor((ms / cap) * 10) === i).length,
    );
    expect(buckets.reduce((sum, size) => sum + size)).toBe(1_000);
    expect(Math.min(...buckets)).toBeGreaterThan(65);
    expect(Math.max(...buckets)).toBeLessThan(135);
  });
});

test('calls that fail at the same time come back at different times', () => {
  const random = seededRandom(1);
  const delays = [1, 2, 3, 4].map(() => backoffDelay(settings(), 1, 0, () => FAILED, random));
  expect(new Set(delays).size).toBe(4);
});

describe.each(['full', 'equal', 'decorrelated', 'none'] as const)('%s jitter', (jitter) => {
  test.each([63, 128, 2_000, Number.MAX_SAFE_INTEGER])('retry %d neither overflows nor exceeds the cap', (retry) => {
    const delays = [0, 0.5, LAST].map((draw) => delay({ jitter }, retry, draw, 20_000));
    expect(delays.every((ms) => ms >= 0 && ms <= 20_000)).toBe(true);
    expect(delay({ jitter }, retry, LAST, 20_000)).toBeCloseTo(20_000, 6);
  });

  test('no base is no wait, and no wait is longer than the cap', () => {
    expect([1, 5, 2_000].map((retry) => delay({ jitter, baseDelay: 0 }, retry, LAST))).toEqual([0, 0, 0]);
    expect([1, 5, 2_000].map((retry) => delay({ jitter, maxDelay: 0 }, retry, LAST, 50))).toEqual([0, 0, 0]);
    expect(delay({ jitter, baseDelay: 900, maxDelay: 500 }, 1, LAST)).toBeCloseTo(500, 6);
  });
});

describe('other jitters', () => {
  test.each([
    ['equal', 1, 0, 50],
    ['equal', 1, 0.5, 75],
    ['equal', 3, 0, 200],
    ['equal', 3, 0.5, 300],
    ['none', 1, 0, 100],
    ['none', 3, 0.9, 400],
    ['none', 9, 0.9, 20_000],
  ] as const)('%s, retry %d, draw %d: %d ms', (jitter, retry, draw, ms) => {
    expect(delay({ jitter }, retry, draw)).toBe(ms);
  });

  test.each([
    [0, 0, 100],
    [0, 0.5, 200],
    [200, 0, 100],
    [200, 0.5, 350],
    [200, LAST, 600],
    [60_000, 0.5, 20_000],
  ])('decorrelated, after %d ms, draw %d: %d ms, whatever the retry’s number', (previousMs, draw, ms) => {
    expect(delay({ jitter: 'decorrelated' }, 2, draw, previousMs)).toBeCloseTo(ms, 6);
    expect(delay({ jitter: 'decorrelated' }, 7, draw, previousMs)).toBeCloseTo(ms, 6);
  });
});

describe('a function of one’s own', () => {
  const own = (backoff: (failed: FailedAttempt) => unknown, retry = 1) =>
    backoffDelay(
      backoff as () => number,
      retry,
      0,
      () => FAILED,
      () => 0.5,
    );

  test('gets the attempt that failed, and its answer is the wait', () => {
    expect(own(({ attempt }) => attempt * 40)).toBe(80);
  });

  test.each([
    [0, 0],
    [-1, 0],
    [-Infinity, 0],
    [Infinity, 20_000],
    [2 ** 40, 2 ** 31 - 1],
  ])('%d becomes %d ms', (answer, ms) => {
    expect(own(() => answer)).toBe(ms);
  });

  test('a promise is no answer, and what it rejects with is nobody else’s to handle', () => {
    const promise = Promise.resolve(7);
    const then = jest.spyOn(promise, 'then');
    expect(own(() => promise)).toBe(50);
    expect(then.mock.calls).toEqual([[undefined, expect.any(Function)]]);
  });

  test.each([Number.NaN, undefined, null, '5', {}])('%p is no answer: the default backoff decides', (answer) => {
    expect([1, 2, 3].map((retry) => own(() => answer, retry))).toEqual([50, 100, 200]);
  });

  test('the attempt is not described when nobody asks', () => {
    let described = 0;
    const failed = () => {
      described++;
      return FAILED;
    };
    backoffDelay(settings(), 1, 0, failed, () => 0.5);
    expect(described).toBe(0);
  });
});
