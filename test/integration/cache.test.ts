import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import axios from 'axios';
import { type AxiosCacheInstance, setupCache } from 'axios-cache-interceptor';
import { attachResilience, type ResilienceHandle, type ResiliencePolicy, reportOf } from 'axios-resilience';
import { type FlakyServer, flakyServer } from '../helpers/flaky-server.js';
import { rejection, sleep } from '../helpers/settled.js';

const NOW = { backoff: () => 0 };
const EAGER = { consecutive: 1, minimumDuration: 0, openFor: 10_000 };

/** Interceptors of requests run last come, first served: what is set up after attaching sees a request before we do. */
const ORDERS = ['after', 'before'] as const;
type Order = (typeof ORDERS)[number];

describe('axios-cache-interceptor', () => {
  let server: FlakyServer;

  beforeEach(async () => {
    server = await flakyServer();
  });
  afterEach(() => server.close());

  /** An instance with a cache set up before or after attaching. */
  const cached = (
    order: Order,
    policy: ResiliencePolicy,
    ttl = 60_000,
  ): { api: AxiosCacheInstance; handle: ResilienceHandle } => {
    const instance = axios.create({ baseURL: server.url });
    const withCache = () => setupCache(instance, { ttl, interpretHeader: false, staleIfError: true });
    let api = order === 'before' ? withCache() : undefined;
    const handle = attachResilience(instance, policy);
    api ??= withCache();
    return { api, handle };
  };

  describe.each(ORDERS)('set up %s attaching', (order) => {
    test('a hit sends nothing', async () => {
      const { api } = cached(order, { retry: NOW });
      const first = await api.get('/a');
      const second = await api.get('/a');
      expect([first.cached, second.cached]).toEqual([false, true]);
      expect(second.data).toEqual({ hit: 1 });
      expect(server.hits).toHaveLength(1);
    });

    test('a miss is retried, once for the cache and once for us, and what came of it is kept', async () => {
      server.script(503, 503, 200);
      const { api, handle } = cached(order, { retry: NOW });
      const first = await api.get('/a');
      const second = await api.get('/a');
      expect([first.data, first.cached]).toEqual([{ hit: 3 }, false]);
      expect([second.data, second.cached]).toEqual([{ hit: 3 }, true]);
      expect(reportOf(first)).toMatchObject({ ended: 'success', retries: 2 });
      expect(server.hits).toHaveLength(3);
      expect(handle.stats()).toMatchObject({ retries: 2, failures: 0, inFlight: 0 });
    });

    test('ten equal requests at the same time are one, retries and all', async () => {
      server.script(503, 503, (_req, res) => void setTimeout(() => res.end('{"ok":true}'), 20));
      const { api } = cached(order, { retry: NOW });
      const answers = await Promise.all(Array.from({ length: 10 }, () => api.get('/a')));
      expect(answers.map(({ data }) => data)).toEqual(Array(10).fill({ ok: true }));
      expect(answers.filter((answer) => !answer.cached)).toHaveLength(1);
      expect(server.hits).toHaveLength(3);
    });

    test('ten equal requests at the same time that fail for good all end, and the next one is sent', async () => {
      server.script(503);
      const { api } = cached(order, { retry: { ...NOW, maxRetries: 2 }, breaker: false });
      const ends = await Promise.allSettled(Array.from({ length: 10 }, () => api.get('/a')));
      expect(ends.map(({ status }) => status)).toEqual(Array(10).fill('rejected'));
      expect(server.hits).toHaveLength(3);
      server.script(200);
      expect((await api.get('/a')).data).toEqual({ hit: 4 });
    });

    test('a cancelled request does not hold up the equal ones that wait for it', async () => {
      server.script('hang', 200);
      const { api } = cached(order, { retry: NOW });
      const caller = new AbortController();
      const first = rejection(api.get('/a', { signal: caller.signal }));
      await sleep(20);
      const second = api.get('/a');
      caller.abort();
      expect(await first).toMatchObject({ code: 'ERR_CANCELED' });
      expect((await second).data).toEqual({ hit: 2 });
    });

    test('a stale answer stands in only when the call has failed for good', async () => {
      server.script({ status: 200, headers: { etag: '"1"' } }, 503);
      const { api } = cached(order, { retry: { ...NOW, maxRetries: 2 }, breaker: false }, 10);
      await api.get('/a');
      await sleep(20);
      const stale = await api.get('/a');
      expect(stale).toMatchObject({ data: { hit: 1 }, cached: true, stale: true });
      expect(server.hits).toHaveLength(4);
      server.script(503, 200);
      const fresh = await api.get('/a');
      expect([fresh.data, fresh.cached]).toEqual([{ hit: 6 }, false]);
    });

    test('a stale answer stands in for a call that the open circuit refused', async () => {
      server.script({ status: 200, headers: { etag: '"1"' } }, 503);
      const { api, handle } = cached(order, { retry: false, breaker: EAGER }, 10);
      await api.get('/a');
      await sleep(20);
      await rejection(api.get('/b'));
      expect(handle.breakers.get(server.url)?.state).toBe('open');
      expect(await api.get('/a')).toMatchObject({ data: { hit: 1 }, cached: true, stale: true });
      expect(server.hits.map(({ url }) => url)).toEqual(['/a', '/b']);
    });

    test('a fallback is not kept: the server is asked again, and its answer is', async () => {
      const instance = axios.create({ baseURL: server.url });
      if (order === 'before') setupCache(instance);
      attachResilience(instance, { retry: 0, fallback: () => 'instead' });
      if (order === 'after') setupCache(instance);
      server.script(503, 503, 200);
      const answers = [];
      for (let i = 0; i < 4; i++) answers.push((await instance.get('/a')).data);
      expect(answers).toEqual(['instead', 'instead', { hit: 3 }, { hit: 3 }]);
      expect(server.hits).toHaveLength(3);
    });

    test('an answer that has not changed is revalidated, not retried', async () => {
      server.script({ status: 200, headers: { etag: '"1"' } }, 503, (_req, res) => void res.writeHead(304).end());
      const { api } = cached(order, { retry: NOW }, 10);
      await api.get('/a');
      await sleep(20);
      const again = await api.get('/a');
      expect(again.data).toEqual({ hit: 1 });
      expect(server.hits.map(({ headers }) => headers['if-none-match'])).toEqual([undefined, '"1"', '"1"']);
    });
  });

  test('set up before attaching, a hit is no call of ours, and is served while the circuit is open', async () => {
    const { api, handle } = cached('before', { retry: false, breaker: EAGER });
    await api.get('/a');
    server.script(503);
    await rejection(api.get('/b'));
    expect(handle.breakers.get(server.url)?.state).toBe('open');
    expect(await api.get('/a')).toMatchObject({ cached: true, data: { hit: 1 } });
    expect(handle.stats()).toMatchObject({ calls: 2, attempts: 2 });
  });

  test('set up after attaching, a hit passes the guards like a request, and is refused while the circuit is open', async () => {
    const { api, handle } = cached('after', { retry: false, breaker: EAGER });
    await api.get('/a');
    await api.get('/a');
    expect(handle.stats()).toMatchObject({ calls: 2, attempts: 2 });
    server.script(503);
    await rejection(api.get('/b'));
    expect(await rejection(api.get('/a'))).toMatchObject({ code: 'ERR_CIRCUIT_OPEN' });
    expect(server.hits).toHaveLength(2);
  });
});
