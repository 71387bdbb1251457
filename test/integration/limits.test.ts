import { afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import axios, {
  type AxiosAdapter,
  type AxiosError,
  type AxiosInstance,
  type AxiosRequestConfig,
  type InternalAxiosRequestConfig,
} from 'axios';
import { attachResilience, isResilienceError, type ResiliencePolicy, reportOf } from 'axios-resilience';
import { type FlakyServer, flakyServer } from '../helpers/flaky-server.js';
import { elapsed, eventually, rejection, rejectionAfter, sleep } from '../helpers/settled.js';

describe.each(['http', 'fetch'] as const)('time limits through the %s adapter', (adapter) => {
  let server: FlakyServer;
  let api: AxiosInstance;

  /** The first call that times out has code compiled and source maps loaded, which takes longer than the tolerance here. */
  beforeAll(async () => {
    const cold = await flakyServer('hang');
    const first = axios.create({ baseURL: cold.url, adapter });
    attachResilience(first, { attemptTimeout: 20, retry: false });
    expect(await rejection(first.get('/'))).toMatchObject({ code: 'ETIMEDOUT' });
    await cold.close();
  });
  beforeEach(async () => {
    server = await flakyServer();
    api = axios.create({ baseURL: server.url, adapter });
  });
  afterEach(() => server.close());

  test('a server that drips is cut off by attemptTimeout, and each attempt has the full time', async () => {
    server.script({ dripEveryMs: 20 });
    attachResilience(api, { attemptTimeout: 120, retry: { maxRetries: 1, backoff: () => 0 } });
    const once = { resilience: { retry: false } } as const;
    expect(await rejectionAfter(120, () => api.get('/', once))).toMatchObject({ code: 'ETIMEDOUT' });
    const error = await rejection(api.get('/'));
    expect(error).toMatchObject({
      isAxiosError: true,
      name: 'AttemptTimeoutError',
      code: 'ETIMEDOUT',
      message: 'attemptTimeout of 120 ms exceeded',
    });
    expect(isResilienceError(error)).toBe(false);
    const { attempts = [] } = reportOf(error) ?? {};
    expect(attempts.map(({ failure }) => failure)).toEqual(['timeout', 'timeout']);
    for (const { durationMs } of attempts) expect(durationMs).toBeGreaterThanOrEqual(119);
    await eventually(() => server.busy === 0);
    expect(server.hits).toHaveLength(3);
  });

  test('the same server is cut off by the deadline, whose error says so', async () => {
    server.script({ dripEveryMs: 20 });
    attachResilience(api, { deadline: 150 });
    const error = await rejectionAfter(150, () => api.get('/'));
    expect(error).toMatchObject({
      isAxiosError: true,
      name: 'DeadlineExceededError',
      code: 'ERR_DEADLINE_EXCEEDED',
      message: 'deadline of 150 ms exceeded',
      deadline: 150,
      scope: server.url,
    });
    expect(isResilienceError(error)).toBe(true);
    expect(reportOf(error)).toMatchObject({ ended: 'deadline', retries: 0 });
    await eventually(() => server.busy === 0);
  });

  test("axios's own timeout, where set, limits each attempt, with axios's own error and the configured figure", async () => {
    server.script('hang');
    attachResilience(api, { retry: { maxRetries: 2, backoff: () => 0 } });
    const plain = rejection(axios.get(server.url, { adapter, timeout: 80 }));
    await rejectionAfter(80, () => api.get('/', { timeout: 80, resilience: { retry: false } }));
    const { code, message } = (await plain) as AxiosError;
    // Older versions of axios misspell it.
    const spelt = message.replace('80 of ms', 'of 80ms');
    const error = await rejection(api.get('/', { timeout: 80 }));
    expect(error).toMatchObject({ code, message: spelt, config: { timeout: 80 } });
    const { attempts = [] } = reportOf(error) ?? {};
    expect(attempts.map(({ failure }) => failure)).toEqual(['timeout', 'timeout', 'timeout']);
    for (const { durationMs } of attempts) expect(durationMs).toBeGreaterThanOrEqual(79);
    expect(code).toBe(adapter === 'http' ? 'ECONNABORTED' : 'ETIMEDOUT');
  });

  test.each<[string, () => AxiosRequestConfig]>([
    ['timeout', () => ({ timeout: 40 })],
    ['attemptTimeout', () => ({ resilience: { attemptTimeout: 40 } })],
    ['deadline', () => ({ resilience: { deadline: 40 } })],
    ['signal', () => ({ signal: AbortSignal.timeout(40) })],
  ])('a request that a %s cut short is on the error, as it is on axios’s own', async (_limit, config) => {
    server.script('hang');
    attachResilience(api, { retry: false });
    const requestOf = async (call: Promise<unknown>) => ((await rejection(call)) as AxiosError).request;
    const ofAxios = await requestOf(axios.get(server.url, { adapter, timeout: 40 }));
    expect((await requestOf(api.get('/', config()))).constructor).toBe(ofAxios.constructor);
  });

  test('a POST that timed out may have been done, and is not sent again', async () => {
    server.script('hang');
    attachResilience(api, { attemptTimeout: 150 });
    const error = await rejection(api.post('/', {}));
    expect(server.hits).toHaveLength(1);
    expect(reportOf(error)?.ended).toBe('method-not-allowed');
  });

  test('a wait that would pass the deadline is not begun: the call ends at once with its last error', async () => {
    server.script(503);
    attachResilience(api, { deadline: 10_000, retry: { backoff: () => 20_000 } });
    const call = api.get('/');
    expect(await elapsed(call)).toBeLessThan(2_000);
    const error = await rejection(call);
    expect(error).toMatchObject({ code: 'ERR_BAD_RESPONSE', response: { status: 503 } });
    expect(reportOf(error)).toMatchObject({ ended: 'deadline', retries: 0, waitedMs: 0 });
  });

  test('the deadline covers the queue', async () => {
    server.script('hang');
    const resilience = attachResilience(api, { bulkhead: 1, deadline: 150 });
    const caller = new AbortController();
    const first = rejection(api.get('/1', { signal: caller.signal, resilience: { deadline: false } }));
    await eventually(() => server.hits.length === 1);
    expect(await rejectionAfter(150, () => api.get('/2'))).toMatchObject({ code: 'ERR_DEADLINE_EXCEEDED' });
    expect(server.hits.map(({ url }) => url)).toEqual(['/1']);
    expect(resilience.stats()).toMatchObject({ queued: 0, inFlight: 1 });
    caller.abort();
    expect(await first).toMatchObject({ code: 'ERR_CANCELED' });
  });

  test.each([false, 5_000] as const)(
    'a slot that deadlines free is not given to those whose own is due in the same moment, hedge: %s',
    async (hedge) => {
      server.script('hang');
      attachResilience(api, { hedge, deadline: 400, bulkhead: { limit: 2, queue: 20 }, breaker: false });
      const calls = Array.from({ length: 12 }, () => rejection(api.get('/')));
      const begunAt = performance.now();
      await eventually(() => server.hits.length === 2);
      // The event loop is held up until all are due.
      while (performance.now() - begunAt < 450);
      const errors = await Promise.all(calls);
      expect(errors.map(({ code }) => code)).toEqual(Array(12).fill('ERR_DEADLINE_EXCEEDED'));
      await sleep(30);
      expect(server.hits).toHaveLength(2);
      expect(errors.map((error) => reportOf(error)?.attempts.length)).toEqual([1, 1, ...Array(10).fill(0)]);
    },
  );

  test('the deadline covers hooks, and names the last failure', async () => {
    server.script(503);
    attachResilience(api, { deadline: 300, retry: { backoff: () => 0, beforeRetry: () => sleep(2_000) } });
    expect(await rejectionAfter(300, () => api.get('/'))).toMatchObject({
      code: 'ERR_DEADLINE_EXCEEDED',
      message: 'deadline of 300 ms exceeded; last failure: Request failed with status code 503',
      cause: { response: { status: 503 } },
    });
    expect(server.hits).toHaveLength(1);
  });

  test('an attempt counts against the deadline, not against a timer of its own, when that comes first', async () => {
    server.script(503, 'hang');
    attachResilience(api, { deadline: 300, attemptTimeout: 5_000, retry: { backoff: () => 10 } });
    const error = await rejectionAfter(300, () => api.get('/'));
    expect(reportOf(error)?.attempts).toMatchObject([
      { status: 503 },
      { failure: 'timeout', code: 'ERR_DEADLINE_EXCEEDED' },
    ]);
  });
});

test('an adapter that ignores its signal is left behind all the same', async () => {
  const api = axios.create({ adapter: () => new Promise(() => {}) });
  attachResilience(api, { attemptTimeout: 40, retry: false });
  expect(await rejectionAfter(40, () => api.get('http://127.0.0.1/'))).toMatchObject({ code: 'ETIMEDOUT' });
});

test('a config that the adapter has frozen ends a call as plain axios would end it, and at its limits', async () => {
  const end = (api: AxiosInstance) => api.get('http://api.test/').then(({ data }) => data, String);
  const frozen: AxiosAdapter = async (config) => {
    return { data: 1, status: 200, statusText: 'OK', headers: {}, config: Object.freeze(config) };
  };
  const api = axios.create({ adapter: frozen });
  const { stats } = attachResilience(api);
  expect(await end(api)).toBe(await end(axios.create({ adapter: frozen })));
  expect(stats()).toMatchObject({ inFlight: 0, successes: 1 });
  const hanging = axios.create({ adapter: (config) => new Promise(() => Object.freeze(config)) });
  attachResilience(hanging, { attemptTimeout: 20, retry: false });
  const error = await rejection(hanging.get('http://api.test/'));
  expect([error.code, reportOf(error)?.ended]).toEqual(['ETIMEDOUT', 'max-retries']);
});

test.each<[string, ResiliencePolicy, () => AxiosRequestConfig]>([
  ['by the deadline', { deadline: 40 }, () => ({})],
  ['by attemptTimeout', { attemptTimeout: 40, retry: false }, () => ({})],
  ['by the caller’s timeout', { retry: false }, () => ({ timeout: 40 })],
  ['by its caller, whose signal it was', {}, () => ({ signal: AbortSignal.timeout(40) })],
])(
  'an adapter that looks at the signal late, when the attempt was cut off %s, finds it aborted',
  async (_, policy, requestOf) => {
    const request = requestOf();
    const looked: unknown[] = [];
    const adapter: AxiosAdapter = async (config) => {
      await sleep(80);
      looked.push(config.signal?.aborted, { ...config }.signal?.aborted);
      throw new axios.CanceledError();
    };
    const api = axios.create({ adapter });
    const { stats } = attachResilience(api, policy);
    const error = (await rejection(api.post('http://api.test/', {}, request))) as AxiosError;
    await eventually(() => looked.length > 0);
    expect([looked, stats().inFlight]).toEqual([[true, true], 0]);
    expect(error.config?.signal).toBe(request.signal);
  },
);

test.each([false, 5] as const)(
  'a scope that throws for the request of a retry or a hedge ends the call with that, hedge: %s',
  async (hedge) => {
    let asked = 0;
    const scope = () => {
      if (asked++ > 0) throw new Error('no scope');
      return 'one';
    };
    const api = axios.create({
      adapter: () => sleep(20).then(() => Promise.reject(new axios.AxiosError('x', 'ECONNRESET'))),
    });
    const beforeRetry = (config: InternalAxiosRequestConfig) =>
      void Object.assign(config, { url: 'http://other.test/' });
    const { stats } = attachResilience(api, { scope, hedge, retry: { backoff: { baseDelay: 1 }, beforeRetry } });
    const error = await rejection(api.get('http://api.test/'));
    expect([error.message, reportOf(error)?.ended, stats().inFlight]).toEqual(['no scope', 'vetoed', 0]);
  },
);

test('a function adapter gets a real AbortSignal that ends with the attempt', async () => {
  const seen: unknown[] = [];
  const api = axios.create({
    adapter: (config) => {
      const signal = config.signal as AbortSignal;
      seen.push(signal instanceof AbortSignal, signal.aborted);
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    },
  });
  attachResilience(api, { attemptTimeout: 40, retry: { maxRetries: 1, backoff: () => 0 } });
  expect(await rejection(api.get('http://127.0.0.1/'))).toMatchObject({ code: 'ETIMEDOUT' });
  expect(seen).toEqual([true, false, true, false]);
});
