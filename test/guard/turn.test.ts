import { beforeEach, describe, expect, test } from '@jest/globals';
import { AxiosHeaders, type AxiosResponse } from 'axios';
import type { End, Outcome } from '../../src/base/outcome.js';
import type { Guard } from '../../src/guard/guard.js';
import { type Turn, turnOf } from '../../src/guard/turn.js';
import { resolvePolicy } from '../../src/policy/resolve.js';
import type { ResiliencePolicy } from '../../src/policy/types.js';
import { ManualClock } from '../helpers/manual-clock.js';
import { quietGuard } from '../helpers/quiet-guard.js';

const CONFIG = { headers: new AxiosHeaders() };
const CAUSE = new Error('status 503');
const OVER: End = { failure: 'timeout', final: 'deadline' };
const FAILED: Outcome = { failure: 'status', error: CAUSE, response: { status: 503 } as AxiosResponse };

describe('turnOf', () => {
  let clock: ManualClock;
  let guard: Guard;
  /** How each wait ended, and when. */
  let log: string[];
  /** Turns of the budget that were taken. */
  let calls: { readonly paid: number; readonly hasTurn: boolean }[];

  const make = (policy: ResiliencePolicy = {}) => {
    clock = new ManualClock();
    log = [];
    calls = [];
    guard = quietGuard(clock, policy);
  };
  beforeEach(() => make());

  const ask = (
    outcome?: Outcome,
    policy: ResiliencePolicy = {},
    remainingMs = 30_000,
    waitedMs = 0,
    turns = { paid: 0, hasTurn: false },
  ) => {
    const call = {
      config: CONFIG,
      policy: resolvePolicy(policy),
      lifetime: { overByNow: remainingMs < 1 ? OVER : undefined, remainingMs },
      outcome,
      recorder: { waitedMs },
      ...turns,
    };
    calls.push(call);
    return turnOf(guard, call);
  };
  const paid = () => calls.reduce((sum, call) => sum + call.paid, 0);

  /** In short: `goes`, why not, or `waits`, with what comes of it in the log. */
  const asked = (name: string, ...rest: Parameters<typeof ask>): string => {
    const answer = ask(...rest);
    if (!answer) return 'goes';
    if (!('leave' in answer)) return answer.final ?? 'refused';
    void (answer as Turn).result.then((end) => log.push(`${name} ${end?.final ?? 'goes'} at ${clock.now()}`));
    return 'waits';
  };

  test('a first attempt goes at once, whatever the budget', () => {
    const answers = Array.from({ length: 10 }, (_, i) => asked(`${i}`));
    expect([new Set(answers), guard.budget?.tokens]).toEqual([new Set(['goes']), 3]);
  });

  test('a scope without a cool-down has none to wait for', () => {
    make({ coolDown: false });
    expect([asked('a'), asked('b', FAILED)]).toEqual(['goes', 'goes']);
  });

  test('a retry takes a token, and waits once there is none', async () => {
    expect(['a', 'b', 'c', 'd'].map((name) => asked(name, FAILED))).toEqual(['goes', 'goes', 'goes', 'waits']);
    await clock.advance(250);
    expect([log, paid()]).toEqual([['d goes at 250'], 4]);
  });

  test('whoever leaves the line has taken none', async () => {
    for (const name of ['a', 'b', 'c']) asked(name, FAILED);
    const place = ask(FAILED) as Turn;
    place.leave(OVER);
    await clock.advance(10_000);
    expect([await place.result, calls.at(-1)]).toEqual([OVER, expect.objectContaining({ paid: 0, hasTurn: false })]);
  });

  test('whoever has one that was not made use of takes no other', () => {
    const taken = { paid: 1, hasTurn: true };
    expect([ask(FAILED, {}, 30_000, 0, taken), guard.budget?.tokens, paid()]).toEqual([undefined, 3, 1]);
  });

  test('a call that may be sent more often than others has a reserve to match', () => {
    const answers = Array.from({ length: 7 }, (_, i) => asked(`${i}`, FAILED, { retry: 6 }));
    expect(answers.filter((answer) => answer === 'goes')).toHaveLength(6);
  });

  test('a reserve that was set is not raised', () => {
    make({ retry: { budget: { reserve: 1 } } });
    const own = { retry: { maxRetries: 6, budget: { reserve: 1 } } };
    expect(['a', 'b'].map((name) => asked(name, FAILED, own))).toEqual(['goes', 'waits']);
  });

  test.each<[string, ResiliencePolicy, ResiliencePolicy]>([
    ['the scope', { retry: { budget: false } }, {}],
    ['the call', {}, { retry: { budget: false } }],
  ])('without a budget of %s, retries go as they come', (_, shared, own) => {
    make(shared);
    const answers = Array.from({ length: 10 }, (_, i) => asked(`${i}`, FAILED, own));
    expect([new Set(answers), paid()]).toEqual([new Set(['goes']), 0]);
  });

  test('once retries lead nowhere, all but one are let go with what they failed with', async () => {
    make({ retry: { budget: { reserve: 0 } } });
    const own = { retry: { budget: { reserve: 0 } } };
    expect(asked('first', FAILED, own)).toBe('goes');
    for (let i = 0; i < 6; i++) asked(`${i}`, FAILED, own);
    await clock.advance(5_750);
    expect([guard.hasSpentBudget, guard.held]).toEqual([true, 2]);
    // Of these, nobody has learnt anything.
    for (const failure of ['canceled', 'other'] as const) guard.tellBudget({ failure }, { paid: 1 });
    await clock.advance(0);
    expect(guard.held).toBe(2);
    guard.tellBudget(FAILED, { paid: 1 });
    await clock.advance(0);
    expect([log.at(-1), guard.held]).toEqual(['4 retry-budget at 5750', 1]);
    await clock.advance(2_000);
    expect([log.at(-1), guard.hasSpentBudget]).toEqual(['5 goes at 7500', false]);
  });

  test('whoever would have to wait in line for more than half of its time gives up at once', async () => {
    make({ retry: { budget: { reserve: 0 } } });
    const own = { retry: { budget: { reserve: 0 } } };
    for (const name of ['first', 'a', 'b', 'c']) asked(name, FAILED, own);
    await clock.advance(500);
    // One has gone in 500 ms, and two are before the next.
    expect(log).toEqual(['a goes at 500']);
    expect([asked('d', FAILED, own, 1_999), asked('e', FAILED, own, 2_000)]).toEqual(['retry-budget', 'waits']);
  });

  test('and so does whoever would be the first, where no token is left', () => {
    make({ retry: { budget: { reserve: 0 } } });
    const own = { retry: { budget: { reserve: 0 } } };
    expect(asked('a', FAILED, own)).toBe('goes');
    // Nobody is sent without one for 500 ms.
    expect([asked('b', FAILED, own, 999), asked('c', FAILED, own, 1_000)]).toEqual(['retry-budget', 'waits']);
  });

  test('whose time is up by then has run into its deadline', () => {
    expect([asked('a', FAILED, {}, 0), asked('b', FAILED, {}, -5), asked('c', FAILED, {}, 1)]).toEqual([
      'deadline',
      'deadline',
      'goes',
    ]);
  });

  describe('a retry that the server has said when to send', () => {
    const asking: Outcome = { ...FAILED, response: { status: 503 } as never, retryAfterMs: 1_000 };

    test('takes no token once it has waited so long', () => {
      for (let i = 0; i < 3; i++) asked(`${i}`, FAILED);
      expect([asked('a', asking), guard.budget?.tokens, paid()]).toEqual(['goes', 0, 3]);
    });

    test.each<[string, ResiliencePolicy, Outcome]>([
      ['the call does not cool down', { coolDown: false }, asking],
      ['it does not respect Retry-After', { retry: { respectRetryAfter: false } }, asking],
      ['the status is one that begins no cool-down', {}, { ...asking, response: { status: 500 } as never }],
      ['the server said `0`', {}, { ...asking, retryAfterMs: 0 }],
    ])('takes one where %s', (_, policy, outcome) => {
      expect([asked('a', outcome, policy), guard.budget?.tokens, paid()]).toEqual(['goes', 2, 1]);
    });

    test('takes one where the scope does not cool down', () => {
      make({ coolDown: false });
      expect([asked('a', asking), guard.budget?.tokens, paid()]).toEqual(['goes', 2, 1]);
    });
  });

  test('a retry in line is refused when the circuit opens, with its last failure as the cause', async () => {
    make({ retry: { budget: { reserve: 0 } } });
    const own = { retry: { budget: { reserve: 0 } } };
    asked('first', FAILED, own);
    const turn = ask(FAILED, own) as Turn;
    guard.breaker?.isolate();
    expect(await turn.result).toMatchObject({ final: 'circuit-open', unsent: true, error: { cause: CAUSE } });
    expect(asked('late', FAILED, own)).toBe('circuit-open');
    expect(asked('without a breaker', FAILED, { ...own, breaker: false })).toBe('waits');
  });

  describe('while the scope cools down', () => {
    beforeEach(() => void guard.coolDown?.begin(1_000));

    test('first attempts and retries wait, and no token is taken', async () => {
      expect([asked('a'), asked('b', FAILED), guard.budget?.tokens]).toEqual(['waits', 'waits', 3]);
      await clock.advance(999);
      expect([log, guard.held]).toEqual([[], 2]);
      await clock.advance(1_000);
      expect(log.map((line) => line.slice(0, 6))).toEqual(['b goes', 'a goes']);
    });

    test('a call whose policy has no cool-down goes, or waits for the budget alone', () => {
      expect([asked('a', undefined, { coolDown: false }), asked('b', FAILED, { coolDown: false })]).toEqual([
        'goes',
        'goes',
      ]);
      expect(guard.budget?.tokens).toBe(2);
    });

    test('a call that has not the time is refused: told how long, and why it was here again', () => {
      expect(ask(undefined, {}, 1_000)).toMatchObject({
        failure: 'refused',
        final: 'cooling-down',
        unsent: true,
        error: { code: 'ERR_COOLING_DOWN', retryInMs: 1_000 },
      });
      expect(ask(FAILED, {}, 500)).toMatchObject({ final: 'cooling-down', error: { cause: CAUSE } });
      expect(asked('a', undefined, {}, 1_001)).toBe('waits');
    });

    test('… by those in front, too', async () => {
      await clock.advance(600);
      asked('a');
      // 400 ms are left, and the one in front takes 250 / 1.5, as few do who come in so long a time.
      expect(ask(undefined, {}, 566)).toMatchObject({ error: { retryInMs: expect.closeTo(400 + 250 / 1.5) } });
      expect(asked('b', undefined, {}, 567)).toBe('waits');
    });

    test('whoever comes back after an attempt, or a wait, is not behind all newcomers, nor they behind it', async () => {
      await clock.advance(900);
      for (const name of ['a', 'b', 'c']) asked(name);
      asked('held before', undefined, {}, 30_000, 100);
      asked('retry', FAILED);
      await clock.advance(5_000);
      expect(log.map((line) => line.split(' goes')[0])).toEqual(['held before', 'a', 'retry', 'b', 'c']);
      expect([guard.held, clock.pending]).toEqual([0, 0]);
    });

    test('… and is not refused for the time that all newcomers take', async () => {
      await clock.advance(900);
      for (let i = 0; i < 9; i++) asked(`${i}`);
      // 100 ms are left, and 900 ms / 9 / 1.5 go by between two.
      expect(asked('newcomer', undefined, {}, 500)).toBe('cooling-down');
      expect([asked('retry', FAILED, {}, 101), asked('second', FAILED, {}, 101)]).toEqual(['waits', 'cooling-down']);
      await clock.advance(100);
      expect(log).toEqual(['retry goes at 1000']);
    });

    test('10,000 may wait, and no more, but for those who come back', () => {
      for (let i = 0; i < 10_000; i++) asked(`${i}`);
      expect([guard.held, asked('late'), asked('retry', FAILED)]).toEqual([10_000, 'cooling-down', 'waits']);
    });

    test('an open circuit comes first, and lets those go who wait', async () => {
      asked('a');
      asked('b', undefined, { breaker: false });
      guard.breaker?.isolate();
      await clock.advance(0);
      expect([log, asked('c'), guard.held]).toEqual([['a circuit-open at 0'], 'circuit-open', 1]);
    });
  });
});
