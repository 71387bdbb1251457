import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import axios, { type AxiosInstance } from 'axios';
import { attachResilience, reportOf } from 'axios-resilience';
import { type FlakyServer, flakyServer } from '../helpers/flaky-server.js';
import { nextTurn, rejection, settlesAtOnce } from '../helpers/settled.js';

describe('fallback', () => {
  let server: FlakyServer;
  let api: AxiosInstance;

  beforeEach(async () => {
    server = await flakyServer(503);
    api = axios.create({ baseURL: server.url });
  });
  afterEach(() => server.close());

  test('a value is given as the data of a response, and the report tells', async () => {
    attachResilience(api, { retry: 0, fallback: () => ({ users: [] }) });
    const seen: number[] = [];
    api.interceptors.response.use((response) => {
      seen.push(response.status);
      return response;
    });
    const response = await api.get('/users');
    expect(response).toMatchObject({
      data: { users: [] },
      status: 200,
      statusText: 'Fallback',
      config: { url: '/users' },
    });
    expect(reportOf(response)).toMatchObject({ ended: 'max-retries', fallback: true, attempts: [{ status: 503 }] });
    expect(seen).toEqual([200]);
  });

  test('a response is given as it is, as a copy whose report is its own', async () => {
    server.script(200, 503);
    let last: unknown;
    attachResilience(api, { retry: 0, fallback: async () => last });
    last = await api.get('/');
    const given = await api.get('/');
    expect({ ...given, duration: 0 }).toEqual({ ...(last as object), duration: 0 });
    expect(reportOf(given)).toMatchObject({ ended: 'max-retries', fallback: true });
    expect(reportOf(last)).toMatchObject({ ended: 'success', fallback: false });
  });

  test('a response that is kept, and may be frozen, is not written into, however often it is given', async () => {
    const kept = Object.freeze({ data: 'a', status: 200, statusText: 'OK', headers: {} });
    attachResilience(api, { retry: 0, fallback: () => kept });
    api.defaults.transformResponse = [(data) => [data]];
    const given = [await api.get('/'), await api.get('/')];
    expect([...given.map(({ data }) => data), kept.data]).toEqual([['a'], ['a'], 'a']);
  });

  test('it is asked for refusals, exhausted calls and deadlines, with the error and the config', async () => {
    const asked: unknown[] = [];
    const fallback = (error: unknown, config: { url?: string | undefined }) => {
      asked.push([(error as { code?: string }).code, config.url]);
      return 'stale';
    };
    attachResilience(api, { fallback, retry: 0, breaker: { consecutive: 2, minimumDuration: 0 } });
    expect((await api.get('/a')).data).toBe('stale');
    expect((await api.post('/b')).data).toBe('stale');
    expect((await api.get('/c')).data).toBe('stale');
    server.script('hang');
    expect((await api.get('/d', { resilience: { deadline: 30, breaker: false } })).data).toBe('stale');
    expect(asked).toEqual([
      ['ERR_BAD_RESPONSE', '/a'],
      ['ERR_BAD_RESPONSE', '/b'],
      ['ERR_CIRCUIT_OPEN', '/c'],
      ['ERR_DEADLINE_EXCEEDED', '/d'],
    ]);
  });

  test('an answer that is what it is, and a cancellation, are not covered up', async () => {
    attachResilience(api, { fallback: () => 'never' });
    server.script(404, 'hang');
    expect(await rejection(api.get('/'))).toMatchObject({ response: { status: 404 } });
    expect(await rejection(api.get('/', { signal: AbortSignal.timeout(30) }))).toMatchObject({ code: 'ERR_CANCELED' });
  });

  test('undefined leaves the error as it is, and throwing replaces it', async () => {
    let fallback = (): unknown => undefined;
    attachResilience(api, { retry: 0, fallback: () => fallback() });
    const error = await rejection(api.get('/'));
    expect(error).toMatchObject({ response: { status: 503 } });
    expect(reportOf(error)?.fallback).toBe(false);
    fallback = () => Promise.reject(new Error('cache down'));
    expect((await rejection(api.get('/'))).message).toBe('cache down');
  });

  test('what it throws has the report of the call', async () => {
    attachResilience(api, { retry: 0, fallback: () => Promise.reject(new Error('no cache either')) });
    const error = await rejection(api.get('/'));
    expect([(error as Error).message, reportOf(error)?.ended, reportOf(error)?.fallback]).toEqual([
      'no cache either',
      'max-retries',
      false,
    ]);
  });

  test.each(['signal', 'cancelToken'] as const)('a call that waits for it is cancelled at once by %s', async (by) => {
    const { fallback, entered, answer } = slowFallback();
    attachResilience(api, { retry: 0, fallback });
    const controller = new AbortController();
    const source = axios.CancelToken.source();
    const call = rejection(
      api.get('/', by === 'signal' ? { signal: controller.signal } : { cancelToken: source.token }),
    );
    await entered;
    controller.abort(new Error('enough'));
    source.cancel('enough');
    expect(await settlesAtOnce(call)).toBe(true);
    const error = await call;
    expect([error.code, String(error.cause)]).toEqual(['ERR_CANCELED', expect.stringContaining('enough')]);
    expect(reportOf(error)).toMatchObject({ ended: 'max-retries', fallback: false });
    answer({ users: [] });
    await nextTurn();
    expect(reportOf(error)?.fallback).toBe(false);
  });

  test('a request may have its own, or none', async () => {
    attachResilience(api, { retry: 0, fallback: () => 'instance' });
    expect((await api.get('/', { resilience: { fallback: () => 'request' } })).data).toBe('request');
    await rejection(api.get('/', { resilience: { fallback: false } }));
    expect(server.hits).toHaveLength(2);
  });
});

describe('scopes', () => {
  test('5,000 origins leave no more than a thousand, all counted, and no open circuit forgotten', async () => {
    const down = 'http://down.test';
    const adapter = (config: { url?: string }) =>
      config.url?.startsWith(down)
        ? Promise.reject(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }))
        : Promise.resolve({ data: '', status: 200, statusText: '', headers: {}, config: config as never });
    const api = axios.create({ adapter: adapter as never });
    const { breakers, stats } = attachResilience(api, {
      retry: false,
      breaker: { consecutive: 1, minimumDuration: 0, openFor: 60_000 },
    });
    await rejection(api.get(down));
    for (let i = 0; i < 5_000; i += 50) {
      await Promise.all(Array.from({ length: 50 }, (_, n) => api.get(`http://${i + n}.test/`)));
    }
    expect(breakers.size).toBeGreaterThan(900);
    expect(breakers.size).toBeLessThanOrEqual(1_000);
    expect(breakers.get(down)?.state).toBe('open');
    expect(stats()).toMatchObject({ calls: 5_001, successes: 5_000, failures: 1, inFlight: 0 });
    expect(Object.keys(stats().scopes)).toHaveLength(breakers.size);
  }, 60_000);
});

/** A fallback that answers when it is told to, or after half a second. */
function slowFallback() {
  let answer: (value: unknown) => void = () => {};
  let enter = () => {};
  const entered = new Promise<void>((resolve) => {
    enter = resolve;
  });
  const fallback = () => {
    enter();
    return new Promise((resolve) => {
      answer = resolve;
      setTimeout(resolve, 500, { users: ['late'] }).unref();
    });
  };
  return { fallback, entered, answer: (value: unknown) => answer(value) };
}
