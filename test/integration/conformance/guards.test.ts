import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import axios, { type AxiosInstance } from 'axios';
import { attachResilience, type ResilienceHandle, reportOf } from 'axios-resilience';
import { type FlakyServer, flakyServer } from '../../helpers/flaky-server.js';
import { eventually, rejection, sleep } from '../../helpers/settled.js';

const NOW = { backoff: () => 0 };

let server: FlakyServer;
let api: AxiosInstance;

beforeEach(async () => {
  server = await flakyServer();
  api = axios.create({ baseURL: server.url });
});
afterEach(() => server.close());

test('a probe that fails opens the circuit for another whole period', async () => {
  server.script(503);
  const openFor = 300;
  const { breakers } = attachResilience(api, {
    retry: false,
    breaker: { consecutive: 1, minimumDuration: 0, openFor },
  });
  await rejection(api.get('/'));
  await sleep(openFor * 1.3);
  expect(await rejection(api.get('/'))).toMatchObject({ response: { status: 503 } });
  expect(breakers.get(server.url)?.state).toBe('open');
  expect(breakers.get(server.url)?.retryInMs).toBeGreaterThan(openFor * 0.8);
  expect(await rejection(api.get('/'))).toMatchObject({ code: 'ERR_CIRCUIT_OPEN' });
  expect(server.hits).toHaveLength(2);
});

test('a retry that waits holds no slot', async () => {
  server.script(503, 200, 200);
  const { stats } = attachResilience(api, { bulkhead: 1, retry: { backoff: () => 300 } });
  const first = api.get('/1');
  await eventually(() => stats().attempts === 1 && stats().inFlight === 0);
  await api.get('/2');
  await first;
  expect(server.hits.map(({ url }) => url)).toEqual(['/1', '/2', '/1']);
});

describe('refusals', () => {
  test('of an open circuit are not retried, and count for nothing', async () => {
    server.script(503);
    const { stats, breakers } = attachResilience(api, {
      retry: NOW,
      breaker: { consecutive: 1, minimumDuration: 0, openFor: 500 },
    });
    await rejection(api.get('/', { resilience: { retry: false } }));
    const refused = await Promise.all(Array.from({ length: 20 }, () => rejection(api.get('/'))));
    expect(refused.map((error) => reportOf(error)?.retries)).toEqual(Array(20).fill(0));
    expect(stats()).toMatchObject({ attempts: 1, rejected: 20, failures: 1 });
    await sleep(620);
    server.script(200);
    expect((await api.get('/')).status).toBe(200);
    expect(breakers.get(server.url)?.state).toBe('closed');
  });

  test('of a full bulkhead are not retried, and do not open the circuit', async () => {
    server.script((_req, res) => void setTimeout(() => res.end('{}'), 40));
    const { stats, breakers } = attachResilience(api, {
      retry: NOW,
      bulkhead: { limit: 1, queue: 0 },
      breaker: { consecutive: 1, minimumDuration: 0 },
    });
    const first = api.get('/');
    const refused = await Promise.all(Array.from({ length: 20 }, () => rejection(api.get('/'))));
    await first;
    expect(refused.map(({ code }) => code)).toEqual(Array(20).fill('ERR_BULKHEAD_FULL'));
    expect(stats()).toMatchObject({ attempts: 1, rejected: 20, successes: 1 });
    expect(breakers.get(server.url)?.state).toBe('closed');
  });
});

test('statuses above 599 are failures to the circuit, not successes', async () => {
  server.script(999);
  const { breakers } = attachResilience(api, { retry: false, breaker: { consecutive: 3, minimumDuration: 0 } });
  for (let call = 0; call < 3; call++)
    expect(await rejection(api.get('/'))).toMatchObject({ response: { status: 999 } });
  expect(breakers.get(server.url)?.state).toBe('open');
});

test('only the attached instance is touched: neither another nor axios itself', async () => {
  server.script(503);
  attachResilience(api, { retry: { ...NOW, maxRetries: 2 } });
  await rejection(axios.create({ baseURL: server.url }).get('/other'));
  await rejection(axios.get(`${server.url}/global`));
  await rejection(api.get('/attached'));
  expect(server.hits.map(({ url }) => url)).toEqual(['/other', '/global', '/attached', '/attached', '/attached']);
});

describe('every way to send a request is under the policy', () => {
  type Send = (handle: AxiosInstance) => Promise<unknown>;
  test.each<[string, Send]>([
    ['api(url)', (it) => it('/')],
    ['api(config)', (it) => it({ url: '/' })],
    ['api(url, config)', (it) => it('/', { params: { a: 1 } })],
    ['api.request', (it) => it.request({ url: '/' })],
    ['api.get', (it) => it.get('/')],
    ['api.delete', (it) => it.delete('/')],
    ['api.head', (it) => it.head('/')],
    ['api.options', (it) => it.options('/')],
    ['api.put', (it) => it.put('/', {})],
    ['api.post, idempotent', (it) => it.post('/', {}, { resilience: { idempotent: true } })],
    ['api.patch, idempotent', (it) => it.patch('/', {}, { resilience: { idempotent: true } })],
    [
      'api.putForm of URLSearchParams',
      (it) =>
        it.putForm('/', new URLSearchParams({ a: '1' }), {
          headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
        }),
    ],
  ])('%s', async (_way, send) => {
    server.script(503, 200);
    const handle: ResilienceHandle = attachResilience(api, { retry: NOW });
    expect(reportOf(await send(api))).toMatchObject({ ended: 'success', retries: 1 });
    expect(handle.stats()).toMatchObject({ calls: 1, attempts: 2 });
  });
});
