import { getEventListeners } from 'node:events';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import axios, { type AxiosInstance } from 'axios';
import { attachResilience, reportOf } from 'axios-resilience';
import { type FlakyServer, flakyServer } from '../helpers/flaky-server.js';
import { elapsed, rejection, sleep } from '../helpers/settled.js';

/** How long after its abort a call may settle, on a machine with other work to do. */
const PROMPTLY = 20;

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
  /** The first call that is cancelled has code compiled and source maps loaded, which takes longer than any call may. */
  beforeAll(async () => {
    const server = await flakyServer('hang');
    const api = axios.create({ baseURL: server.url, adapter });
    attachResilience(api);
    const controller = new AbortController();
    const call = rejection(api.get('/', { signal: controller.signal }));
    await sleep(50);
    controller.abort();
    expect((await call).stack).toContain('Error');
    await server.close();
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
      const canceledAt = performance.now();
      cancel();
      const error = await rejection(call);
      expect(performance.now() - canceledAt).toBeLessThan(PROMPTLY);
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
      await sleep(30);
      await cancelled(call, cancel, reason);
      await sleep(30);
      expect(server.hits).toHaveLength(1);
      expect(server.busy).toBe(0);
    });

    test('in a wait: at once, with no further request', async () => {
      server.script(503);
      attachResilience(api, { retry: { backoff: () => 300 } });
      const { request, cancel, reason } = begin();
      const call = api.get('/', request);
      await sleep(60);
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
      await sleep(30);
      expect(resilience.stats()).toMatchObject({ inFlight: 1, queued: 2 });
      const error = await cancelled(second, cancel, reason);
      expect(reportOf(error)).toMatchObject({ attempts: [], retries: 0 });
      expect(reportOf(error)?.queuedMs).toBeGreaterThan(20);
      free.shift()?.();
      await first;
      await sleep(30);
      free.shift()?.();
      expect((await third).status).toBe(200);
      expect(server.hits.map(({ url }) => url)).toEqual(['/1', '/3']);
      expect(resilience.stats()).toMatchObject({ inFlight: 0, queued: 0, canceled: 1, successes: 2 });
    });

    test('while a hook makes up its mind: at once, and the late answer counts for nothing', async () => {
      server.script(503);
      attachResilience(api, {
        retry: { shouldRetry: () => sleep(200).then(() => true), backoff: () => 1 },
      });
      const { request, cancel, reason } = begin();
      const call = api.get('/', request);
      await sleep(60);
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
      await sleep(30);
      expect(await rejection(api.get('/'))).toMatchObject({ code: 'ERR_CIRCUIT_OPEN', retryInMs: 0 });
      await cancelled(probe, cancel, reason);
    });
  });

  test('AbortSignal.timeout of the caller is a cancellation, not an attempt that timed out', async () => {
    const server = await flakyServer('hang');
    const api = axios.create({ baseURL: server.url, adapter });
    attachResilience(api);
    const call = api.get('/', { signal: AbortSignal.timeout(60) });
    expect(await elapsed(call)).toBeLessThan(60 + PROMPTLY);
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
    await sleep(20);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
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
    let canceledAt = Number.NaN;
    setTimeout(() => {
      canceledAt = performance.now();
      caller.abort();
    }, 40);
    await rejection(read);
    expect(performance.now() - canceledAt).toBeLessThan(PROMPTLY);
    await sleep(30);
    expect(server.busy).toBe(0);
    expect(getEventListeners(caller.signal, 'abort')).toHaveLength(0);
    await server.close();
  });

  test('a token that ends a body ends the other calls it was given to as well', async () => {
    const server = await flakyServer('hang', { dripEveryMs: 10 });
    const api = axios.create({ baseURL: server.url, adapter });
    attachResilience(api);
    const { token, cancel } = axios.CancelToken.source();
    const hanging = rejection(api.get('/', { cancelToken: token }));
    await sleep(20);
    const { data } = await api.get('/', { cancelToken: token, responseType: 'stream' });
    const read = (async () => {
      for await (const _chunk of data);
    })();
    cancel();
    expect((await hanging).code).toBe('ERR_CANCELED');
    await rejection(read);
    await sleep(30);
    expect(server.busy).toBe(0);
    await server.close();
  });
});
