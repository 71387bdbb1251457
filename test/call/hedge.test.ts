import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import axios, { AxiosError, AxiosHeaders, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios';
import { Call } from '../../src/call/call.js';
import { Context } from '../../src/call/context.js';
import { attemptWithHedge } from '../../src/call/hedge.js';
import type { ResiliencePolicy } from '../../src/policy/types.js';

type Config = InternalAxiosRequestConfig;

interface Busy {
  readonly ms: number;
  readonly retryAfter: string;
}

/** A call whose attempts take so long each; a negative number is a lost connection. */
function call(policy: Pick<ResiliencePolicy, 'hedge' | 'deadline'>, ...attempts: (number | Busy)[]) {
  let sent = 0;
  const send = (config: Config) =>
    new Promise<AxiosResponse>((resolve, reject) => {
      const next = attempts[sent++] ?? 0;
      const { ms, retryAfter } = typeof next === 'number' ? { ms: next, retryAfter: undefined } : next;
      const status = retryAfter ? 503 : 200;
      const settle = () =>
        ms < 0
          ? reject(new AxiosError('reset', 'ECONNRESET', config))
          : resolve({ status, statusText: '', headers: { 'retry-after': retryAfter }, data: sent, config });
      setTimeout(settle, Math.abs(ms));
    });
  const context = new Context(axios, { deadline: false, attemptTimeout: false, ...policy });
  const config: Config = { url: 'https://api.test/', method: 'get', headers: new AxiosHeaders() };
  const adapter = { send, isAxiosOwn: false, isNodeHttp: false, isFetch: false };
  const made = new Call(config, adapter, context.policy, context);
  const learnt = jest.spyOn(made.scope.guard.latencies, 'add');
  return { call: made, learnt: () => learnt.mock.calls.flat(), sent: () => sent };
}

describe('how long answers take is learnt', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  test.each<[string, NonNullable<ResiliencePolicy['hedge']>]>([
    ['while too little is known to hedge', { quantile: 0.9 }],
    ['when the answer came in time', { delay: 100 }],
  ])('from successes only: %s', async (_, hedge) => {
    const learnt = [];
    for (const ms of [30, -30]) {
      const one = call({ hedge }, ms);
      const end = attemptWithHedge(one.call);
      await jest.advanceTimersByTimeAsync(1_000);
      await end;
      learnt.push([one.learnt(), one.sent()]);
    }
    expect(learnt).toEqual([
      [[30], 1],
      [[], 1],
    ]);
  });

  test('from the one that was answered first, counted from its own beginning', async () => {
    const slow = call({ hedge: 50 }, 80, 20);
    const end = attemptWithHedge(slow.call);
    await jest.advanceTimersByTimeAsync(1_000);
    expect([(await end).response?.data, slow.learnt(), slow.sent()]).toEqual([2, [20], 2]);
    expect(jest.getTimerCount()).toBe(0);
  });
});

test.each<[string, number, number | undefined]>([
  ['what is left of that', 1_080, 1_000],
  ['no more than that', 3_000, undefined],
])('of a first that was told to wait, the second inherits %s', async (_, failsAt, leftMs) => {
  jest.useFakeTimers();
  const one = call({ hedge: 50 }, { ms: 80, retryAfter: '2' }, 50 - failsAt);
  const end = attemptWithHedge(one.call);
  await jest.advanceTimersByTimeAsync(5_000);
  expect([(await end).retryAfterMs, one.sent()]).toEqual([leftMs, 2]);
  jest.useRealTimers();
});

describe('on a fake clock that jumps', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  test('a call that is over by its deadline is not hedged after it', async () => {
    const late = call({ hedge: 60, deadline: 50 }, 1_000, 1_000);
    const end = attemptWithHedge(late.call);
    jest.advanceTimersByTime(100);
    expect([(await end).final, late.sent(), jest.getTimerCount()]).toEqual(['deadline', 1, 1]);
  });
});
