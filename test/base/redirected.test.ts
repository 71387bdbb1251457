import { channel } from 'node:diagnostics_channel';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import axios, { type InternalAxiosRequestConfig } from 'axios';
import { attachResilience, type ResiliencePolicy } from 'axios-resilience';
import { withFakeClock } from 'axios-resilience/testing';
import { rejection } from '../helpers/settled.js';

/** One of the process: calls that other test files have left hanging may be listening, too. */
const failures = channel('undici:client:connectError');
/** Those of a test. */
const listeners = new Set<unknown>();
const isHeard = () => listeners.size > 0;
let subscribed = 0;

/** Has the channel say who subscribes and unsubscribes. */
function watch(name: 'subscribe' | 'unsubscribe', note: (listener: unknown) => void): void {
  const value = (listener: unknown) => {
    note(listener);
    return Object.getPrototypeOf(failures)[name].call(failures, listener);
  };
  Object.defineProperty(failures, name, { value, configurable: true });
}

const turn = setImmediate;
const nextTurn = () => new Promise<void>((resolve) => void turn(resolve));

type Config = InternalAxiosRequestConfig;

const answer = (config: Config) => ({ data: 'ok', status: 200, statusText: '', headers: {}, config });

/** An instance whose adapter notes whether anybody listens while it is asked. */
function watched(adapter: (config: Config) => Promise<ReturnType<typeof answer>>, policy?: ResiliencePolicy) {
  const seen: boolean[] = [];
  const api = axios.create({
    baseURL: 'http://api.test',
    adapter: (config) => {
      seen.push(isHeard());
      return adapter(config);
    },
  });
  const handle = attachResilience(api, policy);
  return { api, seen, handle };
}

const hang = () => new Promise<never>(() => {});

describe('that fetch cannot connect is listened for', () => {
  beforeEach(() => {
    subscribed = 0;
    watch('subscribe', (listener) => {
      // It calls itself for the first.
      if (!listeners.has(listener)) subscribed++;
      listeners.add(listener);
    });
    watch('unsubscribe', (listener) => listeners.delete(listener));
  });
  afterEach(async () => {
    jest.useRealTimers();
    await nextTurn();
    expect(isHeard()).toBe(false);
    for (const name of ['subscribe', 'unsubscribe']) Reflect.deleteProperty(failures, name);
  });

  test('in an attempt, not when an instance is attached, and once for calls that follow one another at once', async () => {
    const { api, seen } = watched(async (config) => answer(config));
    expect(isHeard()).toBe(false);
    for (let call = 0; call < 3; call++) await api.get('/');
    expect([seen, subscribed]).toEqual([[true, true, true], 1]);
  });

  test('anew in the next call', async () => {
    const { api, seen } = watched(async (config) => answer(config));
    for (let call = 0; call < 3; call++) {
      await api.get('/');
      await nextTurn();
      expect(isHeard()).toBe(false);
    }
    expect(seen).toEqual([true, true, true]);
  });

  test('until the last of several has ended', async () => {
    const ends: (() => void)[] = [];
    const { api } = watched((config) => new Promise((resolve) => ends.push(() => resolve(answer(config)))));
    const calls = ['/a', '/b'].map((url) => api.get(url));
    await nextTurn();
    const heard: boolean[] = [];
    for (const [index, call] of calls.entries()) {
      heard.push(isHeard());
      ends[index]?.();
      await call;
      await nextTurn();
    }
    expect([heard, isHeard()]).toEqual([[true, true], false]);
  });

  test('in each attempt of a call that fails, and not while it waits', async () => {
    await withFakeClock(async (clock) => {
      const { api, seen } = watched(() => Promise.reject(new Error('Network Error')), { retry: { maxRetries: 2 } });
      const call = rejection(api.get('/'));
      await nextTurn();
      await nextTurn();
      expect([seen.length, isHeard()]).toEqual([1, false]);
      await clock.until(call);
      expect(seen).toEqual([true, true, true]);
    });
  });

  test('until an attempt has timed out, whose adapter hangs', async () => {
    await withFakeClock(async (clock) => {
      const { api } = watched(hang, { attemptTimeout: 100, retry: false });
      const call = rejection(api.get('/'));
      await clock.advance(99);
      expect(isHeard()).toBe(true);
      expect((await clock.until(call)).message).toBe('attemptTimeout of 100 ms exceeded');
    });
  });

  test('until a call is cancelled, whose adapter hangs, though its instance is detached', async () => {
    const { api, handle } = watched(hang);
    const leaving = new AbortController();
    const call = rejection(api.get('/', { signal: leaving.signal }));
    await nextTurn();
    handle.detach();
    expect(isHeard()).toBe(true);
    leaving.abort();
    expect((await call).code).toBe('ERR_CANCELED');
  });

  test('no longer than that under fake timers, which it sets none of', async () => {
    jest.useFakeTimers();
    const { api, seen } = watched(async (config) => answer(config), { attemptTimeout: false, deadline: false });
    await api.get('/');
    expect([seen, jest.getTimerCount()]).toEqual([[true], 0]);
  });

  test('not through the http adapter', async () => {
    const api = axios.create({ adapter: 'http' });
    attachResilience(api);
    const heard: boolean[] = [];
    const lookup = (_name: string, _options: object, done: (error: Error) => void) => {
      heard.push(isHeard());
      done(new Error('no such name'));
    };
    await rejection(
      api.get('http://api.test/', { lookup: lookup as never, proxy: false, resilience: { retry: false } }),
    );
    expect(heard).toEqual([false]);
  });
});
