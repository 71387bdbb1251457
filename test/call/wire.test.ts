import { createRequire } from 'node:module';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { AxiosInstance } from 'axios';
import axiosRetry from 'axios-retry';
import { LightSignal } from '../../src/base/signal.js';
import { type Reissuable, reissue } from '../../src/call/wire.js';

/** A job that fails as often as told, and writes down what axios-retry asks of it. */
function job(failures: number, delayMs = 0): Reissuable & { log: string[]; signal: LightSignal } {
  const log: string[] = [];
  let left = failures;
  return {
    log,
    signal: new LightSignal(),
    again: async () => {
      log.push('again?');
      return left > 0;
    },
    get delayMs() {
      log.push(`wait ${delayMs}`);
      return delayMs;
    },
    resend: async () => {
      log.push('resend');
      left--;
      return left > 0;
    },
  };
}

describe('axios-retry on the wire', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  test('asks, waits and sends again until an attempt succeeds', async () => {
    const flaky = job(3, 50);
    const done = reissue(flaky);
    await jest.advanceTimersByTimeAsync(150);
    await done;
    expect(flaky.log).toEqual([
      'again?',
      'wait 50',
      'resend',
      'again?',
      'wait 50',
      'resend',
      'again?',
      'wait 50',
      'resend',
    ]);
  });

  test('stops at the first no, without an error of its own', async () => {
    const hopeless = job(0);
    await reissue(hopeless);
    expect(hopeless.log).toEqual(['again?']);
  });

  test('waits exactly as long as told', async () => {
    const flaky = job(1, 12_345);
    void reissue(flaky);
    await jest.advanceTimersByTimeAsync(12_344);
    expect(flaky.log).toEqual(['again?', 'wait 12345']);
    await jest.advanceTimersByTimeAsync(1);
    expect(flaky.log.at(-1)).toBe('resend');
  });

  test('its signal ends a wait at once and leaves no timer behind', async () => {
    const flaky = job(1, 60_000);
    const done = reissue(flaky);
    await jest.advanceTimersByTimeAsync(10);
    expect(jest.getTimerCount()).toBe(1);
    flaky.signal.abort();
    await done;
    expect(flaky.log.at(-1)).toBe('resend');
    expect(jest.getTimerCount()).toBe(0);
  });

  test('has no limit of its own', async () => {
    const stubborn = job(500);
    const done = reissue(stubborn);
    await jest.advanceTimersByTimeAsync(10_000);
    await done;
    expect(stubborn.log.filter((line) => line === 'resend')).toHaveLength(500);
  });
});

describe(`the contract with axios-retry ${createRequire(__filename)('axios-retry/package.json').version}`, () => {
  test('it touches of an instance only what the wire has, and of a config only its own key, signal and agents', async () => {
    const touched = new Set<string>();
    const spy = <T extends object>(name: string, target: T): T =>
      new Proxy(target, {
        get: (object, key, receiver) => {
          touched.add(`${name}.${String(key)}`);
          return Reflect.get(object, key, receiver);
        },
        set: (object, key, value) => {
          touched.add(`${name}.${String(key)} =`);
          return Reflect.set(object, key, value);
        },
      });
    let rejected!: (error: unknown) => Promise<unknown>;
    const response = {
      use: (_: unknown, handler: typeof rejected) => {
        rejected = handler;
      },
    };
    const calls: unknown[] = [];
    const wire = Object.assign(async (config: unknown) => void calls.push(config), {
      defaults: spy('defaults', {}),
      interceptors: { request: { use: () => 0 }, response },
    });
    axiosRetry(wire as unknown as AxiosInstance, {
      retries: Infinity,
      retryCondition: () => true,
      retryDelay: () => 0,
      shouldResetTimeout: true,
    });
    const config = spy('config', { signal: new LightSignal() });
    await rejected({ config });
    expect(calls[0] === config && calls.length === 1).toBe(true);
    expect([...touched].sort()).toEqual([
      'config.agent',
      'config.axios-retry',
      'config.axios-retry =',
      'config.httpAgent',
      'config.httpsAgent',
      'config.signal',
      'config.transformRequest =',
      'defaults.agent',
      'defaults.httpAgent',
      'defaults.httpsAgent',
    ]);
  });
});
