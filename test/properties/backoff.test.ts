import { describe, expect, test } from '@jest/globals';
import { MAX_TIMER_MS } from '../../src/base/clock.js';
import type { FailedAttempt, Jitter } from '../../src/policy/types.js';
import { backoffDelay } from '../../src/retry/backoff.js';
import { draws, fc } from '../helpers/seeded.js';

/** What `baseDelay` and `maxDelay` may be, and a timer can tell from 0. */
const delays = fc.oneof(
  fc.integer({ min: 0, max: 1_000 }),
  fc.double({ min: 1, max: MAX_TIMER_MS, noNaN: true }),
  fc.constantFrom(0, MAX_TIMER_MS),
);
/** Such too as are nearly nothing, for which 31 doublings are not the end; subnormal numbers would only test rounding. */
const anyDelays = fc.oneof(delays, fc.double({ min: 1e-300, max: MAX_TIMER_MS, noNaN: true }));
const retries = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }));
const failed = () => ({ attempt: 1, durationMs: 5 }) as FailedAttempt;

/** `holds` for the delay and the cap that it has at that retry. */
function always(jitter: Jitter, holds: (delay: number, cap: number, base: number, max: number) => boolean): number {
  let longest = 0;
  fc.assert(
    fc.property(delays, delays, delays, retries, draws, (baseDelay, maxDelay, previous, retry, draw) => {
      const delay = backoffDelay({ baseDelay, maxDelay, jitter }, retry, previous, failed, () => draw);
      longest = Math.max(longest, delay);
      // Doubled step by step, as the formula of the documentation reads.
      let cap = Math.min(baseDelay, maxDelay);
      for (let i = 1; i < Math.min(retry, 2_000) && cap > 0 && cap < maxDelay; i++) cap = Math.min(maxDelay, cap * 2);
      return holds(delay, cap, Math.min(baseDelay, maxDelay), maxDelay);
    }),
  );
  return longest;
}

describe('backoffDelay', () => {
  test('full: from 0 to the cap', () => {
    expect(always('full', (delay, cap) => delay >= 0 && delay <= cap)).toBeGreaterThan(0);
  });

  test('equal: from half the cap to the cap', () => {
    expect(always('equal', (delay, cap) => delay >= cap / 2 && delay <= cap)).toBeGreaterThan(0);
  });

  test('none: the cap itself', () => {
    expect(always('none', (delay, cap) => delay === cap)).toBeGreaterThan(0);
  });

  test('decorrelated: from the base to the longest wait', () => {
    expect(always('decorrelated', (delay, _cap, base, max) => delay >= base && delay <= max)).toBeGreaterThan(0);
  });

  test('decorrelated: at most three times the wait before, one after the other', () => {
    fc.assert(
      fc.property(delays, delays, fc.array(draws, { minLength: 5, maxLength: 30 }), (baseDelay, maxDelay, list) => {
        let previous = 0;
        for (const [i, draw] of list.entries()) {
          const backoff = { baseDelay, maxDelay, jitter: 'decorrelated' } as const;
          const delay = backoffDelay(backoff, i + 1, previous, failed, () => draw);
          expect(delay).toBeLessThanOrEqual(Math.min(maxDelay, 3 * Math.max(previous, baseDelay)));
          previous = delay;
        }
      }),
    );
  });

  test('whatever the options, the delay is a number from 0 to the longest wait', () => {
    const jitters = fc.constantFrom<Jitter>('full', 'equal', 'decorrelated', 'none');
    fc.assert(
      fc.property(anyDelays, anyDelays, jitters, anyDelays, retries, draws, (...given) => {
        const [baseDelay, maxDelay, jitter, previous, retry, draw] = given;
        const delay = backoffDelay({ baseDelay, maxDelay, jitter }, retry, previous, failed, () => draw);
        return delay >= 0 && delay <= maxDelay;
      }),
    );
  });

  test('whatever a function returns, the delay is a number that a timer keeps', () => {
    const returned = fc.oneof(fc.double(), fc.integer(), fc.anything(), fc.constantFrom(Infinity, -Infinity, NaN, -0));
    fc.assert(
      fc.property(returned, retries, delays, draws, (value, retry, previous, draw) => {
        const delay = backoffDelay(
          () => value as number,
          retry,
          previous,
          failed,
          () => draw,
        );
        return delay >= 0 && delay <= MAX_TIMER_MS;
      }),
    );
  });

  test('a number that a timer keeps is taken as it is', () => {
    fc.assert(
      fc.property(
        delays,
        retries,
        (value, retry) =>
          backoffDelay(
            () => value,
            retry,
            0,
            failed,
            () => 0,
          ) === value,
      ),
    );
  });
});
