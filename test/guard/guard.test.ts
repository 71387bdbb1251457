import { beforeEach, describe, expect, test } from '@jest/globals';
import { AxiosHeaders } from 'axios';
import type { Outcome } from '../../src/base/outcome.js';
import { type Applicant, admit } from '../../src/guard/admit.js';
import { Guard } from '../../src/guard/guard.js';
import { resolvePolicy } from '../../src/policy/resolve.js';
import type { ResiliencePolicy } from '../../src/policy/types.js';

const OK: Outcome = {};
const FAILED: Outcome = { failure: 'status', response: { status: 503 } as never };
const CONFIG = { headers: new AxiosHeaders() };

describe('Guard', () => {
  let clock: number;
  let guard: Guard;
  let states: string[];
  let saturations: [limit: number, queued: number][];
  let coolDowns: number[];
  /** Who was sent, in order, and how to end each. */
  let sent: string[];
  let ends: Map<string, (outcome: Outcome) => void>;
  /** How each applicant's wait can be ended. */
  let queued: Map<string, (outcome: Outcome) => void>;
  /** What each ended with, in short. */
  let results: Record<string, string>;

  const make = (policy: ResiliencePolicy) => {
    [clock, states, saturations, coolDowns, sent, results] = [0, [], [], [], [], {}];
    [ends, queued] = [new Map(), new Map()];
    guard = new Guard('test', resolvePolicy({ breaker: { consecutive: 1, minimumDuration: 0 }, ...policy }), {
      now: () => clock,
      random: () => 0,
      after: () => () => {},
      onCoolDown: (ms) => coolDowns.push(ms),
      onExhausted: () => {},
      onStateChange: (from, to) => states.push(`${from} → ${to}`),
      onSaturation: (limit, waiting) => saturations.push([limit, waiting]),
    });
  };
  beforeEach(() => make({ bulkhead: { limit: 1, queue: 2 } }));

  const settle = async () => {
    for (let i = 0; i < 20; i++) await Promise.resolve();
  };
  const apply = async (name: string, policy: Pick<ResiliencePolicy, 'breaker' | 'bulkhead'> = {}, cause?: unknown) => {
    const applicant: Applicant = {
      call: {
        config: CONFIG,
        policy: resolvePolicy(policy),
        lifetime: { overByNow: undefined, remainingMs: 30_000 },
        recorder: { waitedMs: 0 },
        outcome: { error: cause },
      },
      send: async (breaker) => {
        const learn = breaker?.begin(clock);
        sent.push(name);
        const outcome = await new Promise<Outcome>((resolve) => ends.set(name, resolve));
        return learn ? learn(outcome, clock) : outcome;
      },
      onQueued: (leave) => queued.set(name, leave),
    };
    void admit(guard, applicant).then(({ final, failure }) => {
      results[name] = final ?? failure ?? 'ok';
    });
    await settle();
  };
  const end = async (name: string, outcome: Outcome) => {
    ends.get(name)?.(outcome);
    await settle();
  };

  test('sends an attempt that nothing stands against, and hands its outcome through', async () => {
    await apply('a');
    expect([sent, queued.size]).toEqual([['a'], 0]);
    await end('a', OK);
    expect(results).toEqual({ a: 'ok' });
  });

  test('refuses at once while the circuit is open: nothing queued, nothing sent', async () => {
    await apply('a');
    await end('a', FAILED);
    await apply('b');
    expect([sent, results, guard.queued]).toEqual([['a'], { a: 'status', b: 'circuit-open' }, 0]);
  });

  test('an open circuit comes before a full bulkhead', async () => {
    for (const name of ['a', 'b', 'c']) await apply(name, { breaker: false });
    await apply('d');
    guard.breaker?.isolate();
    await apply('e');
    expect(results).toEqual({ d: 'bulkhead-full', e: 'circuit-open' });
  });

  test('sends those who wait in order, one for each that ends', async () => {
    for (const name of ['a', 'b', 'c']) await apply(name);
    expect([sent, [...queued.keys()], guard.queued]).toEqual([['a'], ['b', 'c'], 2]);
    await end('a', OK);
    expect(sent).toEqual(['a', 'b']);
    await end('b', OK);
    expect(sent).toEqual(['a', 'b', 'c']);
  });

  test('one who leaves the queue is not sent, and makes room', async () => {
    for (const name of ['a', 'b', 'c']) await apply(name);
    queued.get('b')?.({ failure: 'canceled', final: 'canceled' });
    await settle();
    expect([results, guard.queued]).toEqual([{ b: 'canceled' }, 1]);
    await end('a', OK);
    expect(sent).toEqual(['a', 'c']);
  });

  test('a full bulkhead says nothing about the other side', async () => {
    for (const name of ['a', 'b', 'c', 'd']) await apply(name);
    expect([results, guard.breaker?.state]).toEqual([{ d: 'bulkhead-full' }, 'closed']);
    await end('a', OK);
    expect([sent, states]).toEqual([['a', 'b'], []]);
  });

  test('flushes the queue the moment the circuit opens', async () => {
    for (const name of ['a', 'b', 'c']) await apply(name);
    await end('a', FAILED);
    expect([sent, guard.queued, states]).toEqual([['a'], 0, ['closed → open']]);
    expect(results).toEqual({ a: 'status', b: 'circuit-open', c: 'circuit-open' });
  });

  test('flushes the queue when the circuit is isolated by hand, though a slot is still taken', async () => {
    for (const name of ['a', 'b']) await apply(name);
    guard.breaker?.isolate();
    await settle();
    expect([results, guard.queued]).toEqual([{ b: 'circuit-open' }, 0]);
  });

  test('asks the circuit again when a slot is free: one probe goes, who waited beside it does not', async () => {
    make({ bulkhead: { limit: 2, queue: 10 } });
    await apply('a');
    await end('a', FAILED);
    for (const name of ['b', 'c']) await apply(name, { breaker: false });
    clock = 1_000;
    for (const name of ['probe', 'other']) await apply(name);
    expect(guard.queued).toBe(2);
    for (const name of ['b', 'c']) await end(name, OK);
    expect([sent, results.other]).toEqual([['a', 'b', 'c', 'probe'], 'circuit-open']);
    await end('probe', OK);
    expect([results.probe, guard.breaker?.state]).toEqual(['ok', 'closed']);
  });

  test('a probe that is cancelled is handed on to one who waits beside it', async () => {
    make({ bulkhead: { limit: 2, queue: 10 } });
    await apply('a');
    await end('a', FAILED);
    for (const name of ['b', 'c']) await apply(name, { breaker: false });
    clock = 1_000;
    for (const name of ['probe', 'other']) await apply(name);
    await end('b', OK);
    await end('probe', { failure: 'canceled' });
    expect([sent, results.other]).toEqual([['a', 'b', 'c', 'probe', 'other'], undefined]);
    await end('other', OK);
    expect([results.other, guard.breaker?.state]).toEqual(['ok', 'closed']);
  });

  test('10,000 who wait while an attempt fails are let go at once, with one change of state and one saturation', async () => {
    make({ bulkhead: { limit: 1, queue: 10_000 } });
    await apply('a');
    const waiting = Array.from({ length: 10_000 }, () =>
      admit(guard, {
        call: {
          config: CONFIG,
          policy: resolvePolicy({}),
          lifetime: { overByNow: undefined, remainingMs: 30_000 },
          recorder: { waitedMs: 0 },
          outcome: undefined,
        },
        send: async () => OK,
        onQueued: () => {},
      }),
    );
    await end('a', FAILED);
    const ends = new Set((await Promise.all(waiting)).map(({ final }) => final));
    expect([...ends, guard.queued, guard.bulkhead?.inFlight]).toEqual(['circuit-open', 0, 0]);
    expect([states, saturations]).toEqual([['closed → open'], [[1, 1]]]);
  });

  test('says that it is full once, until there has been room for all', async () => {
    for (const name of ['a', 'b', 'c', 'd']) await apply(name);
    expect([saturations, results]).toEqual([[[1, 1]], { d: 'bulkhead-full' }]);
    await end('a', OK);
    await apply('e');
    for (const name of ['b', 'c']) await end(name, OK);
    expect([sent.at(-1), guard.queued, saturations.length]).toEqual(['e', 0, 1]);
    await apply('f');
    expect(saturations).toHaveLength(1);
    for (const name of ['e', 'f']) await end(name, OK);
    await apply('g');
    expect(saturations).toHaveLength(1);
    await apply('h');
    expect(saturations).toEqual([
      [1, 1],
      [1, 1],
    ]);
  });

  test('a queue that empties because all give up is no end of it, while the slot is taken', async () => {
    for (const name of ['a', 'b']) await apply(name);
    queued.get('b')?.({ failure: 'canceled' });
    await apply('c');
    expect(saturations).toHaveLength(1);
    for (const name of ['a', 'c']) await end(name, OK);
    for (const name of ['d', 'e']) await apply(name);
    expect(saturations).toHaveLength(2);
  });

  test('without a queue, the first refusal says so', async () => {
    make({ bulkhead: { limit: 1, queue: 0 } });
    for (const name of ['a', 'b', 'c']) await apply(name);
    expect([saturations, results]).toEqual([[[1, 0]], { b: 'bulkhead-full', c: 'bulkhead-full' }]);
    await end('a', OK);
    for (const name of ['d', 'e']) await apply(name);
    expect(saturations).toHaveLength(2);
  });

  test('who comes without a breaker is neither refused, nor flushed, nor counted', async () => {
    await apply('a');
    await apply('b', { breaker: false });
    await end('a', FAILED);
    expect([sent, results]).toEqual([['a', 'b'], { a: 'status' }]);
    await end('b', FAILED);
    clock = 1_000;
    await apply('c');
    expect([sent.at(-1), states]).toEqual(['c', ['closed → open', 'open → half-open']]);
  });

  test('who comes without a bulkhead neither waits nor takes a slot, but is bound by the circuit', async () => {
    await apply('a', { bulkhead: false });
    await apply('b');
    await apply('c', { bulkhead: false });
    expect([sent, guard.queued, guard.bulkhead?.inFlight]).toEqual([['a', 'b', 'c'], 0, 1]);
    await end('a', FAILED);
    await apply('d', { bulkhead: false });
    expect(results).toEqual({ a: 'status', d: 'circuit-open' });
  });

  test('a scope that has neither lets everybody through', async () => {
    make({ breaker: false, bulkhead: false });
    for (const name of ['a', 'b', 'c']) await apply(name);
    for (const name of ['a', 'b', 'c']) await end(name, FAILED);
    await apply('d');
    expect([sent.length, guard.queued, guard.breaker, guard.bulkhead]).toEqual([4, 0, undefined, undefined]);
  });

  test('is busy while somebody waits or is out, or while it is held open by hand, and idle once nothing refuses', async () => {
    expect([guard.isBusy, guard.isIdle]).toEqual([false, true]);
    await apply('a');
    expect([guard.isBusy, guard.isIdle]).toEqual([true, false]);
    await end('a', FAILED);
    expect([guard.isBusy, guard.isIdle, guard.breaker?.state]).toEqual([false, false, 'open']);
    clock = 1_000;
    expect([guard.isBusy, guard.isIdle]).toEqual([false, false]);
    await apply('probe');
    await end('probe', OK);
    expect([guard.isBusy, guard.isIdle]).toEqual([false, true]);
    const isolation = guard.breaker?.isolate();
    expect([guard.isBusy, guard.isIdle]).toEqual([true, false]);
    isolation?.dispose();
    guard.tellCoolDown({ ...FAILED, retryAfterMs: 500 }, resolvePolicy({}));
    expect([guard.isBusy, guard.isIdle, coolDowns]).toEqual([false, false, [500]]);
  });

  test.each([
    ['of nothing', 0, {}],
    ['that no policy would wait for', 500, { retry: { maxRetryAfter: 0 } }],
    ['that is not heeded', 500, { retry: { respectRetryAfter: false } }],
    ['of which the scope is not to learn', 500, { coolDown: false }],
  ])('a Retry-After %s begins no cool-down', (_which, retryAfterMs, policy: ResiliencePolicy) => {
    guard.tellCoolDown({ ...FAILED, retryAfterMs }, resolvePolicy(policy));
    expect([coolDowns, guard.coolDown?.isOn]).toEqual([[], false]);
  });
});
