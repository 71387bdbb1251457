import { describe, expect, test } from '@jest/globals';
import axios, { type AxiosInstance } from 'axios';
import { attachResilience } from 'axios-resilience';
import { scriptedAdapter } from 'axios-resilience/testing';
import { rejection } from './helpers/settled.js';

const NOW = { backoff: () => 0 };

describe('attachResilience', () => {
  test.each([[undefined], [null], [{}], ['axios'], [() => {}], [new axios.Axios({}).interceptors]])(
    'refuses %p, which is no axios instance',
    (instance) => {
      expect(() => attachResilience(instance as unknown as AxiosInstance)).toThrow(TypeError);
      expect(() => attachResilience(instance as unknown as AxiosInstance)).toThrow(
        /^`instance` must be an axios instance/,
      );
    },
  );

  test('refuses a policy that is none, and leaves the instance free to be attached', () => {
    const api = axios.create();
    expect(() => attachResilience(api, { retry: { maxRetries: -1 } })).toThrow(
      new RangeError('`retry.maxRetries` must be a whole number ≥ 0, got -1'),
    );
    expect(() => attachResilience(api, null as never)).toThrow(new TypeError('`policy` must be an object, got null'));
    attachResilience(api);
  });

  test('refuses a second time, until detached', () => {
    const api = axios.create();
    const first = attachResilience(api);
    expect(() => attachResilience(api)).toThrow(/already attached/);
    first.detach();
    const second = attachResilience(api);
    first.detach();
    expect(() => attachResilience(api)).toThrow(/already attached/);
    second.detach();
  });

  test('interceptors.request.clear() takes it off: it can be attached again, and detaching the first takes off nobody else', async () => {
    const api = axios.create({ adapter: scriptedAdapter([200]) });
    const first = attachResilience(api);
    api.interceptors.request.clear();
    let seen = 0;
    api.interceptors.request.use((config) => {
      seen++;
      return config;
    });
    first.detach();
    const { stats } = attachResilience(api);
    await api.get('http://h/');
    expect([seen, stats().calls, first.stats().calls]).toEqual([1, 1, 0]);
  });

  test('interceptors whose list was emptied by hand are none', () => {
    const api = axios.create();
    const { detach } = attachResilience(api);
    Object.assign(api.interceptors.request, { handlers: null });
    detach();
    Object.assign(api.interceptors.request, { handlers: [] });
    attachResilience(api);
    expect(() => attachResilience(api)).toThrow(/already attached/);
  });

  test('leaves no visible mark on the instance', () => {
    const api = axios.create();
    const keys = Object.keys(api);
    attachResilience(api);
    expect(Object.keys(api)).toEqual(keys);
  });

  test('works on axios itself, on new Axios() and on what create() makes of an attached instance only if attached', async () => {
    const adapter = scriptedAdapter([503, 503, 200]);
    const parent = axios.create({ adapter });
    attachResilience(parent, { retry: NOW });
    const child = parent.create?.() ?? axios.create({ adapter });
    await rejection(child.get('http://h/'));
    expect(adapter.hits).toHaveLength(1);
    const bare = new axios.Axios({ adapter: scriptedAdapter([503, 200]) });
    attachResilience(bare, { retry: NOW });
    expect((await bare.request({ url: 'http://h/', headers: {} })).status).toBe(200);
    const handle = attachResilience(axios, { retry: NOW });
    const direct = scriptedAdapter([503, 200]);
    expect((await axios('http://h/', { adapter: direct })).status).toBe(200);
    expect(direct.hits).toHaveLength(2);
    handle.detach();
  });

  test('a detached instance is plain again, and calls in flight end under the policy they began with', async () => {
    const adapter = scriptedAdapter([503, 503, 200]);
    const api = axios.create({ adapter });
    const { detach, stats } = attachResilience(api, { retry: { backoff: () => 20 } });
    const inFlight = api.get('http://h/');
    detach();
    expect((await inFlight).status).toBe(200);
    const later = scriptedAdapter([503]);
    await rejection(api.get('http://h/', { adapter: later }));
    expect(later.hits).toHaveLength(1);
    expect(stats()).toMatchObject({ calls: 1, attempts: 3, retries: 2, successes: 1 });
  });

  test('the policy is copied: what its owner does to it later changes nothing', async () => {
    const adapter = scriptedAdapter([503]);
    const api = axios.create({ adapter });
    const policy = { retry: { maxRetries: 1, backoff: () => 0, statuses: [503] } };
    attachResilience(api, policy);
    policy.retry.maxRetries = 9;
    policy.retry.statuses.length = 0;
    await rejection(api.get('http://h/'));
    expect(adapter.hits).toHaveLength(2);
  });

  test('counts calls, attempts and ends, in all and by scope', async () => {
    const api = axios.create({ adapter: scriptedAdapter([503, 200, 404]) });
    const { stats } = attachResilience(api, { retry: NOW });
    await api.get('http://a/');
    await rejection(api.get('http://b/'));
    const counted = stats();
    expect(counted).toEqual({
      calls: 2,
      attempts: 3,
      retries: 1,
      successes: 1,
      failures: 1,
      rejected: 0,
      canceled: 0,
      inFlight: 0,
      queued: 0,
      held: 0,
      scopes: {
        'http://a': expect.objectContaining({ calls: 1, attempts: 2, successes: 1 }),
        'http://b': expect.objectContaining({ calls: 1, attempts: 1, failures: 1 }),
      },
    });
    expect(Object.isFrozen(counted) && Object.isFrozen(counted.scopes)).toBe(true);
  });

  test('subscribe refuses what are no hooks', () => {
    const { subscribe } = attachResilience(axios.create());
    expect(() => subscribe({ onRetries: () => {} } as never)).toThrow(
      '`hooks.onRetries` is not an option; did you mean `onRetry`?',
    );
  });
});

describe('an adapter of any kind', () => {
  test.each([
    ['nothing', undefined],
    ['a string', 'wrong'],
    ['an object without status', {}],
  ])('that resolves with %s ends the call as axios would have it', async (_what, answer) => {
    const plain = axios.create({ adapter: () => Promise.resolve(answer as never) });
    const api = axios.create({ adapter: () => Promise.resolve(answer as never) });
    attachResilience(api, { retry: { retryResponse: ({ data }) => data?.again } });
    const ends = await Promise.allSettled([plain.get('http://h/'), api.get('http://h/')]);
    expect(ends[1]?.status).toBe(ends[0]?.status);
  });

  test.each([['a string'], [undefined], [null], [Object.freeze(new Error('frozen'))], [new TypeError('a bug')]])(
    'that rejects with %p is not retried, and the very same value reaches the caller',
    async (reason) => {
      let attempts = 0;
      const api = axios.create({
        adapter: () => {
          attempts++;
          return Promise.reject(reason);
        },
      });
      attachResilience(api);
      const [end] = await Promise.allSettled([api.get('http://h/')]);
      expect(end).toEqual({ status: 'rejected', reason });
      expect((end as PromiseRejectedResult).reason).toBe(reason);
      expect(attempts).toBe(1);
    },
  );

  test('that rejects with what cannot be looked at ends the call at once, and leaves nothing in flight', async () => {
    const hostile = {
      get response(): never {
        throw new TypeError('do not look');
      },
    };
    const api = axios.create({ adapter: () => Promise.reject(hostile) });
    const { stats } = attachResilience(api);
    expect((await rejection(api.get('http://h/'))).message).toBe('do not look');
    expect(stats()).toMatchObject({ inFlight: 0, failures: 1 });
  });

  test('that throws at once is a failed attempt like any other', async () => {
    let attempts = 0;
    const api = axios.create({
      adapter: () => {
        attempts++;
        throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
      },
    });
    attachResilience(api, { retry: { ...NOW, maxRetries: 2 } });
    expect(await rejection(api.get('http://h/'))).toMatchObject({ code: 'ECONNRESET' });
    expect(attempts).toBe(3);
  });

  test('that does not exist is an error of axios, at once', async () => {
    const api = axios.create({ adapter: 'carrier-pigeon' as never });
    attachResilience(api);
    expect(await rejection(api.get('http://h/'))).toMatchObject({ message: "Unknown adapter 'carrier-pigeon'" });
  });
});
