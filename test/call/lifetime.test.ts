import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import axios, { AxiosHeaders, type CancelToken, type InternalAxiosRequestConfig } from 'axios';
import { now } from '../../src/base/clock.js';
import { DeadlineExceededError } from '../../src/base/errors.js';
import type { Outcome } from '../../src/base/outcome.js';
import { LightSignal } from '../../src/base/signal.js';
import { Lifetime, type PhaseLimit } from '../../src/call/lifetime.js';
import { countAbortListeners } from '../helpers/left-over.js';

type Config = InternalAxiosRequestConfig;

function live(deadline = Infinity, more: Partial<Config> = {}): Lifetime {
  const config: Config = { headers: new AxiosHeaders(), ...more };
  return new Lifetime(config, now(), deadline, () => new DeadlineExceededError(config, 'test', deadline));
}

const limit = (ms: number, tell = () => {}): PhaseLimit => ({ startedAt: now(), endsAt: now() + ms, tell });

/** What axios's CancelToken has but does not declare. */
interface Subscribable {
  subscribe(listener: () => void): void;
  unsubscribe(listener: () => void): void;
}
/** axios keeps them in a field it does not declare. */
const subscribers = (token: CancelToken) => (token as { _listeners?: unknown[] | null })._listeners?.length ?? 0;

describe('Lifetime', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  test('is over at its deadline, not before, and counts down to it', () => {
    const lifetime = live(1_000);
    lifetime.enter(() => {});
    jest.advanceTimersByTime(999);
    expect([lifetime.over, lifetime.remainingMs]).toEqual([undefined, 1]);
    jest.advanceTimersByTime(1);
    expect(lifetime.over).toMatchObject({
      failure: 'timeout',
      final: 'deadline',
      error: { code: 'ERR_DEADLINE_EXCEEDED', deadline: 1_000 },
    });
  });

  test('without a deadline it needs no timer and never runs out', () => {
    expect([live().remainingMs, jest.getTimerCount()]).toEqual([Infinity, 0]);
  });

  test('is over when the signal aborts, for the reason the signal gives', () => {
    const controller = new AbortController();
    const reason = new Error('left the page');
    const lifetime = live(1_000, { signal: controller.signal });
    controller.abort(reason);
    expect(lifetime.over).toMatchObject({ failure: 'canceled', final: 'canceled', error: { code: 'ERR_CANCELED' } });
    expect(lifetime.over?.error).toHaveProperty('cause', reason);
  });

  test('is over when the token cancels, in the words of the token', async () => {
    const { token, cancel } = axios.CancelToken.source();
    const lifetime = live(1_000, { cancelToken: token });
    cancel('no longer needed');
    await jest.advanceTimersByTimeAsync(0);
    expect(lifetime.over).toMatchObject({ final: 'canceled', error: { message: 'no longer needed' } });
  });

  test('begins over where its signal or its token had ended before', () => {
    const { token, cancel } = axios.CancelToken.source();
    cancel();
    const lifetimes = [live(1_000, { signal: AbortSignal.abort() }), live(1_000, { cancelToken: token })];
    expect(lifetimes.map(({ over }) => over?.final)).toEqual(['canceled', 'canceled']);
  });

  test('of two ends the first one counts, and the phase hears of it once', () => {
    const controller = new AbortController();
    const lifetime = live(1_000, { signal: controller.signal });
    const ends: Outcome[] = [];
    lifetime.enter((end) => ends.push(end));
    jest.advanceTimersByTime(1_000);
    controller.abort();
    expect(ends.map(({ final }) => final)).toEqual(['deadline']);
  });

  test('tells its end to the phase it is in only, and to a later one as it is entered', () => {
    const lifetime = live(1_000);
    const told: string[] = [];
    lifetime.enter(() => told.push('queued'));
    lifetime.enter(() => told.push('attempting'));
    jest.advanceTimersByTime(1_000);
    expect(told).toEqual(['attempting']);
    lifetime.enter(() => told.push('waiting'));
    expect(told).toEqual(['attempting', 'waiting']);
  });

  test('tells a phase of its own limit, and goes on; the deadline still comes, by one timer all along', () => {
    const lifetime = live(1_000);
    const told: (string | undefined)[] = [];
    lifetime.enter(
      ({ final }) => told.push(final),
      limit(300, () => told.push('limit')),
    );
    jest.advanceTimersByTime(299);
    expect([told, jest.getTimerCount()]).toEqual([[], 1]);
    jest.advanceTimersByTime(1);
    expect([told, lifetime.over, jest.getTimerCount()]).toEqual([['limit'], undefined, 1]);
    jest.advanceTimersByTime(700);
    expect([told, jest.getTimerCount()]).toEqual([['limit', 'deadline'], 0]);
  });

  test('the limit of a phase ends with it, and the next one has its own, counted from its own beginning', () => {
    const lifetime = live(1_000);
    const told: string[] = [];
    lifetime.enter(
      () => {},
      limit(300, () => told.push('first')),
    );
    jest.advanceTimersByTime(200);
    lifetime.enter(() => {});
    jest.advanceTimersByTime(200);
    lifetime.enter(
      () => {},
      limit(300, () => told.push('second')),
    );
    jest.advanceTimersByTime(299);
    expect(told).toEqual([]);
    jest.advanceTimersByTime(1);
    expect([told, lifetime.over]).toEqual([['second'], undefined]);
  });

  test('a timer that was set for an earlier limit is not taken for that of the phase it fires in', () => {
    const lifetime = live(1_000);
    const set = jest.spyOn(globalThis, 'setTimeout');
    const told: string[] = [];
    lifetime.enter(
      () => {},
      limit(100, () => told.push('first')),
    );
    lifetime.enter(
      () => {},
      limit(300, () => told.push('second')),
    );
    lifetime.enter(
      () => {},
      limit(300, () => told.push('third')),
    );
    expect(set).toHaveBeenCalledTimes(1);
    jest.advanceTimersByTime(299);
    expect(told).toEqual([]);
    jest.advanceTimersByTime(1);
    expect([told, lifetime.over, set.mock.calls.length]).toEqual([['third'], undefined, 3]);
    set.mockRestore();
  });

  test('a limit longer than timers can be is none', () => {
    const lifetime = live();
    lifetime.enter(() => {}, limit(2 ** 31));
    expect(jest.getTimerCount()).toBe(0);
  });

  test('until settles as the work does while there is time', async () => {
    const lifetime = live(1_000);
    expect(await lifetime.until(Promise.resolve('done'))).toBe('done');
    await expect(lifetime.until(Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    jest.advanceTimersByTime(1_000);
    expect(lifetime.over?.final).toBe('deadline');
  });

  test('until gives up work that never ends', async () => {
    const lifetime = live(1_000);
    const end = lifetime.until(new Promise<string>(() => {}));
    jest.advanceTimersByTime(1_000);
    expect([await end, lifetime.over]).toMatchObject([undefined, { final: 'deadline' }]);
  });

  test('disposed, it has neither timer nor listener, and hears of no end any more', async () => {
    const controller = new AbortController();
    const { token, cancel } = axios.CancelToken.source();
    const lifetime = live(1_000, { signal: controller.signal, cancelToken: token });
    lifetime.enter(() => {});
    expect([jest.getTimerCount(), countAbortListeners(controller.signal), subscribers(token)]).toEqual([1, 1, 1]);
    lifetime.dispose();
    expect([jest.getTimerCount(), countAbortListeners(controller.signal), subscribers(token)]).toEqual([0, 0, 0]);
    controller.abort();
    cancel();
    await jest.advanceTimersByTimeAsync(0);
    expect(lifetime.over).toBeUndefined();
  });

  test('a lent body can be cancelled after the call, but has no deadline', () => {
    const controller = new AbortController();
    const lifetime = live(1_000, { signal: controller.signal });
    const stream = new AbortController();
    lifetime.followBody(stream, new PassThrough());
    lifetime.dispose();
    expect([jest.getTimerCount(), countAbortListeners(controller.signal)]).toEqual([0, 1]);
    jest.advanceTimersByTime(1_000);
    expect(stream.signal.aborted).toBe(false);
    controller.abort();
    expect(stream.signal.aborted).toBe(true);
  });

  test('lets go of the caller’s signal when the lent body closes, or when nobody listens to its own', () => {
    const controller = new AbortController();
    const body = new PassThrough();
    const byBody = live(1_000, { signal: controller.signal });
    byBody.followBody(new AbortController(), body);
    byBody.dispose();
    const own = new LightSignal();
    const reader = () => {};
    own.addEventListener('abort', reader);
    const bySignal = live(1_000, { signal: controller.signal });
    bySignal.followBody(own, {});
    bySignal.dispose();
    expect(countAbortListeners(controller.signal)).toBe(2);
    body.emit('close');
    own.removeEventListener('abort', reader);
    expect(countAbortListeners(controller.signal)).toBe(0);
  });

  test('a body that has ended, or that nobody may cancel, needs no ear', () => {
    const controller = new AbortController();
    const ended = live(1_000, { signal: controller.signal });
    ended.followBody(new AbortController(), { closed: true, once: () => {} });
    ended.dispose();
    const body = new PassThrough();
    const uncancelable = live(1_000);
    uncancelable.followBody(new AbortController(), body);
    expect([countAbortListeners(controller.signal), body.listenerCount('close')]).toEqual([0, 0]);
  });

  test('a lent body can be cancelled by the token, too', async () => {
    const { token, cancel } = axios.CancelToken.source();
    const stream = new AbortController();
    const lifetime = live(1_000, { cancelToken: token });
    lifetime.followBody(stream, new PassThrough());
    lifetime.dispose();
    cancel();
    await jest.advanceTimersByTimeAsync(0);
    expect(stream.signal.aborted).toBe(true);
  });

  test('stays on a token that is telling its listeners, which would miss one', async () => {
    const { token, cancel } = axios.CancelToken.source() as { token: CancelToken & Subscribable; cancel(): void };
    const told = jest.fn();
    token.subscribe(told);
    const lifetime = live(1_000, { cancelToken: token });
    const adapter = () => {
      token.unsubscribe(adapter);
      lifetime.dispose();
    };
    token.subscribe(adapter);
    cancel();
    await jest.advanceTimersByTimeAsync(0);
    expect([told.mock.calls.length, subscribers(token)]).toEqual([1, 0]);
  });

  test('is over by now when less than a millisecond is left, though no timer has fired yet', () => {
    const config: Config = { headers: new AxiosHeaders() };
    const late = (ms: number) =>
      new Lifetime(config, now() - ms, 1_000, () => new DeadlineExceededError(config, 'test', 1_000));
    expect([999, 999.1, 1_000].map((ms) => late(ms).overByNow?.final)).toEqual([undefined, 'deadline', 'deadline']);
    expect(late(1_000).over).toBeUndefined();
    const cut = late(1_000);
    cut.cut({ failure: 'canceled', final: 'canceled' });
    expect(cut.overByNow?.final).toBe('canceled');
  });

  test('can be cut short from outside, once', () => {
    const lifetime = live(1_000);
    const ends: Outcome[] = [];
    lifetime.enter((end) => ends.push(end));
    lifetime.cut({ final: 'vetoed' });
    lifetime.cut({ final: 'canceled' });
    expect([ends, lifetime.over]).toEqual([[{ final: 'vetoed' }], { final: 'vetoed' }]);
  });

  test('a limit that is longer than what is left takes nothing from the deadline', () => {
    const lifetime = live(1_000);
    lifetime.enter(() => {}, limit(5_000));
    jest.advanceTimersByTime(1_000);
    expect(lifetime.over?.final).toBe('deadline');
  });

  test('its timer is never early, and no later for a rounding error', () => {
    const set = jest.spyOn(globalThis, 'setTimeout');
    const fractional = (startedAt: number, ms: number) =>
      live().enter(() => {}, { startedAt, endsAt: startedAt + ms, tell: () => {} });
    fractional(12_345.678_901_234, 10_000);
    fractional(0.3, 0.6);
    fractional(0.3, 99.4);
    fractional(100, -13.5);
    expect(set.mock.calls.map(([, ms]) => ms)).toEqual([10_000, 1, 100, 0]);
    set.mockRestore();
  });

  test('no timer is set before there is somebody to tell', () => {
    const lifetime = live(1_000);
    expect(jest.getTimerCount()).toBe(0);
    jest.advanceTimersByTime(400);
    const ends: (string | undefined)[] = [];
    lifetime.enter(({ final }) => ends.push(final));
    jest.advanceTimersByTime(599);
    expect(ends).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(ends).toEqual(['deadline']);
  });

  test('the longest limit that a timer can have is one', () => {
    const lifetime = live();
    lifetime.enter(() => {}, limit(2 ** 31 - 1));
    expect(jest.getTimerCount()).toBe(1);
  });

  test('signals and tokens that are only half of one are taken as they are', () => {
    live(1_000, { signal: { aborted: false } as never, cancelToken: {} as never }).dispose();
    let cancel = () => {};
    const subscribe = (listener: () => void) => {
      cancel = listener;
    };
    const lifetime = live(1_000, { cancelToken: { subscribe } as never });
    cancel();
    expect(lifetime.over).toMatchObject({ final: 'canceled', error: { code: 'ERR_CANCELED' } });
  });
});
