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
      { ...DEFAULTS.breaker, respectRetryAfter: true, consecutive: 3, minimumDuration: 0, ...settings },
      {
        now: () => clock,
        random: () => random,
        onStateChange: (from: CircuitState, to: CircuitState) => states.push(`${from} → ${to}`),
      },
    );
  };
  beforeEach(() => make());

  const run = async (outcome: Outcome) => {
    const learn = breaker.begin(clock);
    await Promise.resolve();
    return learn(outcome, clock);
  };
  const open = async () => {
    for (let i = 0; i < 3; i++) await run(FAILED);
  };
  /** An attempt that ends when told to. */
  const pending = () => {
    const learn = breaker.begin(clock);
    return async (outcome: Outcome) => {
      await learn(outcome, clock);
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

  test('a probe that was kept back here is followed by another after as long, and no longer, each time', async () => {
    const noDescriptor = Object.assign(new Error('connect EMFILE'), { code: 'EMFILE' });
    await open();
    for (let probe = 1; probe <= 3; probe++) {
      clock += 1_000;
      await run({ failure: 'connect', error: noDescriptor });
      expect(breaker).toMatchObject({ state: 'open', retryInMs: 1_000, openedBy: { status: 503 } });
    }
    clock += 1_000;
    await run(OK);
    expect(breaker.state).toBe('closed');
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

  describe('an attempt that a deadline cuts short', () => {
    const cut: Outcome = { failure: 'timeout', final: 'deadline' };
    const endedAfter = (ms: number, outcome: Outcome) => {
      const learn = breaker.begin(clock);
      clock += ms;
      return learn(outcome, clock);
    };

    test('tells nothing where answers take longer, and is a failure otherwise', async () => {
      await endedAfter(100, OK);
      for (let i = 0; i < 20; i++) await endedAfter(99, cut);
      expect([breaker.state, breaker.window]).toEqual(['closed', { calls: 1, failures: 0, consecutiveFailures: 0 }]);
      for (let i = 0; i < 3; i++) await endedAfter(100, cut);
      expect(breaker.state).toBe('open');
    });

    test('is a failure again where nothing was answered within the window, or within as long as answers take', async () => {
      make({ window: 1_000 });
      await endedAfter(100, OK);
      clock += 900;
      for (let i = 0; i < 3; i++) await endedAfter(99, cut);
      expect([breaker.state, breaker.window.failures]).toEqual(['closed', 2]);
      await endedAfter(99, cut);
      expect(breaker.state).toBe('open');
      make({ window: 1_000 });
      await endedAfter(5_000, OK);
      clock += 4_000;
      for (let i = 0; i < 9; i++) await endedAfter(100, cut);
      expect(breaker.state).toBe('closed');
      for (let i = 0; i < 3; i++) await endedAfter(100, cut);
      expect(breaker.state).toBe('open');
    });

    test('is a failure where nothing was ever answered', async () => {
      for (let i = 0; i < 3; i++) await endedAfter(40, cut);
      expect(breaker.state).toBe('open');
    });

    test('one slow answer is soon forgotten', async () => {
      await endedAfter(1_000, OK);
      for (let i = 0; i < 22; i++) await endedAfter(10, OK);
      for (let i = 0; i < 3; i++) await endedAfter(99, cut);
      expect([1_000 * 0.9 ** 22 < 99, breaker.state]).toEqual([true, 'open']);
    });

    test('a probe is handed on to the next caller', async () => {
      await endedAfter(100, OK);
      await open();
      clock += 1_000;
      await endedAfter(50, cut);
      expect([breaker.state, breaker.refusal(CONFIG)]).toEqual(['open', undefined]);
      await endedAfter(100, OK);
      expect(breaker.state).toBe('closed');
    });
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

  test.each([3_600_000, -3_600_000])(
    'nor does a step of %i ms, at any time: its window, probes and age go on',
    async (step) => {
      const { now } = Date;
      try {
        make({ consecutive: 100, minimumCalls: 4, maxOpenFor: 2_000 });
        await run(OK);
        await run(FAILED);
        Date.now = () => now() + step;
        clock = 29_000;
        await run(FAILED);
        expect(breaker.window).toEqual({ calls: 3, failures: 2, consecutiveFailures: 2 });
        await run(FAILED);
        expect(breaker).toMatchObject({ state: 'open', retryInMs: 1_000, inStateForMs: 0 });
        Date.now = () => now() - step;
        clock = 30_000;
        const endProbe = pending();
        Date.now = () => now() + step;
        await endProbe(FAILED);
        expect(breaker).toMatchObject({ state: 'open', retryInMs: 2_000 });
        Date.now = now;
        clock = 31_500;
        expect(breaker.refusal(CONFIG)).toMatchObject({ retryInMs: 500 });
        expect(breaker.inStateForMs).toBe(1_500);
        clock = 32_000;
        await run(OK);
        expect(breaker.state).toBe('closed');
      } finally {
        Date.now = now;
      }
    },
  );

  test('isolated, it refuses until every hold is released, and goes on as it was', async () => {
    const holds = [breaker.isolate(), breaker.isolate()];
    expect(breaker).toMatchObject({ state: 'isolated', retryInMs: Infinity });
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

  test('10,000 concurrent failures open it once, and are not counted beyond that', async () => {
    await Promise.all(Array.from({ length: 10_000 }, () => run(FAILED)));
    expect(states).toEqual(['closed → open']);
    expect(breaker.window).toEqual({ calls: 3, failures: 3, consecutiveFailures: 3 });
    clock = 1_000;
    await run(OK);
    expect([breaker.state, breaker.window.failures]).toEqual(['closed', 0]);
    await run(FAILED);
    expect(breaker.state).toBe('closed');
  });

  test('a success that comes in the moment it opens does not make it forget why', async () => {
    await Promise.all([FAILED, FAILED, FAILED, OK].map(run));
    expect([breaker.state, breaker.window]).toEqual(['open', { calls: 3, failures: 3, consecutiveFailures: 3 }]);
  });

  test.each([
    ['fails', FAILED, 'open'],
    ['succeeds', OK, 'closed'],
  ])('nobody slips in beside a probe that %s, not even in the moment that decides', async (_, outcome, state) => {
    await open();
    clock = 1_000;
    const ended = pending()(outcome);
    const whys: unknown[] = [];
    for (let i = 0; i < 30; i++) {
      whys.push(breaker.state === state || breaker.refusal(CONFIG)?.message);
      await Promise.resolve();
    }
    await ended;
    expect(new Set(whys)).toEqual(new Set(['Circuit of test is half-open with a probe out', true]));
  });

  test('shows its owner how long it has been so, what was counted, and what opened it', async () => {
    const reset: Outcome = {
      failure: 'read',
      error: Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }),
    };
    await run(OK);
    await run(reset);
    await run(reset);
    clock = 500;
    expect(breaker).toMatchObject({
      inStateForMs: 500,
      window: { calls: 3, failures: 2, consecutiveFailures: 2 },
      openedBy: undefined,
    });
    await run(reset);
    clock = 700;
    expect(breaker).toMatchObject({ state: 'open', inStateForMs: 200, openedBy: { code: 'ECONNRESET' } });
    const hold = breaker.isolate();
    clock = 1_500;
    expect(breaker).toMatchObject({ state: 'isolated', inStateForMs: 800, openedBy: { message: 'socket hang up' } });
    hold.dispose();
    await run(OK);
    expect(breaker).toMatchObject({ state: 'closed', inStateForMs: 0, openedBy: undefined });
  });

  test('a cancelled probe is counted as nothing, a failed one as a failure', async () => {
    await open();
    const counts = [breaker.window];
    for (const outcome of [{ failure: 'canceled' } as Outcome, FAILED]) {
      clock += 1_000;
      await run(outcome);
      counts.push(breaker.window);
    }
    expect(counts.map(({ calls, failures, consecutiveFailures }) => [calls, failures, consecutiveFailures])).toEqual([
      [3, 3, 3],
      [3, 3, 3],
      [4, 4, 4],
    ]);
  });

  test('what was counted leaves with the window', async () => {
    await run(OK);
    await run(FAILED);
    clock = 40_000;
    expect(breaker.window).toEqual({ calls: 0, failures: 0, consecutiveFailures: 1 });
  });

  describe('slow calls', () => {
    const take = async (ms: number, outcome: Outcome = OK) => {
      const learn = breaker.begin(clock);
      clock += ms;
      return learn(outcome, clock);
    };

    test('are answers like others, unless the policy sets a limit', async () => {
      for (let i = 0; i < 5; i++) await take(60_000);
      expect(breaker.state).toBe('closed');
    });

    test('count as failures above the limit, whatever the answer, which the caller gets all the same', async () => {
      make({ slowCallDuration: 500 });
      for (const outcome of [OK, answer(404)]) expect(await take(501, outcome)).toBe(outcome);
      expect(await take(500)).toBe(OK);
      expect(breaker.window).toEqual({ calls: 3, failures: 2, consecutiveFailures: 0 });
      for (let i = 0; i < 3; i++) await take(700.4);
      expect(breaker.state).toBe('open');
      expect(breaker.openedBy?.message).toBe('answered after 700 ms');
    });

    test('a probe that is slow opens the circuit again', async () => {
      make({ slowCallDuration: 500 });
      await open();
      clock = 1_000;
      await take(501);
      expect(breaker).toMatchObject({ state: 'open', retryInMs: 1_000 });
      clock += 1_000;
      await take(500);
      expect(breaker.state).toBe('closed');
    });

    test('a slow cancellation still tells nothing', async () => {
      make({ slowCallDuration: 500, consecutive: 1 });
      await take(10_000, { failure: 'canceled' });
      expect([breaker.state, breaker.window.calls]).toEqual(['closed', 0]);
    });
  });

  describe('with a success threshold of 3', () => {
    beforeEach(async () => {
      make({ successThreshold: 3 });
      await open();
      clock = 1_000;
    });

    test('three probes, one at a time, close it, and nobody else gets through', async () => {
      const ends = [];
      for (let probe = 1; probe <= 3; probe++) {
        expect(breaker.refusal(CONFIG)).toBeUndefined();
        const end = pending();
        expect(breaker.refusal(CONFIG)).toMatchObject({ message: 'Circuit of test is half-open with a probe out' });
        await end(OK);
        ends.push(breaker.state);
      }
      expect(ends).toEqual(['half-open', 'half-open', 'closed']);
      expect(states).toEqual(['closed → open', 'open → half-open', 'half-open → closed']);
    });

    test('one that fails opens it again, and the next time begins from nothing', async () => {
      await run(OK);
      await run(OK);
      await run(FAILED);
      expect(breaker).toMatchObject({ state: 'open', retryInMs: 1_000 });
      clock = 2_000;
      await run(OK);
      await run(OK);
      expect(breaker.state).toBe('half-open');
      await run(OK);
      expect(breaker.state).toBe('closed');
    });

    test('one that was kept back here opens it again, so that nobody follows it at once', async () => {
      await run(OK);
      await run({ failure: 'connect', error: Object.assign(new Error('connect EMFILE'), { code: 'EMFILE' }) });
      expect(breaker).toMatchObject({ state: 'open', retryInMs: 1_000, openedBy: { status: 503 } });
    });

    test('one that is lost takes nothing from those before it', async () => {
      await run(OK);
      await run({ failure: 'canceled' });
      expect(breaker.state).toBe('half-open');
      await run(OK);
      await run(OK);
      expect(breaker.state).toBe('closed');
    });
  });

  describe('a probe that hangs', () => {
    let end: (outcome: Outcome) => Promise<void>;
    beforeEach(async () => {
      await open();
      clock = 1_000;
      end = pending();
    });

    test('keeps the others back for 10 s, then the next one goes out and decides', async () => {
      clock = 10_999;
      expect(breaker.refusal(CONFIG)).toBeDefined();
      clock = 11_000;
      expect(breaker.refusal(CONFIG)).toBeUndefined();
      const second = pending();
      expect(breaker.refusal(CONFIG)).toBeDefined();
      await second(OK);
      expect(breaker.state).toBe('closed');
      await end(FAILED);
      expect([breaker.state, breaker.window.calls]).toEqual(['closed', 0]);
      expect(states).toEqual(['closed → open', 'open → half-open', 'half-open → closed']);
    });

    test('keeps them back for the open period, where that is longer', async () => {
      make({ openFor: 60_000 });
      await open();
      clock = 60_000;
      pending();
      clock = 119_999;
      expect(breaker.refusal(CONFIG)).toBeDefined();
      clock = 120_000;
      expect(breaker.refusal(CONFIG)).toBeUndefined();
    });

    test('never wedges the circuit, though every probe hangs', async () => {
      const sent = [];
      for (let i = 0; i < 5; i++) {
        clock += 10_000;
        expect(breaker.refusal(CONFIG)).toBeUndefined();
        sent.push(pending());
      }
      await sent.at(-1)?.(FAILED);
      expect(breaker).toMatchObject({ state: 'open', retryInMs: 1_000 });
      clock += 1_000;
      await run(OK);
      await Promise.all([end, ...sent.slice(0, -1)].map((late) => late(FAILED)));
      expect([breaker.state, states.at(-1)]).toEqual(['closed', 'half-open → closed']);
    });

    test('and answers in the end closes it: a host that is always so slow is up', async () => {
      clock = 11_000;
      const second = pending();
      await end(OK);
      expect(breaker.state).toBe('closed');
      await second(FAILED);
      expect(breaker.state).toBe('closed');
    });

    test('and fails in the end is nothing to the newer one that is out', async () => {
      clock = 11_000;
      const second = pending();
      await end(FAILED);
      expect(breaker.state).toBe('half-open');
      expect(breaker.refusal(CONFIG)).toBeDefined();
      await second(OK);
      expect(breaker.state).toBe('closed');
    });

    test('and fails in the end opens it again, if no other has gone out', async () => {
      clock = 60_000;
      await end(FAILED);
      expect(breaker).toMatchObject({ state: 'open', retryInMs: 1_000 });
    });

    test('and is cancelled beside a newer one does not hand that on', async () => {
      clock = 11_000;
      const second = pending();
      await end({ failure: 'canceled' });
      expect(breaker.refusal(CONFIG)).toBeDefined();
      await second(OK);
      expect(breaker.state).toBe('closed');
    });
  });

  test('a probe whose outcome cannot be looked at is out until another outcome is told, which says nothing of the host', async () => {
    await open();
    clock = 1_000;
    const learn = breaker.begin(clock);
    const unreadable = {
      get failure(): never {
        throw new Error('bug');
      },
    };
    expect(() => learn(unreadable, clock)).toThrow('bug');
    expect(breaker.refusal(CONFIG)).toBeDefined();
    await learn({ failure: 'other', error: new Error('bug') }, clock);
    expect(breaker).toMatchObject({ state: 'open', retryInMs: 0 });
    await run(OK);
    expect(breaker.state).toBe('closed');
  });

  test.each([
    ['failure', FAILED],
    ['success', OK],
  ])('a late %s from before it opened changes nothing, in no state', async (_, late) => {
    const stale = Array.from({ length: 4 }, pending);
    await open();
    await stale[0]?.(late);
    expect(breaker).toMatchObject({ state: 'open', retryInMs: 1_000 });
    clock = 1_000;
    const endProbe = pending();
    await stale[1]?.(late);
    expect(breaker.state).toBe('half-open');
    expect(breaker.refusal(CONFIG)).toBeDefined();
    await endProbe(FAILED);
    const { window } = breaker;
    await stale[2]?.(late);
    expect([breaker.state, breaker.window]).toEqual(['open', window]);
    clock = 2_000;
    await run(OK);
    await stale[3]?.(late);
    expect([breaker.state, breaker.window]).toEqual(['closed', { calls: 0, failures: 0, consecutiveFailures: 0 }]);
  });

  test('a late probe of an earlier half-open period is nothing to the present one', async () => {
    await open();
    clock = 1_000;
    const late = pending();
    clock = 11_000;
    await run(FAILED);
    clock = 12_000;
    const endProbe = pending();
    await late(OK);
    expect(breaker.state).toBe('half-open');
    expect(breaker.refusal(CONFIG)).toBeDefined();
    await endProbe(FAILED);
    expect(breaker.state).toBe('open');
  });

  test('429 with Retry-After that opens it, where 429 counts, is heeded too', async () => {
    make({ countRateLimit: true });
    for (let i = 0; i < 3; i++) await run({ ...answer(429), retryAfterMs: 9_000 });
    expect(breaker.retryInMs).toBe(9_000);
  });

  test('a Retry-After shorter than the open period does not shorten it, and a longer one does not add to the doubling', async () => {
    make({ maxOpenFor: 8_000 });
    await run(FAILED);
    await run(FAILED);
    await run({ ...FAILED, retryAfterMs: 300 });
    const periods = [breaker.retryInMs];
    for (const retryAfterMs of [1_500, 6_000, 100]) {
      clock += breaker.retryInMs;
      await run({ ...FAILED, retryAfterMs });
      periods.push(breaker.retryInMs);
    }
    expect(periods).toEqual([1_000, 2_000, 6_000, 8_000]);
  });

  test('the jitter is on top of each doubled period too', async () => {
    make({ maxOpenFor: 2_000 }, 0.5);
    await open();
    const periods = [breaker.retryInMs];
    for (let i = 0; i < 2; i++) {
      clock += breaker.retryInMs;
      await run(FAILED);
      periods.push(breaker.retryInMs);
    }
    expect(periods.map(Math.round)).toEqual([1_100, 2_200, 2_200]);
  });

  test('429 is an answer while it is closed, also one that says when to come back', async () => {
    for (let i = 0; i < 20; i++) await run({ ...answer(429), retryAfterMs: 5_000 });
    expect([breaker.state, breaker.window]).toEqual(['closed', { calls: 20, failures: 0, consecutiveFailures: 0 }]);
  });

  test('a probe that fails is counted like any other call', async () => {
    await open();
    clock = 1_000;
    await run(FAILED);
    expect(breaker.window).toEqual({ calls: 4, failures: 4, consecutiveFailures: 4 });
  });

  test('a probe that is lost does not double the open period', async () => {
    make({ maxOpenFor: 8_000 });
    await open();
    clock = 1_000;
    for (let i = 0; i < 3; i++) await run({ failure: 'canceled' });
    expect(breaker.retryInMs).toBe(0);
    await run(FAILED);
    expect(breaker.retryInMs).toBe(2_000);
  });

  describe('isolated', () => {
    const holdTwice = () => {
      const holds = [breaker.isolate(), breaker.isolate()];
      return () => {
        for (const { dispose } of [holds[0], holds[0], holds[1], holds[1]] as typeof holds) dispose();
      };
    };

    test('while closed: what was counted before still counts, what ends meanwhile does not', async () => {
      await run(FAILED);
      await run(FAILED);
      const meanwhile = pending();
      const release = holdTwice();
      await meanwhile(FAILED);
      release();
      expect([breaker.state, breaker.window.consecutiveFailures]).toEqual(['closed', 2]);
      await run(FAILED);
      expect(breaker.state).toBe('open');
    });

    test('while open: the open period and the doubling go on from where they were', async () => {
      make({ maxOpenFor: 8_000 });
      await open();
      clock = 1_000;
      await run(FAILED);
      clock = 1_500;
      const release = holdTwice();
      clock = 2_000;
      release();
      expect(breaker).toMatchObject({ state: 'open', retryInMs: 1_000 });
      clock = 3_000;
      await run(FAILED);
      expect(breaker.retryInMs).toBe(4_000);
    });

    test('while open, past its time: a probe may go out at once when released', async () => {
      await open();
      const release = holdTwice();
      clock = 5_000;
      expect(breaker.refusal(CONFIG)).toMatchObject({ retryInMs: Infinity });
      release();
      expect(breaker.refusal(CONFIG)).toBeUndefined();
    });

    test('with a probe out: it is still the one when released', async () => {
      await open();
      clock = 1_000;
      const endProbe = pending();
      holdTwice()();
      expect(breaker.state).toBe('half-open');
      expect(breaker.refusal(CONFIG)).toMatchObject({ message: 'Circuit of test is half-open with a probe out' });
      await endProbe(OK);
      expect(breaker.state).toBe('closed');
    });

    test.each([
      ['answered', OK, 'closed', 0],
      ['failed', FAILED, 'open', 1_000],
      ['cancelled', { failure: 'canceled' }, 'open', 0],
    ] as const)(
      'a probe that is %s meanwhile is heard, and shows when released',
      async (_, outcome, state, retryInMs) => {
        await open();
        clock = 1_000;
        const endProbe = pending();
        const release = holdTwice();
        await endProbe(outcome);
        expect(breaker).toMatchObject({ state: 'isolated', retryInMs: Infinity });
        release();
        expect(breaker).toMatchObject({ state, retryInMs });
        expect(states.slice(2)).toEqual(['half-open → isolated', `isolated → ${state}`]);
      },
    );
  });
});
