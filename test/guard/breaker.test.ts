import { beforeEach, describe, expect, test } from '@jest/globals';
import { AxiosHeaders } from 'axios';
import type { CircuitState } from '../../src/base/events.js';
import type { Outcome } from '../../src/base/outcome.js';
import { Breaker } from '../../src/guard/breaker.js';
import { DEFAULTS } from '../../src/policy/defaults.js';
import type { ResolvedPolicy } from '../../src/policy/resolve.js';

const OK: Outcome = {};
const FAILED: Outcome = { failure: 'status', response: { status: 503 } as never };
const answer = (status: number): Outcome => ({ failure: 'status', response: { status } as never });
const CONFIG = { headers: new AxiosHeaders() };

describe('Breaker', () => {
  let clock: number;
  let states: string[];
  let breaker: Breaker;

  const make = (settings: Partial<Exclude<ResolvedPolicy['breaker'], false>> = {}, random = 0) => {
    clock = 0;
    states = [];
    breaker = new Breaker(
      'test',
      { ...DEFAULTS.breaker, consecutive: 3, minimumDuration: 0, ...settings },
      {
        now: () => clock,
        random: () => random,
        onStateChange: (from: CircuitState, to: CircuitState) => states.push(`${from} → ${to}`),
      },
    );
  };
  beforeEach(() => make());

  const run = (outcome: Outcome) => breaker.run(() => Promise.resolve(outcome));
  const open = async () => {
    for (let i = 0; i < 3; i++) await run(FAILED);
  };
  /** An attempt that ends when told to. */
  const pending = () => {
    let end!: (outcome: Outcome) => void;
    const done = breaker.run(
      () =>
        new Promise((resolve) => {
          end = resolve;
        }),
    );
    return async (outcome: Outcome) => {
      end(outcome);
      await done;
    };
  };

  test('hands every outcome through, whatever it learns from it', async () => {
    const outcomes = [OK, FAILED, answer(404), { failure: 'canceled' } as Outcome];
    for (const outcome of outcomes) expect(await run(outcome)).toBe(outcome);
  });

  test('opens, tells how long, and lets one probe through when the time is over', async () => {
    await open();
    expect(breaker).toMatchObject({ state: 'open', retryInMs: 1_000 });
    expect(breaker.refusal(CONFIG)).toMatchObject({ retryInMs: 1_000, message: 'Circuit of test is open' });
    clock = 999;
    expect(breaker.refusal(CONFIG)?.retryInMs).toBe(1);
    clock = 1_000;
    expect(breaker.refusal(CONFIG)).toBeUndefined();
    const endProbe = pending();
    expect(breaker.refusal(CONFIG)).toMatchObject({
      retryInMs: 0,
      message: 'Circuit of test is half-open with a probe out',
    });
    await endProbe(OK);
    expect(breaker.refusal(CONFIG)).toBeUndefined();
    expect(states).toEqual(['closed → open', 'open → half-open', 'half-open → closed']);
  });

  test('spreads the open period by up to a fifth', async () => {
    make({}, 0.999_999);
    await open();
    expect(breaker.retryInMs).toBeCloseTo(1_200, 2);
  });

  test('doubles the open period with each failed probe only when allowed to, up to the most', async () => {
    make({ maxOpenFor: 3_000 });
    await open();
    const periods: number[] = [];
    for (let i = 0; i < 4; i++) {
      periods.push(breaker.retryInMs);
      clock += breaker.retryInMs;
      await run(FAILED);
    }
    expect(periods).toEqual([1_000, 2_000, 3_000, 3_000]);
    make();
    await open();
    clock += 1_000;
    await run(FAILED);
    expect(breaker.retryInMs).toBe(1_000);
  });

  test('stays open at least as long as the answer that opened it asked for, but never for hours', async () => {
    await run(FAILED);
    await run(FAILED);
    await run({ ...FAILED, retryAfterMs: 7_000 });
    expect(breaker.retryInMs).toBe(7_000);
    clock = 7_000;
    await run({ ...FAILED, retryAfterMs: 1e12 });
    expect(breaker.retryInMs).toBe(3_600_000);
  });

  test.each(['canceled', 'refused'] as const)(
    'a probe that is %s tells nothing: the next caller probes at once',
    async (failure) => {
      await open();
      clock = 1_000;
      await run({ failure });
      expect(breaker).toMatchObject({ state: 'open', retryInMs: 0 });
      expect(breaker.refusal(CONFIG)).toBeUndefined();
      await run(OK);
      expect(breaker.state).toBe('closed');
    },
  );

  test('cancellations are neither failures nor successes', async () => {
    await run(FAILED);
    await run(FAILED);
    for (let i = 0; i < 20; i++) await run({ failure: 'canceled' });
    expect(breaker.state).toBe('closed');
    await run(FAILED);
    expect(breaker.state).toBe('open');
  });

  test.each([
    [503, 'open'],
    [500, 'open'],
    [408, 'open'],
    [501, 'closed'],
    [429, 'closed'],
    [404, 'closed'],
  ])('three answers of %i leave it %s', async (status, state) => {
    for (let i = 0; i < 3; i++) await run(answer(status));
    expect(breaker.state).toBe(state);
  });

  test('429 counts where the policy says so, and always as the answer of a probe that says when to come back', async () => {
    make({ countRateLimit: true });
    for (let i = 0; i < 3; i++) await run(answer(429));
    expect(breaker.state).toBe('open');
    make();
    await open();
    clock = 1_000;
    await run({ ...answer(429), retryAfterMs: 5_000 });
    expect(breaker).toMatchObject({ state: 'open', retryInMs: 5_000 });
  });

  test('results of attempts that began before it opened are not counted: not in a probe, not after recovery', async () => {
    const stale = [pending(), pending(), pending(), pending()];
    await open();
    clock = 1_000;
    const endProbe = pending();
    await stale[0]?.(FAILED);
    expect(breaker.state).toBe('half-open');
    await endProbe(OK);
    for (const end of stale.slice(1)) await end(FAILED);
    expect(breaker.state).toBe('closed');
    expect(states).toEqual(['closed → open', 'open → half-open', 'half-open → closed']);
  });

  test('a step of the wall clock moves nothing', async () => {
    const { now } = Date;
    try {
      await open();
      Date.now = () => now() + 3_600_000;
      expect(breaker.refusal(CONFIG)?.retryInMs).toBe(1_000);
      Date.now = () => now() - 3_600_000;
      clock = 1_000;
      await run(OK);
      expect(breaker.state).toBe('closed');
    } finally {
      Date.now = now;
    }
  });

  test('isolated, it refuses until every hold is released, and goes on as it was', async () => {
    const holds = [breaker.isolate(), breaker.isolate()];
    expect(breaker).toMatchObject({ state: 'isolated', retryInMs: Number.POSITIVE_INFINITY });
    holds[0]?.dispose();
    holds[0]?.dispose();
    expect(breaker.refusal(CONFIG)?.message).toBe('Circuit of test is isolated');
    holds[1]?.dispose();
    expect(breaker.refusal(CONFIG)).toBeUndefined();
    await open();
    breaker.isolate().dispose();
    expect(breaker).toMatchObject({ state: 'open', retryInMs: 1_000 });
    expect(states).toEqual([
      'closed → isolated',
      'isolated → closed',
      'closed → open',
      'open → isolated',
      'isolated → open',
    ]);
  });

  test('remembers what opened it in words, and no response', async () => {
    const response = { status: 503, data: 'x'.repeat(1_000) };
    const error = Object.assign(new Error('Request failed'), { code: 'ERR_BAD_RESPONSE', response });
    for (let i = 0; i < 3; i++) await run({ failure: 'status', response: response as never, error });
    const { cause } = breaker.refusal(CONFIG) ?? {};
    expect(cause).toMatchObject({ message: 'Request failed', code: 'ERR_BAD_RESPONSE', status: 503 });
    expect(JSON.stringify(Object.values(cause as object))).not.toContain('xxx');
  });

  test('10,000 concurrent failures open it once', async () => {
    await Promise.all(Array.from({ length: 10_000 }, () => run(FAILED)));
    expect(states).toEqual(['closed → open']);
  });
});
