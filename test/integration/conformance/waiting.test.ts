import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import axios, { type AxiosInstance } from 'axios';
import { attachResilience, type FailedAttempt, type RetryEvent, reportOf } from 'axios-resilience';
import { type FlakyServer, flakyServer } from '../../helpers/flaky-server.js';
import { eventually, rejection, rejectionAfter, settlesAtOnce } from '../../helpers/settled.js';

const NOW = { backoff: () => 0 };

describe.each(['http', 'fetch'] as const)('through the %s adapter', (adapter) => {
  let server: FlakyServer;
  let api: AxiosInstance;

  beforeEach(async () => {
    server = await flakyServer();
    api = axios.create({ baseURL: server.url, adapter, proxy: false });
  });
  afterEach(() => server.close());

  const gaps = () => server.hits.slice(1).map(({ at }, i) => at - (server.hits[i]?.at ?? Number.NaN));

  /** Notes when waits end, and beside each a timer that is `slack` longer and set once the wait has begun. */
  const watchWaits = (slack: number) => {
    const order: string[] = [];
    const late = ({ attempt, delayMs }: RetryEvent) => setTimeout(() => order.push(`late ${attempt}`), delayMs + slack);
    return {
      order,
      hooks: { onRetry: (event: RetryEvent) => void setImmediate(late, event) },
      beforeRetry: (_config: unknown, { attempt }: FailedAttempt) => void order.push(`again ${attempt}`),
    };
  };

  test('no base delay: retries follow at once, but never before the call has returned', async () => {
    server.script(503);
    const { order, hooks, beforeRetry } = watchWaits(100);
    attachResilience(api, { retry: { backoff: { baseDelay: 0 }, beforeRetry }, breaker: false, hooks });
    const call = api.get('/');
    order.push('returned');
    expect(reportOf(await rejection(call))?.attempts.map(({ delayMs }) => delayMs)).toEqual([0, 0, 0, undefined]);
    await eventually(() => order.length === 7);
    expect(order[0]).toBe('returned');
    for (const n of [1, 2, 3]) expect(order.indexOf(`again ${n}`)).toBeLessThan(order.indexOf(`late ${n}`));
  });

  test('a backoff of one’s own is asked with 1, 2, 3, and waited for', async () => {
    server.script(503, 503, 503, 200);
    const asked: number[] = [];
    const backoff = ({ attempt }: FailedAttempt) => {
      asked.push(attempt);
      return 30 * attempt;
    };
    const { order, hooks, beforeRetry } = watchWaits(80);
    attachResilience(api, { retry: { backoff, beforeRetry }, breaker: false, hooks });
    await api.get('/');
    expect(asked).toEqual([1, 2, 3]);
    await eventually(() => order.length === 6);
    for (const n of [1, 2, 3]) expect(order.indexOf(`again ${n}`)).toBeLessThan(order.indexOf(`late ${n}`));
    const [first, second, third] = gaps();
    expect(first).toBeGreaterThanOrEqual(28);
    expect(second).toBeGreaterThanOrEqual(58);
    expect(third).toBeGreaterThanOrEqual(88);
  });

  test('a backoff of one’s own is asked only about what the rules would send again', async () => {
    server.script(500, 429, 200);
    const asked: (number | undefined)[] = [];
    const backoff = ({ status }: FailedAttempt) => {
      asked.push(status);
      return 0;
    };
    attachResilience(api, { retry: { backoff, statuses: [429] } });
    await rejection(api.get('/'));
    await api.get('/');
    expect(asked).toEqual([429]);
    expect(server.hits).toHaveLength(3);
  });

  test('a wait that the server asks for is not made longer by a longer backoff', async () => {
    server.script({ status: 503, headers: { 'retry-after-ms': '40' } }, 200);
    attachResilience(api, { retry: { backoff: () => 5_000 } });
    expect(reportOf(await api.get('/'))?.attempts[0]?.delayMs).toBeLessThanOrEqual(44);
  });

  test.each([413, 429, 500, 502, 503])('Retry-After is honoured on a %d', async (status) => {
    server.script({ status, headers: { 'retry-after': '7' } });
    attachResilience(api, { retry: { ...NOW, maxRetryAfter: 1_000 } });
    const error = await rejection(api.get('/'));
    expect(reportOf(error)).toMatchObject({ ended: 'retry-after-too-long', attempts: [{ retryAfterMs: 7_000 }] });
  });

  test.each<[string, Record<string, string | string[]>, number | undefined]>([
    ['a RateLimit that is none', { ratelimit: 'limit=100, remaining=0, reset=30' }, undefined],
    ['a RateLimit without a time', { ratelimit: '"default";r=0' }, undefined],
    [
      'durations as Go writes them',
      { 'x-ratelimit-reset-requests': '1s', 'x-ratelimit-reset-tokens': '6m0s' },
      undefined,
    ],
    [
      'an empty Retry-After, the last word before RateLimit-Reset',
      { 'retry-after': '', 'ratelimit-reset': '30' },
      undefined,
    ],
    ['seconds that look like a date since 1970', { 'retry-after': '1704067200' }, 1_704_067_200_000],
  ])('%s', async (_what, headers, ms) => {
    server.script({ status: 429, headers }, 200);
    attachResilience(api, { retry: { backoff: () => 7, maxRetryAfter: 100 } });
    const [end] = await Promise.allSettled([api.get('/')]);
    const report = reportOf(end.status === 'fulfilled' ? end.value : end.reason);
    expect(report?.attempts[0]?.retryAfterMs).toBe(ms);
    expect([report?.ended, report?.attempts[0]?.delayMs]).toEqual(
      ms === undefined ? ['success', 7] : ['retry-after-too-long', undefined],
    );
  });

  test('of two Retry-After lines the first counts, also where fetch has joined them', async () => {
    server.script({ status: 429, headers: { 'retry-after': ['2', '3'] } }, 200);
    attachResilience(api, { retry: { ...NOW, maxRetryAfter: 100 } });
    const [end] = await Promise.allSettled([api.get('/')]);
    const report = reportOf(end.status === 'fulfilled' ? end.value : end.reason);
    expect(report?.attempts[0]?.retryAfterMs).toBe(2_000);
  });

  test('the deadline ends a call that shouldRetry would never end', async () => {
    server.script(404);
    attachResilience(api, {
      deadline: 200,
      retry: { maxRetries: 1_000, backoff: () => 20, shouldRetry: () => true },
      breaker: false,
    });
    const error = await rejectionAfter(195, () => api.get('/'), { slack: 45 });
    expect(reportOf(error)?.ended).toBe('deadline');
    expect(server.hits.length).toBeLessThan(12);
  });

  test('an AbortSignal.timeout of the caller that comes in a wait is a cancellation', async () => {
    server.script(503);
    attachResilience(api, { retry: { backoff: () => 10_000 } });
    const signal = AbortSignal.timeout(150);
    const call = api.get('/', { signal });
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    expect(await settlesAtOnce(call)).toBe(true);
    const error = await rejection(call);
    expect(error).toMatchObject({ code: 'ERR_CANCELED', cause: { name: 'TimeoutError' } });
    expect(reportOf(error)).toMatchObject({ ended: 'canceled', attempts: [{ status: 503 }] });
  });

  test('a 200 that means "try again" is retried for a POST that may be sent twice, and for no other', async () => {
    server.script({ status: 200, body: '{"state":"pending"}' }, { status: 200, body: '{"state":"done"}' });
    attachResilience(api, { retry: { ...NOW, retryResponse: ({ data }) => data.state === 'pending' } });
    expect(reportOf(await api.post('/'))).toMatchObject({ ended: 'method-not-allowed', retries: 0 });
    server.script({ status: 200, body: '{"state":"pending"}' }, { status: 200, body: '{"state":"done"}' });
    const response = await api.post('/', {}, { resilience: { idempotent: true } });
    expect(response.data).toEqual({ state: 'done' });
    expect(server.hits).toHaveLength(3);
  });

  test('a report tells how long each attempt took, a fast failure from a slow one', async () => {
    server.script('reset', 'hang', 200);
    attachResilience(api, { attemptTimeout: 400, retry: NOW });
    const { attempts = [], waitedMs, elapsedMs = 0 } = reportOf(await api.get('/')) ?? {};
    expect(attempts.map(({ failure, status }) => failure ?? status)).toEqual(['read', 'timeout', 200]);
    const [fast = 0, slow, last = 0] = attempts.map(({ durationMs }) => durationMs);
    expect(fast).toBeLessThan(240);
    expect(slow).toBeGreaterThanOrEqual(399);
    expect(fast + Number(slow) + last + Number(waitedMs)).toBeLessThanOrEqual(elapsedMs);
  });

  test('why a call was not sent again has a name of its own each time', async () => {
    attachResilience(api, { retry: { ...NOW, maxRetries: 1, maxRetryAfter: 1_000 }, breaker: false, coolDown: false });
    const ended = async (
      request: Parameters<AxiosInstance['request']>[0],
      ...script: Parameters<FlakyServer['script']>
    ) => {
      server.script(...script);
      return reportOf(await rejection(api.request(request)))?.ended;
    };
    expect(await ended({ url: '/' }, 503)).toBe('max-retries');
    expect(await ended({ url: '/' }, 404)).toBe('not-retryable');
    expect(await ended({ url: '/', method: 'post' }, 503)).toBe('method-not-allowed');
    expect(await ended({ url: '/' }, { status: 503, headers: { 'retry-after': '60' } })).toBe('retry-after-too-long');
    expect(await ended({ url: '/', resilience: { retry: { backoff: () => 60_000 } } }, 503)).toBe('deadline');
    expect(await ended({ url: '/', resilience: { retry: { beforeRetry: () => false } } }, 503)).toBe('vetoed');
  });
});
