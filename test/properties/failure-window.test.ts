import { describe, expect, test } from '@jest/globals';
import { FailureWindow } from '../../src/guard/failure-window.js';
import { fc } from '../helpers/seeded.js';

interface Thresholds {
  readonly failureRatio: number;
  readonly minimumCalls: number;
  readonly window: number;
  readonly consecutive: number;
  readonly minimumDuration: number;
}

/** All calls there ever were, counted anew each time. */
class NaiveWindow {
  #calls: { at: number; failed: boolean }[] = [];
  #streak: number[] = [];
  #beganAt: number | undefined;

  constructor(private readonly thresholds: Thresholds) {}

  success(at: number, isProbe: boolean): void {
    this.#streak = [];
    if (isProbe) {
      this.#calls = [];
      this.#beganAt = undefined;
    } else {
      this.#beganAt ??= at;
      this.#calls.push({ at, failed: false });
    }
  }

  failure(at: number): boolean {
    const { failureRatio, minimumCalls, consecutive, minimumDuration, window } = this.thresholds;
    this.#beganAt ??= at;
    this.#calls.push({ at, failed: true });
    this.#streak.push(at);
    const inWindow = this.#within(at);
    const failed = inWindow.filter((call) => call.failed);
    const isStreak = this.#streak.length >= consecutive && at - (this.#streak[0] ?? 0) >= minimumDuration;
    const isShare =
      inWindow.length >= minimumCalls &&
      failed.length >= failureRatio * inWindow.length &&
      at - Math.min(...failed.map((call) => call.at)) >= Math.min(minimumDuration, window / 2);
    return isStreak || isShare;
  }

  counts(at: number) {
    const inWindow = this.#within(at);
    const failures = inWindow.filter(({ failed }) => failed).length;
    return { calls: inWindow.length, failures, consecutiveFailures: this.#streak.length };
  }

  /** Of this tenth of a window and the nine before it, counted from the first call. */
  #within(at: number) {
    const began = this.#beganAt ?? at;
    const tenth = (ms: number) => Math.floor((ms - began) / (this.thresholds.window / 10));
    return this.#calls.filter((call) => tenth(call.at) > tenth(at) - 10);
  }
}

const thresholds: fc.Arbitrary<Thresholds> = fc.record({
  failureRatio: fc.double({ min: 0.01, max: 1, noNaN: true }),
  minimumCalls: fc.integer({ min: 1, max: 12 }),
  window: fc.oneof(fc.constantFrom(1_000, 30_000), fc.integer({ min: 1, max: 40_000 })),
  consecutive: fc.integer({ min: 1, max: 12 }),
  minimumDuration: fc.oneof(fc.constant(0), fc.nat(2_000)),
});
const steps = fc.array(
  fc.record({
    ms: fc.oneof(fc.constant(0), fc.nat(100), fc.nat(5_000), fc.nat(60_000)),
    does: fc.constantFrom('fail', 'fail', 'succeed', 'probe'),
  }),
  { minLength: 10, maxLength: 60 },
);
const starts = fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1e9, noNaN: true }));

describe('FailureWindow', () => {
  test('counts and opens as if it kept every call', () => {
    let opened = 0;
    fc.assert(
      fc.property(thresholds, starts, steps, (given, startsAt, list) => {
        let now = startsAt;
        const window = new FailureWindow(given);
        const naive = new NaiveWindow(given);
        for (const { ms, does } of list) {
          now += ms;
          const isProbe = does === 'probe';
          const opens = does === 'fail' ? [window.failure(now), naive.failure(now)] : [false, false];
          if (isProbe) window.clear();
          else if (does !== 'fail') window.success(now);
          if (does !== 'fail') naive.success(now, isProbe);
          if (opens[0]) opened++;
          expect([opens[0], window.counts(now)]).toEqual([opens[1], naive.counts(now)]);
        }
      }),
    );
    expect(opened).toBeGreaterThan(0);
  });

  test('never looks back for longer than the window, nor for less than nine tenths of it', () => {
    const spans = fc.double({ min: 0, max: 2, noNaN: true });
    fc.assert(
      fc.property(thresholds, starts, spans, (given, startsAt, span) => {
        let now = startsAt;
        const window = new FailureWindow(given);
        window.failure(now);
        now += span * given.window;
        const { calls } = window.counts(now);
        return (calls === 1 && span < 1 + 1e-6) || (calls === 0 && span > 0.9 - 1e-6);
      }),
    );
  });
});
