import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import axios, { type AxiosError, type AxiosInstance, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios';
import oldest from 'axios-oldest';
import { attachResilience, type FailedAttempt, reportOf } from 'axios-resilience';
import { type FlakyServer, flakyServer } from '../../helpers/flaky-server.js';
import { rejection, sleep } from '../../helpers/settled.js';

const NOW = { backoff: () => 0 };

let server: FlakyServer;
let api: AxiosInstance;

beforeEach(async () => {
  server = await flakyServer(503, 503, 200);
  api = axios.create({ baseURL: server.url });
});
afterEach(() => server.close());

const gap = () => (server.hits[1]?.at ?? Number.NaN) - (server.hits[0]?.at ?? Number.NaN);

test('what the server asks for wins over a backoff of one’s own, shorter or longer', async () => {
  for (const ms of [5, 400]) {
    server.script({ status: 503, headers: { 'retry-after-ms': '100' } }, 200);
    const instance = axios.create({ baseURL: server.url });
    attachResilience(instance, { retry: { backoff: () => ms } });
    const { delayMs = Number.NaN } = reportOf(await instance.get('/'))?.attempts[0] ?? {};
    expect(delayMs).toBeGreaterThanOrEqual(100);
    expect(delayMs).toBeLessThanOrEqual(110);
  }
});

test('defaults that change during a call count from the next call on; what beforeRetry sets, at once', async () => {
  server.script(401, 401, 401, 200);
  api.defaults.headers.common.Authorization = 'Bearer old';
  const shouldRetry = () => true;
  const beforeRetry = async (config: InternalAxiosRequestConfig, { attempt }: { attempt: number }) => {
    await sleep(1);
    api.defaults.headers.common.Authorization = 'Bearer new';
    config.headers.set('X-Renewed', String(attempt));
  };
  attachResilience(api, { retry: { ...NOW, shouldRetry, beforeRetry } });
  await api.get('/');
  await api.get('/');
  expect(server.hits.map(({ headers }) => [headers.authorization, headers['x-renewed']])).toEqual([
    ['Bearer old', undefined],
    ['Bearer old', '1'],
    ['Bearer old', '2'],
    ['Bearer old', '3'],
    ['Bearer new', undefined],
  ]);
});

test('a policy made by a class is read and never written, and its requests share nothing', async () => {
  class Policy {
    readonly retry = { ...NOW, maxRetries: 1, budget: false as const };
    readonly breaker = false;
  }
  class Override {
    readonly retry = { maxRetries: 2 };
  }
  const [policy, resilience] = [new Policy(), new Override()];
  const before = JSON.stringify([policy, resilience]);
  attachResilience(api, policy);
  server.script(503);
  const errors = await Promise.all(
    [{}, {}, { resilience }, { resilience }].map((request, i) => rejection(api.get(`/${i}`, request))),
  );
  expect(errors.map((error) => reportOf(error)?.attempts.length)).toEqual([2, 2, 3, 3]);
  expect(JSON.stringify([policy, resilience])).toBe(before);
});

test.each<[string, () => boolean | undefined | Promise<boolean | undefined>, number]>([
  ['a promise of false is a no', async () => false, 1],
  ['a promise of true is a yes', async () => true, 4],
  ['a promise of nothing agrees', async () => undefined, 1],
  ['a match that found nothing agrees', () => 'e'.match('x') as never, 1],
])('asked about a 404: %s', async (_what, shouldRetry, requests) => {
  server.script(404);
  attachResilience(api, { retry: { ...NOW, shouldRetry } });
  await rejection(api.get('/'));
  expect(server.hits).toHaveLength(requests);
});

test('QUERY is retried like GET, with its body', async () => {
  attachResilience(api, { retry: NOW });
  const response = await api.request({ url: '/', method: 'QUERY', data: { q: 1 } });
  expect(response.status).toBe(200);
  expect(server.hits.map(({ method, body }) => `${method} ${body}`)).toEqual(Array(3).fill('QUERY {"q":1}'));
});

test('beforeRetry may send the next attempt to another host, which has guards of its own', async () => {
  const spare = await flakyServer(200);
  server.script(503);
  const beforeRetry = (config: InternalAxiosRequestConfig) => {
    config.baseURL = spare.url;
  };
  const { stats } = attachResilience(api, { retry: { ...NOW, beforeRetry } });
  expect((await api.get('/x')).status).toBe(200);
  expect([server.hits, spare.hits].map((hits) => hits.map(({ url }) => url))).toEqual([['/x'], ['/x']]);
  expect(Object.entries(stats().scopes).map(([scope, { attempts }]) => [scope, attempts])).toEqual([
    [server.url, 1],
    [spare.url, 1],
  ]);
  await spare.close();
});

test('beforeRetry may hold a retry back until it has a chance', async () => {
  server.script('reset', 200);
  attachResilience(api, { retry: { ...NOW, beforeRetry: () => sleep(60) } });
  expect((await api.get('/')).status).toBe(200);
  expect(gap()).toBeGreaterThanOrEqual(50);
});

describe('one config object', () => {
  test('for many requests at the same time gives each its own attempts, and is not changed', async () => {
    server.script(503);
    attachResilience(api, { retry: { ...NOW, maxRetries: 2 }, breaker: false });
    const config = { headers: { 'X-Team': 'a' }, params: { q: 1 }, resilience: { retry: 1 } };
    const before = JSON.stringify(config);
    const errors = await Promise.all(Array.from({ length: 5 }, (_, i) => rejection(api.get(`/${i}`, config))));
    errors.push(await rejection(api.get('/5', config)));
    expect(errors.map((error) => reportOf(error)?.retries)).toEqual([1, 1, 1, 1, 1, 1]);
    expect(server.hits).toHaveLength(12);
    expect(JSON.stringify(config)).toBe(before);
  });
});

test('an instance made by another build of axios keeps its headers on every attempt', async () => {
  const foreign = oldest.create({ baseURL: server.url, headers: { 'X-Team': 'a' } }) as unknown as AxiosInstance;
  attachResilience(foreign, { retry: NOW });
  const response = await foreign.put('/', { a: 1 }, { headers: { 'X-Request': 'b' } });
  expect(response.status).toBe(200);
  const seen = server.hits.map(({ headers, body }) => [headers['x-team'], headers['x-request'], body]);
  expect(seen).toEqual(Array(3).fill(['a', 'b', '{"a":1}']));
  expect(server.hits.flatMap(({ headers }) => Object.keys(headers)).filter((name) => /^\d/.test(name))).toEqual([]);
});

test('an instance made by another build of axios finds the headers of its answers, failed ones too', async () => {
  const headers = { 'x-team': 'a', 'set-cookie': ['a=1', 'b=2'] };
  server.script({ status: 503, headers }, { status: 404, headers }, { status: 200, headers });
  const foreign = oldest.create({ baseURL: server.url }) as unknown as AxiosInstance;
  const retried: unknown[] = [];
  const shouldRetry = ({ response }: FailedAttempt) => void retried.push(response?.headers['x-team']);
  attachResilience(foreign, { retry: { ...NOW, shouldRetry } });
  const { response: failed } = (await rejection(foreign.get('/'))) as AxiosError;
  const response = await foreign.get('/');
  expect(retried).toEqual(['a', 'a']);
  for (const { headers: seen } of [failed as AxiosResponse, response]) {
    expect(seen).toBeInstanceOf(oldest.AxiosHeaders);
    expect([seen['x-team'], seen['set-cookie']]).toEqual(['a', ['a=1', 'b=2']]);
  }
});
