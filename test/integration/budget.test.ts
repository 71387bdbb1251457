import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import axios, { type AxiosInstance, type InternalAxiosRequestConfig } from 'axios';
import { attachResilience, type ResilienceOverride, reportOf } from 'axios-resilience';
import { type FlakyServer, flakyServer } from '../helpers/flaky-server.js';
import { elapsedAwake, eventually, rejection } from '../helpers/settled.js';

const times = <T>(n: number, make: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => make(i));

describe.each(['http', 'fetch'] as const)('the retry budget through the %s adapter', (adapter) => {
  let server: FlakyServer;
  let api: AxiosInstance;

  beforeEach(async () => {
    server = await flakyServer(503);
    api = axios.create({ baseURL: server.url, adapter, proxy: false });
  });
  afterEach(() => server.close());

  test('twenty calls that meet a blip of 200 ms are all served within 3 s, and the circuit stays closed', async () => {
    const states: string[] = [];
    const exhausted: string[] = [];
    const { breakers } = attachResilience(api, {
      hooks: {
        onStateChange: ({ to }) => states.push(to),
        onBudgetExhausted: ({ scope }) => exhausted.push(scope),
      },
    });
    let over = Infinity;
    server.script((_req, res) => {
      // All of them meet it, however long they take to come.
      if (server.hits.length === 20) over = performance.now() + 200;
      res.writeHead(performance.now() < over ? 503 : 200).end();
    });
    const answers = Promise.all(times(20, (i) => api.get(`/${i}`)));
    expect(await elapsedAwake(answers)).toBeLessThan(3_000);
    const calls = await answers;
    expect(calls.map(({ status }) => status)).toEqual(times(20, () => 200));
    expect([states, breakers.get(server.url)?.state, exhausted]).toEqual([[], 'closed', [server.url]]);
    expect(server.hits.length).toBeLessThan(60);
  });

  test('one call has all its retries at once, however many it is allowed', async () => {
    attachResilience(api, { breaker: false, retry: { backoff: () => 0 } });
    const report = reportOf(await rejection(api.get('/', { resilience: { retry: 12 } })));
    expect(report?.retries).toBe(12);
    expect(report?.waitedMs).toBeLessThan(1_000);
    expect(server.hits).toHaveLength(13);
  });

  test.each<[string, string, (signal: AbortController) => Partial<ResilienceOverride>]>([
    ['is vetoed', 'vetoed', () => ({ retry: { beforeRetry: () => false } })],
    ['cannot be prepared', 'vetoed', () => ({ retry: { beforeRetry: () => Promise.reject(new Error('no token')) } })],
    ['is cancelled meanwhile', 'canceled', (controller) => ({ retry: { beforeRetry: () => controller.abort() } })],
    ['has no body', 'vetoed', () => ({ body: () => Promise.reject(new Error('no file')) })],
  ])('a retry that %s takes nothing from those that are sent', async (_why, ended, override) => {
    const exhausted: string[] = [];
    attachResilience(api, {
      breaker: false,
      retry: { backoff: () => 0 },
      hooks: { onBudgetExhausted: ({ scope }) => exhausted.push(scope) },
    });
    const ends: unknown[] = [];
    for (let i = 0; i < 6; i++) {
      const controller = new AbortController();
      const config = { signal: controller.signal, resilience: { idempotent: true, ...override(controller) } };
      ends.push(reportOf(await rejection(api.put('/', 'x', config)))?.ended);
    }
    expect([ends, server.hits.length, exhausted]).toEqual([times(6, () => ended), 6, []]);
  });

  test('a retry that a full bulkhead refuses takes nothing from those that are sent', async () => {
    const exhausted: string[] = [];
    const { stats } = attachResilience(api, {
      breaker: false,
      bulkhead: { limit: 1, queue: 0 },
      retry: {
        backoff: () => 0,
        beforeRetry: () => void api.get('/long', { resilience: { retry: false } }).catch(() => {}),
      },
      hooks: { onBudgetExhausted: ({ scope }) => exhausted.push(scope) },
    });
    const long: ServerResponse[] = [];
    server.script(({ url }, res) => void (url === '/long' ? long.push(res) : res.writeHead(503).end()));
    const ends: unknown[] = [];
    for (let i = 0; i < 6; i++) {
      ends.push(reportOf(await rejection(api.get('/')))?.ended);
      await eventually(() => server.hits.length === 2 * (i + 1));
      long.pop()?.writeHead(503).end();
      await eventually(() => stats().inFlight === 0);
    }
    expect([ends, exhausted]).toEqual([times(6, () => 'bulkhead-full'), []]);
  });

  test('a body that is cut off time and again is no answer: its retries are as few as those of any other failure', async () => {
    attachResilience(api, { breaker: false, deadline: 1_500, retry: { backoff: () => 0 } });
    server.script('cut');
    await Promise.all(times(50, (i) => rejection(api.get(`/${i}`))));
    expect(server.hits.length).toBeLessThan(75);
  });

  test('retries that beforeRetry turns to another host, which answers, cost nothing at the first', async () => {
    const backup = await flakyServer(200);
    const exhausted: string[] = [];
    const beforeRetry = (config: InternalAxiosRequestConfig) => void Object.assign(config, { baseURL: backup.url });
    attachResilience(api, {
      breaker: false,
      retry: { backoff: () => 0, beforeRetry },
      hooks: { onBudgetExhausted: ({ scope }) => exhausted.push(scope) },
    });
    for (let i = 0; i < 20; i++) expect(reportOf(await api.get('/'))?.waitedMs).toBeLessThan(200);
    expect([server.hits.length, backup.hits.length, exhausted]).toEqual([20, 20, []]);
    await backup.close();
  });

  test('retries that beforeRetry does not let go take none of the turns of others', async () => {
    const exhausted: string[] = [];
    attachResilience(api, {
      breaker: false,
      retry: { backoff: () => 0, beforeRetry: () => false },
      hooks: { onBudgetExhausted: ({ scope }) => exhausted.push(scope) },
    });
    for (let i = 0; i < 20; i++) expect(reportOf(await rejection(api.get('/')))?.waitedMs).toBeLessThan(200);
    expect([server.hits.length, exhausted]).toEqual([20, []]);
  });

  test('one call after another that succeeds at its third attempt is never held up', async () => {
    attachResilience(api, { breaker: false, retry: { backoff: () => 0 } });
    for (let i = 0; i < 30; i++) {
      server.script(503, 503, 200);
      expect(reportOf(await api.get('/'))?.waitedMs).toBeLessThan(200);
    }
    expect(server.hits).toHaveLength(90);
  });

  test('a retry that waits for its turn can be cancelled at once; `budget: false` does not wait', async () => {
    const { stats } = attachResilience(api, {
      breaker: false,
      retry: { maxRetries: 1, backoff: () => 0, budget: { reserve: 1 } },
    });
    await rejection(api.get('/'));
    const controller = new AbortController();
    const call = rejection(api.get('/', { signal: controller.signal }));
    await eventually(() => stats().held === 1);
    controller.abort();
    expect((await call).code).toBe('ERR_CANCELED');
    expect(stats().held).toBe(0);
    const free = reportOf(await rejection(api.get('/', { resilience: { retry: { budget: false } } })));
    expect([free?.ended, free?.retries]).toEqual(['max-retries', 1]);
    expect(free?.waitedMs).toBeLessThan(200);
    expect(server.hits).toHaveLength(5);
  });
});

test('a server that stays down is sent the reserve and a few more, and the others end by name', async () => {
  const staysDown = async (adapter: 'http' | 'fetch') => {
    const server = await flakyServer(503);
    const api = axios.create({ baseURL: server.url, adapter, proxy: false });
    const reasons: string[] = [];
    const { stats } = attachResilience(api, {
      breaker: false,
      retry: { backoff: () => 0 },
      hooks: { onGiveUp: ({ because }) => reasons.push(because) },
    });
    const errors = await Promise.all(times(12, (i) => rejection(api.get(`/${i}`))));
    // 12 first attempts, 3 from the reserve, one each after 250, 500, 1,000 and 2,000 ms, and those of the last one to look.
    expect(server.hits.length).toBeGreaterThanOrEqual(19);
    expect(server.hits.length).toBeLessThan(25);
    const ends = errors.map((error) => reportOf(error)?.ended);
    expect(ends.filter((end) => end === 'retry-budget').length).toBeGreaterThanOrEqual(8);
    expect(new Set(ends)).toEqual(new Set(['retry-budget', 'max-retries']));
    expect(reasons.sort()).toEqual([...ends].sort());
    expect(new Set(errors.map(({ message }) => message))).toEqual(new Set(['Request failed with status code 503']));
    expect(stats()).toMatchObject({ failures: 12, held: 0, inFlight: 0 });
    await server.close();
  };
  // Each takes its seconds, and both at once take no more.
  await Promise.all([staysDown('http'), staysDown('fetch')]);
});

test('a budget of nothing: first attempts go out, and no retry', async () => {
  const server = await flakyServer(503);
  const api = axios.create({ baseURL: server.url, proxy: false });
  attachResilience(api, { breaker: false, retry: { backoff: () => 0, budget: { ratio: 0, reserve: 0 } } });
  const errors = await Promise.all(times(3, (i) => rejection(api.get(`/${i}`))));
  expect(errors.map((error) => reportOf(error)?.ended)).toEqual(['retry-budget', 'retry-budget', 'retry-budget']);
  expect(server.hits).toHaveLength(3);
  await server.close();
});
