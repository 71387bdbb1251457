import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import axios, { type AxiosInstance } from 'axios';
import { attachResilience, type ResiliencePolicy, reportOf } from 'axios-resilience';
import { type FlakyServer, flakyServer } from '../helpers/flaky-server.js';
import { eventually, rejection, settlesAtOnce, sleep } from '../helpers/settled.js';

type Way = { name: string; begin(): { request: object; cancel(): void; reason: unknown } };

const WAYS: Way[] = [
  {
    name: 'signal',
    begin: () => {
      const controller = new AbortController();
      const reason = new Error('enough');
      return { request: { signal: controller.signal }, cancel: () => controller.abort(reason), reason };
    },
  },
  {
    name: 'cancelToken',
    begin: () => {
      const source = axios.CancelToken.source();
      return {
        request: { cancelToken: source.token },
        cancel: () => source.cancel('enough'),
        reason: expect.objectContaining({ message: 'enough' }),
      };
    },
  },
];

describe.each(['http', 'fetch'] as const)('cancellation through the %s adapter', (adapter) => {
  test('what is no signal, such as its controller, is refused by name, with nothing sent', async () => {
    const server = await flakyServer();
    const request = { signal: new AbortController() as never, adapter };
    const api = axios.create({ baseURL: server.url });
    const { stats } = attachResilience(api);
    const errors = [
      await rejection(api.get('/', request)),
      await rejection(api.get('/', { ...request, responseType: 'stream' })),
    ];
    await server.close();
    expect(errors.map(String)).toEqual(Array(2).fill('TypeError: `signal` must be an AbortSignal, got an object'));
    expect(errors.map((error) => reportOf(error)?.ended)).toEqual(['not-retryable', 'not-retryable']);
    expect([server.hits.length, stats().inFlight]).toEqual([0, 0]);
  });

  describe.each(WAYS)('by $name', ({ begin }) => {
    let server: FlakyServer;
    let api: AxiosInstance;

    beforeEach(async () => {
      server = await flakyServer();
      api = axios.create({ baseURL: server.url, adapter });
    });
    afterEach(() => server.close());

    const cancelled = async (call: Promise<unknown>, cancel: () => void, reason: unknown) => {
      cancel();
      expect(await settlesAtOnce(call)).toBe(true);
      const error = await rejection(call);
      expect(axios.isCancel(error)).toBe(true);
      expect(error).toMatchObject({ code: 'ERR_CANCELED', cause: reason });
      expect(reportOf(error)?.ended).toBe('canceled');
      return error;
    };

    test('in an attempt: at once, and the server sees it go', async () => {
      server.script('hang');
      attachResilience(api);
      const { request, cancel, reason } = begin();
      const call = api.get('/', request);
      await eventually(() => server.hits.length === 1);
      await cancelled(call, cancel, reason);
      await eventually(() => server.busy === 0);
      expect(server.hits).toHaveLength(1);
    });

    test('in a wait: at once, with no further request', async () => {
      server.script(503);
      const { stats } = attachResilience(api, { retry: { backoff: () => 300 } });
      const { request, cancel, reason } = begin();
      const call = api.get('/', request);
      await eventually(() => stats().attempts === 1 && stats().inFlight === 0);
      await cancelled(call, cancel, reason);
      await sleep(400);
      expect(server.hits).toHaveLength(1);
    });

    test('in the queue: at once, with nothing sent, and the next in line is served', async () => {
      const free: (() => void)[] = [];
      server.script((_req, res) => {
        free.push(() => res.end('{}'));
      });
      const resilience = attachResilience(api, { bulkhead: 1 });
      const first = api.get('/1');
      const { request, cancel, reason } = begin();
      const second = api.get('/2', request);
      const third = api.get('/3');
      await eventually(() => free.length === 1);
      expect(resilience.stats()).toMatchObject({ inFlight: 1, queued: 2 });
      await sleep(30);
      const error = await cancelled(second, cancel, reason);
      expect(reportOf(error)).toMatchObject({ attempts: [], retries: 0 });
      expect(reportOf(error)?.queuedMs).toBeGreaterThan(20);
      free.shift()?.();
      await first;
      await eventually(() => free.length === 1);
      free.shift()?.();
      expect((await third).status).toBe(200);
      expect(server.hits.map(({ url }) => url)).toEqual(['/1', '/3']);
      expect(resilience.stats()).toMatchObject({ inFlight: 0, queued: 0, canceled: 1, successes: 2 });
    });

    test('while a hook makes up its mind: at once, and the late answer counts for nothing', async () => {
      server.script(503);
      const shouldRetry = jest.fn(() => sleep(200).then(() => true));
      attachResilience(api, { retry: { shouldRetry, backoff: () => 1 } });
      const { request, cancel, reason } = begin();
      const call = api.get('/', request);
      await eventually(() => shouldRetry.mock.calls.length === 1);
      await cancelled(call, cancel, reason);
      await sleep(250);
      expect(server.hits).toHaveLength(1);
    });

    test('behind a gate that waits for a probe: as a probe, at once', async () => {
      server.script(503);
      attachResilience(api, {
        retry: false,
        breaker: { consecutive: 1, minimumDuration: 0, openFor: 30 },
      });
      await rejection(api.get('/'));
      await sleep(50);
      server.script('hang');
      const { request, cancel, reason } = begin();
      const probe = api.get('/', request);
      await eventually(() => server.hits.length === 2);
      expect(await rejection(api.get('/'))).toMatchObject({ code: 'ERR_CIRCUIT_OPEN', retryInMs: 0 });
      await cancelled(probe, cancel, reason);
    });
  });

  test('AbortSignal.timeout of the caller is a cancellation, not an attempt that timed out', async () => {
    const server = await flakyServer('hang');
    const api = axios.create({ baseURL: server.url, adapter });
    attachResilience(api);
    const signal = AbortSignal.timeout(150);
    const call = api.get('/', { signal });
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    expect(await settlesAtOnce(call)).toBe(true);
    expect(await rejection(call)).toMatchObject({ code: 'ERR_CANCELED', cause: { name: 'TimeoutError' } });
    expect(server.hits).toHaveLength(1);
    await server.close();
  });

  test('a signal that lives on keeps no listener of the calls it was used for', async () => {
    const server = await flakyServer(503, 200, 404, 'reset', 200);
    const api = axios.create({ baseURL: server.url, adapter });
    attachResilience(api, { retry: { backoff: { baseDelay: 2 } } });
    const { signal } = new AbortController();
    await Promise.allSettled(Array.from({ length: 8 }, (_, i) => api.get(`/${i}`, { signal })));
    const stream = await api.get('/stream', { signal, responseType: 'stream' });
    for await (const _chunk of stream.data);
    await eventually(() => getEventListeners(signal, 'abort').length === 0);
    await server.close();
  });

  test('a body that streams after success still ends when its caller cancels', async () => {
    const server = await flakyServer({ dripEveryMs: 10 });
    const api = axios.create({ baseURL: server.url, adapter });
    attachResilience(api);
    const caller = new AbortController();
    const { data } = await api.get('/', { signal: caller.signal, responseType: 'stream' });
    const read = (async () => {
      for await (const _chunk of data);
    })();
    await sleep(40);
    caller.abort();
    expect(await settlesAtOnce(read)).toBe(true);
    await rejection(read);
    await eventually(() => server.busy === 0);
    expect(getEventListeners(caller.signal, 'abort')).toHaveLength(0);
    await server.close();
  });

  test('a token that ends a body ends the other calls it was given to as well', async () => {
    const server = await flakyServer('hang', { dripEveryMs: 10 });
    const api = axios.create({ baseURL: server.url, adapter });
    attachResilience(api);
    const { token, cancel } = axios.CancelToken.source();
    const hanging = rejection(api.get('/', { cancelToken: token }));
    await eventually(() => server.hits.length === 1);
    const { data } = await api.get('/', { cancelToken: token, responseType: 'stream' });
    const read = (async () => {
      for await (const _chunk of data);
    })();
    cancel();
    expect((await hanging).code).toBe('ERR_CANCELED');
    await rejection(read);
    await eventually(() => server.busy === 0);
    await server.close();
  });
});

describe('a hook that cancels the call whose retry goes out', () => {
  let server: FlakyServer;
  let unhandled: unknown[];
  const note = (reason: unknown) => unhandled.push(reason);

  beforeEach(async () => {
    server = await flakyServer(503);
    unhandled = [];
    process.on('unhandledRejection', note);
  });
  afterEach(async () => {
    process.off('unhandledRejection', note);
    await server.close();
  });

  test.each<[string, (stop: () => void) => ResiliencePolicy]>([
    ['onBudgetExhausted', (stop) => ({ breaker: false, hooks: { onBudgetExhausted: stop } })],
    [
      'onStateChange',
      (stop) => ({
        breaker: { consecutive: 1, minimumDuration: 0, openFor: 10 },
        hooks: { onStateChange: ({ to }) => to === 'half-open' && stop() },
      }),
    ],
  ])('ends it once: %s', async (_hook, policyOf) => {
    const controller = new AbortController();
    const { signal } = controller;
    const api = axios.create({ baseURL: server.url, proxy: false });
    const { stats } = attachResilience(api, {
      ...policyOf(() => controller.abort()),
      retry: { backoff: { baseDelay: 40, jitter: 'none' } },
    });
    const calls = Array.from({ length: 8 }, () => rejection(api.get('/', { signal })));
    expect((await Promise.all(calls)).some((error) => reportOf(error)?.ended === 'canceled')).toBe(true);
    await sleep(20);
    const { calls: begun, canceled, failures, rejected, inFlight } = stats();
    expect([canceled + failures + rejected, inFlight, unhandled]).toEqual([begun, 0, []]);
  });
});
