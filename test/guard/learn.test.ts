import { beforeEach, describe, expect, test } from '@jest/globals';
import { AxiosHeaders } from 'axios';
import type { End, Outcome } from '../../src/base/outcome.js';
import { admit, HELD } from '../../src/guard/admit.js';
import { type Guard, reserveOf } from '../../src/guard/guard.js';
import { resolvePolicy } from '../../src/policy/resolve.js';
import type { ResiliencePolicy } from '../../src/policy/types.js';
import { ManualClock } from '../helpers/manual-clock.js';
import { quietGuard } from '../helpers/quiet-guard.js';

const ALL_OFF: ResiliencePolicy = { breaker: false, bulkhead: false, coolDown: false, retry: { budget: false } };
const OK: Outcome = {};
const RESET: Outcome = { failure: 'read' };
const answer = (status: number, retryAfterMs?: number): Outcome => ({
  failure: 'status',
  response: { status } as never,
  ...(retryAfterMs !== undefined && { retryAfterMs }),
});

/** `validateStatus` has no objection, and `statuses` does not list it. */
const taken = (status: number, retryAfterMs?: number): Outcome => {
  const { failure: _, ...outcome } = answer(status, retryAfterMs);
  return outcome;
};

describe('what the calls of a scope share', () => {
  let clock: ManualClock;
  let guard: Guard;

  const make = (policy: ResiliencePolicy = {}) => {
    clock = new ManualClock();
    guard = quietGuard(clock, { breaker: { consecutive: 1, minimumDuration: 0 }, ...policy });
  };
  beforeEach(() => make());

  const learn = (outcome: Outcome, paid = 0, policy: ResiliencePolicy = {}) => {
    guard.tellBudget(outcome, { paid });
    guard.tellCoolDown(outcome, resolvePolicy(policy));
  };
  const spend = () => guard.budget?.take(0, () => undefined);
  const apply = (send = () => new Promise<Outcome>(() => {}), policy: ResiliencePolicy = {}) =>
    admit(guard, {
      call: {
        config: { headers: new AxiosHeaders() },
        policy: resolvePolicy(policy),
        lifetime: { overByNow: undefined, remainingMs: 30_000 },
        recorder: { waitedMs: 0 },
        outcome: undefined,
      },
      send: async (breaker) => {
        const tell = breaker?.begin(clock.now());
        const outcome = await send();
        return tell ? tell(outcome, clock.now()) : outcome;
      },
      onQueued: () => {},
    });

  describe('the budget learns that somebody is there', () => {
    test.each<[string, Outcome]>([
      ['success', OK],
      ['404', answer(404)],
      ['499', answer(499)],
      ['501, which is about the method', answer(501)],
      ['an adapter that resolves with what is no answer', { response: 'pong' as never }],
    ])('from %s', (_, outcome) => {
      for (let i = 0; i < 3; i++) spend();
      learn(outcome, 2);
      expect(guard.budget?.tokens).toBeCloseTo(2.2);
    });

    test('and gets back what a call has paid, once', () => {
      make({ retry: { budget: { reserve: 6 } } });
      for (let i = 0; i < 6; i++) spend();
      const call = { paid: 2 };
      guard.tellBudget(OK, call);
      guard.tellBudget(OK, call);
      expect([guard.budget?.tokens, call.paid]).toEqual([expect.closeTo(2.4), 0]);
    });

    test('and gets back the turn of a retry that is not sent after all', () => {
      for (let i = 0; i < 3; i++) spend();
      const call = { paid: 2, hasTurn: true };
      guard.takeBack(call);
      guard.takeBack(call);
      expect([guard.budget?.tokens, call]).toEqual([1, { paid: 1, hasTurn: false }]);
    });

    test('but gets no tokens back from a call that took none', () => {
      for (let i = 0; i < 3; i++) spend();
      learn(OK, 0);
      expect(guard.budget?.tokens).toBeCloseTo(0.2);
    });

    test.each<[string, Outcome]>([
      ['408', answer(408)],
      ['429', answer(429)],
      ['500', answer(500)],
      ['503', answer(503)],
      ['a reset', RESET],
      ['a 200 whose body is cut off', { ...answer(200), failure: 'read' }],
      ['503 that the caller takes as good', taken(503)],
    ])('not from %s', (_, outcome) => {
      for (let i = 0; i < 3; i++) spend();
      learn(outcome, 2);
      expect(guard.budget?.tokens).toBe(0);
    });
  });

  describe('those who waited for a cool-down go', () => {
    test.each<[string, Outcome, number]>([
      ['at once as fast as they may, after an answer', OK, 67],
      ['more slowly after a failure', RESET, 83],
      ['and after a 503 that does not say for how long', answer(503), 83],
    ])('%s', async (_, outcome, gapMs) => {
      make({ breaker: false });
      const went: number[] = [];
      guard.coolDown?.begin(300);
      for (let i = 0; i < 3; i++) void guard.coolDown?.join(() => undefined).result.then(() => went.push(clock.now()));
      await clock.advance(300);
      learn(outcome);
      await clock.advance(gapMs + 1);
      expect(went.map((at) => at - 300)).toEqual([0, expect.closeTo(gapMs, -1)]);
    });
  });

  test('an answer lets the next one in line go, failures leave them where they are', async () => {
    make({ retry: { budget: { reserve: 1 } } });
    let went = 0;
    spend();
    await clock.advance(1_000);
    for (let i = 0; i < 5; i++) void spend()?.result.then(() => went++);
    await clock.advance(250);
    learn(OK, 1);
    await clock.advance(0);
    expect(went).toBe(1);
    learn(RESET, 0);
    learn(RESET, 1);
    await clock.advance(249);
    expect(went).toBe(1);
    await clock.advance(1);
    expect(went).toBe(2);
  });

  describe('the scope cools down', () => {
    test.each<[string, Outcome, number]>([
      ['429', answer(429, 5_000), 5_000],
      ['503', answer(503, 5_000), 5_000],
      ['503 that the caller takes as good', taken(503, 5_000), 5_000],
      ['for no time, as far as anybody heeds it', answer(503, 0), 0],
      ['longer than anybody waits', answer(503, 90_000), 60_000],
      ['without Retry-After', answer(503), 0],
      ['another status', answer(500, 5_000), 0],
      ['a redirection', answer(302, 5_000), 0],
      ['a lost connection', { ...RESET, retryAfterMs: 5_000 }, 0],
    ])('%s', (_, outcome, ms) => {
      learn(outcome);
      expect(guard.coolDown?.retryInMs).toBe(ms);
    });

    test.each<[string, ResiliencePolicy]>([
      ['does not respect Retry-After', { retry: { respectRetryAfter: false } }],
      ['has no cool-down', { coolDown: false }],
    ])('not for a call whose policy %s', (_, policy) => {
      learn(answer(503, 5_000), 0, policy);
      expect(guard.coolDown?.retryInMs).toBe(0);
    });

    test('without a bulkhead, too', () => {
      make({ bulkhead: false });
      learn(answer(503, 5_000));
      expect(guard.coolDown?.retryInMs).toBe(5_000);
    });

    test('and nobody is sent meanwhile, neither at once nor from the bulkhead’s queue', async () => {
      make({ bulkhead: 1 });
      void apply();
      const queued = apply();
      learn(answer(503, 5_000));
      expect([await queued, await apply(), guard.queued]).toEqual([HELD, HELD, 0]);
      expect(HELD).toEqual({ failure: 'refused', unsent: true });
      expect(await apply(async () => OK, { coolDown: false, bulkhead: false })).toBe(OK);
    });

    test('a refusal for want of room was not sent', async () => {
      make({ bulkhead: { limit: 1, queue: 0 } });
      void apply();
      expect(await apply()).toMatchObject({ failure: 'refused', unsent: true, final: 'bulkhead-full' });
    });
  });

  describe('one more request may be sent beside another', () => {
    const takeSpare = (policy: ResiliencePolicy = {}) => guard.takeSpare(resolvePolicy(policy));

    test('as long as the budget has a token', () => {
      expect([1, 2, 3, 4].map(() => takeSpare())).toEqual([true, true, true, false]);
      expect(takeSpare({ retry: { budget: false } })).toBe(true);
    });

    test('not while the circuit is open, unless it does not count', () => {
      guard.breaker?.isolate();
      expect([takeSpare(), guard.budget?.tokens, takeSpare({ breaker: false })]).toEqual([false, 3, true]);
    });

    test('not while the bulkhead is full, unless it does not count', () => {
      make({ bulkhead: 1 });
      expect(takeSpare()).toBe(true);
      void apply();
      expect([takeSpare(), takeSpare({ bulkhead: false })]).toEqual([false, true]);
    });

    test('not while the scope cools down', async () => {
      guard.coolDown?.begin(100);
      expect(takeSpare()).toBe(false);
      await clock.advance(100);
      expect(takeSpare()).toBe(true);
    });

    test('always, where nothing is shared', () => {
      make(ALL_OFF);
      expect([1, 2, 3, 4].map(() => takeSpare())).toEqual([true, true, true, true]);
    });
  });

  describe('is idle', () => {
    test('when nothing has happened, and where nothing is shared', () => {
      expect([guard.isIdle, guard.held, guard.hasSpentBudget]).toEqual([true, 0, false]);
      make(ALL_OFF);
      learn(answer(503, 5_000), 1);
      learn(OK, 1);
      expect([guard.isIdle, guard.held, guard.hasSpentBudget, guard.view]).toEqual([
        true,
        0,
        false,
        { queued: 0, held: 0 },
      ]);
    });

    test.each<[string, () => unknown]>([
      ['an attempt is in flight', () => apply()],
      ['the circuit is open', () => guard.breaker?.isolate()],
      ['it cools down', () => guard.coolDown?.begin(100)],
      ['a retry waits for its turn', () => [1, 2, 3, 4].map(spend)],
      ['an attempt is in flight and a retry waits', () => [apply(), ...[1, 2, 3, 4].map(spend)]],
      ['an attempt is in flight and it cools down', () => [apply(), guard.coolDown?.begin(1)]],
    ])('not while %s', (_, begin) => {
      begin();
      expect(guard.isIdle).toBe(false);
    });

    test('not while an attempt is in flight and another waits for its slot', () => {
      make({ bulkhead: 1 });
      void apply();
      void apply();
      expect([guard.isIdle, guard.view]).toEqual([false, { queued: 1, held: 0, circuit: 'closed', retryInMs: 0 }]);
    });

    test('not while an attempt is in flight and the circuit is open', async () => {
      make({ breaker: { consecutive: 1, minimumDuration: 0, openFor: 1 } });
      await apply(async () => answer(503));
      void apply(undefined, { breaker: false });
      expect([guard.isIdle, guard.view.retryInMs, guard.bulkhead?.inFlight]).toEqual([false, 1, 1]);
    });

    test('not while somebody waits for a cool-down and somebody for the budget', () => {
      guard.coolDown?.begin(100);
      void guard.coolDown?.join(() => undefined);
      for (let i = 0; i < 4; i++) spend();
      expect([guard.held, guard.isIdle]).toEqual([2, false]);
    });
  });

  test('an open circuit lets go of those who wait, one that goes half-open of nobody', async () => {
    const refused: End = { failure: 'refused', final: 'circuit-open' };
    let asked = 0;
    const refusal = () => {
      asked++;
      return undefined;
    };
    for (let i = 0; i < 3; i++) spend();
    guard.budget?.take(0, refusal);
    guard.coolDown?.begin(60_000);
    const held = guard.coolDown?.join(() => (guard.breaker?.state === 'open' ? refused : undefined));
    await apply(async () => answer(503), { coolDown: false });
    expect([await held?.result, asked]).toEqual([refused, 1]);
    guard.budget?.take(0, refusal);
    await clock.advance(1_000);
    const waiting = asked;
    await apply(async () => OK, { coolDown: false });
    expect([guard.breaker?.state, asked]).toEqual(['closed', waiting]);
  });

  test('where nothing waits, an open circuit has nobody to let go of', async () => {
    make({ ...ALL_OFF, breaker: { consecutive: 1, minimumDuration: 0 } });
    await apply(async () => answer(503));
    expect(guard.view).toEqual({ queued: 0, held: 0, circuit: 'open', retryInMs: 1_000 });
    expect(await apply()).toMatchObject({ failure: 'refused', unsent: true, final: 'circuit-open' });
  });

  test.each([
    [{ retry: 2 }, 3],
    [{ retry: 8 }, 8],
    [{ retry: { maxRetries: 8, budget: { reserve: 2 } } }, 2],
    [{ retry: { maxRetries: 8, budget: { reserve: 0 } } }, 0],
    [{ retry: { maxRetries: 1, budget: false as const } }, 3],
  ])('%j keeps %d retries in reserve', (policy, reserve) => {
    expect(reserveOf(resolvePolicy(policy).retry)).toBe(reserve);
  });
});
