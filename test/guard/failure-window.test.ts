import { describe, expect, test } from '@jest/globals';
import { FailureWindow } from '../../src/guard/failure-window.js';

const THRESHOLDS = { failureRatio: 0.5, minimumCalls: 10, window: 30_000, consecutive: 5, minimumDuration: 1_000 };

function timeline(thresholds: Partial<typeof THRESHOLDS> = {}, startsAt = 1_000_000) {
  let now = startsAt;
  const window = new FailureWindow({ ...THRESHOLDS, ...thresholds });
  return {
    /** One letter a call, F or s, `everyMs` apart; the number of the call that opened the circuit, or undefined. */
    play(calls: string, everyMs: number): number | undefined {
      for (const [i, call] of [...calls].entries()) {
        if (call === 's') window.success(now);
        else if (window.failure(now)) return i + 1;
        now += everyMs;
      }
      return undefined;
    },
    rest(ms: number) {
      now += ms;
    },
    reset: () => window.clear(),
    counts: () => window.counts(now),
  };
}

describe('FailureWindow', () => {
  test('opens at the fifth failure in a row, once they span the minimum duration', () => {
    expect(timeline().play('FFFFFFFF', 250)).toBe(5);
    expect(timeline().play('FFFFFFFF', 249)).toBe(6);
    expect(timeline({ minimumDuration: 0 }).play('FFFFFFFF', 0)).toBe(5);
  });

  test('takes any number of failures within the minimum duration for one event', () => {
    expect(timeline().play('F'.repeat(500), 1)).toBeUndefined();
  });

  test('a success ends the streak', () => {
    expect(timeline({ minimumCalls: 100 }).play('FFFFsFFFFsFFFFs', 1_000)).toBeUndefined();
    expect(timeline({ minimumCalls: 100 }).play('FFFFsFFFFF', 1_000)).toBe(10);
  });

  test('opens when half of at least ten calls failed: the share counts from exactly one half', () => {
    expect(timeline().play('sFsFsFsFsF', 500)).toBe(10);
    expect(timeline().play('ssFsFsFsFsF', 500)).toBeUndefined();
    expect(timeline().play('sFsFsFsF', 500)).toBeUndefined();
  });

  test('forgets what is older than the window by the clock, not by the number of calls', () => {
    const line = timeline({ consecutive: 100 });
    expect(line.play('FFFFFFFFF', 100)).toBeUndefined();
    line.rest(24 * 3_600_000);
    expect(line.play('F', 0)).toBeUndefined();
    const diluted = timeline({ consecutive: 100 });
    diluted.play('s'.repeat(1_000), 1);
    diluted.rest(31_000);
    expect(diluted.play('F'.repeat(50), 200)).toBe(10);
  });

  test('in a window that is shorter than twice the minimum duration, a share has to span half of it', () => {
    const short = { window: 1_000, consecutive: 1_000, minimumDuration: 5_000 };
    expect(timeline(short).play('F'.repeat(50), 50)).toBe(11);
    expect(timeline(short).play('F'.repeat(60), 10)).toBe(51);
  });

  test('a share counts from exactly the minimum duration, which begins with the first failure', () => {
    const settings = { consecutive: 100, minimumCalls: 11 };
    expect(timeline(settings).play('F'.repeat(20), 100)).toBe(11);
    const late = timeline({ consecutive: 100 });
    late.play('sssss', 10);
    late.rest(6_000);
    expect(late.play('FFFFFFFFFF', 10)).toBeUndefined();
  });

  test.each([0, 1_000_000, 1_234_567.8])(
    'shows nothing of what began a window ago, whatever the clock said: %d',
    (at) => {
      const line = timeline({}, at);
      line.play('Fs', 0);
      line.rest(29_999);
      const before = line.counts();
      line.rest(1.5);
      expect([before, line.counts()]).toEqual([
        { calls: 2, failures: 1, consecutiveFailures: 0 },
        { calls: 0, failures: 0, consecutiveFailures: 0 },
      ]);
    },
  );

  test('lets go of it by tenths, which are counted from the first call, and anew once the circuit has closed', () => {
    const line = timeline();
    line.play('F', 2_999);
    line.play('F', 27_001);
    // The second is as old as 27,001 ms, and in the same tenth as the first.
    const together = line.counts();
    line.reset();
    line.play('F', 29_999);
    expect([together.calls, line.counts().calls]).toEqual([0, 1]);
  });

  test('a successful probe starts a new account', () => {
    const line = timeline({ minimumDuration: 0 });
    line.play('FFFF', 10);
    line.reset();
    expect(line.play('FFFFF', 10)).toBe(5);
  });
});
