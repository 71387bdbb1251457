import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import axios, { type AxiosError, type AxiosInstance } from 'axios';
import { attachResilience, reportOf } from 'axios-resilience';
import { type FlakyServer, flakyServer } from '../helpers/flaky-server.js';
import { rejection } from '../helpers/settled.js';

const QUICK = { baseDelay: 5 };

describe.each(['http', 'fetch'] as const)('retries through the %s adapter', (adapter) => {
  let server: FlakyServer;
  let api: AxiosInstance;

  beforeEach(async () => {
    server = await flakyServer();
    api = axios.create({ baseURL: server.url, adapter });
  });
  afterEach(() => server.close());

  test('503, 503, 200 gives 200 after exactly 3 requests, and the report says 2 retries', async () => {
    server.script(503, 503, 200);
    attachResilience(api, { retry: { backoff: QUICK } });
    const response = await api.get('/');
    expect(response.status).toBe(200);
    expect(response.data).toEqual({ hit: 3 });
    expect(server.hits).toHaveLength(3);
    expect(reportOf(response)).toMatchObject({ ended: 'success', retries: 2 });
    expect(reportOf(response)?.attempts.map(({ status, failure }) => [status, failure])).toEqual([
      [503, 'status'],
      [503, 'status'],
      [200, undefined],
    ]);
  });

  test('interceptors and transforms see one call, registered before or after', async () => {
    server.script(503, 503, 200);
    const seen: string[] = [];
    const watch = (name: string) => {
      api.interceptors.request.use((config) => {
        seen.push(`${name} request`);
        return config;
      });
      api.interceptors.response.use((response) => {
        seen.push(`${name} response`);
        return response;
      });
    };
    watch('before');
    attachResilience(api, { retry: { backoff: QUICK } });
    watch('after');
    await api.put(
      '/',
      { a: 1 },
      {
        transformRequest: (data) => {
          seen.push('transformRequest');
          return JSON.stringify(data);
        },
        transformResponse: (data) => {
          seen.push('transformResponse');
          return data;
        },
      },
    );
    expect(seen).toEqual([
      'after request',
      'before request',
      'transformRequest',
      'transformResponse',
      'before response',
      'after response',
    ]);
    expect(server.hits.map(({ body }) => body)).toEqual(['{"a":1}', '{"a":1}', '{"a":1}']);
  });

  test('error interceptors see one error, the last', async () => {
    server.script(503, 500, 502);
    attachResilience(api, { retry: { maxRetries: 2, backoff: QUICK } });
    const seen: (number | undefined)[] = [];
    api.interceptors.response.use(undefined, (error: AxiosError) => {
      seen.push(error.response?.status);
      return Promise.reject(error);
    });
    const error = await rejection(api.get('/'));
    expect(error).toMatchObject({ isAxiosError: true, code: 'ERR_BAD_RESPONSE', response: { status: 502 } });
    expect(seen).toEqual([502]);
    expect(server.hits).toHaveLength(3);
    expect(reportOf(error)).toMatchObject({ ended: 'max-retries', retries: 2 });
  });

  test('config comes back as the caller gave it, and sending it again gets a full set of attempts', async () => {
    server.script(503);
    attachResilience(api, { retry: { maxRetries: 1, backoff: QUICK } });
    const before = new Set<string | symbol>();
    api.interceptors.request.use((config) => {
      for (const key of Reflect.ownKeys(config)) before.add(key);
      return config;
    });
    const error = (await rejection(api.get('/'))) as AxiosError;
    const { config } = error;
    expect(config?.adapter).toBe(adapter);
    expect(Reflect.ownKeys(config ?? {}).filter((key) => !before.has(key))).toEqual(['data']);
    expect(config).toBe(error.response?.config);
    await rejection(api.request(config as object));
    await rejection(api.request(config as object));
    expect(server.hits).toHaveLength(6);
  });

  test('a POST that got an answer is sent once, and its log record says method-not-allowed', async () => {
    server.script(503);
    const records: object[] = [];
    const debug = (fields: object) => records.push(fields);
    attachResilience(api, { logger: { debug, warn: debug, error: debug } });
    const error = await rejection(api.post('/', { a: 1 }));
    expect(server.hits).toHaveLength(1);
    expect(reportOf(error)?.ended).toBe('method-not-allowed');
    expect(records).toEqual([expect.objectContaining({ 'resilience.because': 'method-not-allowed' })]);
  });

  test('a connection lost before the answer is retried', async () => {
    server.script('reset', 'reset', 200);
    attachResilience(api, { retry: { backoff: QUICK } });
    expect((await api.get('/')).data).toEqual({ hit: 3 });
  });

  test('a body cut off after a 200 is a lost connection', async () => {
    server.script('cut', 200);
    attachResilience(api, { retry: { backoff: QUICK } });
    const response = await api.get('/');
    expect(response.data).toEqual({ hit: 2 });
    expect(reportOf(response)?.attempts[0]).toMatchObject({ failure: 'read' });
  });

  test('validateStatus is asked once about each answer', async () => {
    server.script(503, 404);
    attachResilience(api, { retry: { backoff: QUICK } });
    const asked: number[] = [];
    const validateStatus = (status: number) => {
      asked.push(status);
      return false;
    };
    await rejection(api.get('/', { validateStatus }));
    expect([asked, server.hits.length]).toEqual([[503, 404], 2]);
  });

  test('statuses that validateStatus lets pass are retried all the same, then returned, not thrown', async () => {
    server.script(503);
    attachResilience(api, { retry: { maxRetries: 2, backoff: QUICK } });
    const response = await api.get('/', { validateStatus: () => true });
    expect(response.status).toBe(503);
    expect(server.hits).toHaveLength(3);
    expect(reportOf(response)).toMatchObject({ ended: 'max-retries', retries: 2 });
  });

  test('an adapter that signs what it is given, in place, is given the same for every attempt', async () => {
    server.script(503, 503, 200);
    const real = axios.getAdapter(adapter);
    const signing: typeof real = (config) => {
      config.url += '?signed';
      config.data = `signed ${config.data}`;
      config.headers = { ...config.headers, Signed: `${config.headers.Signed ?? ''}yes` } as never;
      return real(config);
    };
    attachResilience(api, { retry: { backoff: QUICK } });
    const headers = { 'Content-Type': 'text/plain', 'Idempotency-Key': 'mine' };
    const response = await api.post('/', 'a', { adapter: signing, headers });
    expect(response.status).toBe(200);
    const sent = server.hits.map(({ url, body, headers }) => [url, body, headers.signed, headers['idempotency-key']]);
    expect(sent).toEqual(Array(3).fill(['/?signed', 'signed a', 'yes', 'mine']));
  });

  test('resilience: false is plain axios', async () => {
    server.script(503, 200);
    attachResilience(api);
    const error = await rejection(api.get('/', { resilience: false }));
    expect(server.hits).toHaveLength(1);
    expect(reportOf(error)).toBeUndefined();
  });
});

test.each([{ Expect: '100-continue' }, { Upgrade: 'websocket' }])(
  'headers that Node’s fetch does not send (%j) are no trouble of the network, and not tried again',
  async (headers) => {
    const server = await flakyServer(200);
    const api = axios.create({ baseURL: server.url, adapter: 'fetch' });
    attachResilience(api, { retry: { backoff: () => 0 } });
    const error = await rejection(api.put('/', 'body', { headers }));
    expect(reportOf(error)).toMatchObject({ ended: 'not-retryable', attempts: [{ failure: 'other' }] });
    expect(server.hits).toHaveLength(0);
    await server.close();
  },
);

describe('an answer that failed by its status, whatever became of its body', () => {
  let server: FlakyServer;
  beforeEach(async () => {
    server = await flakyServer();
  });
  afterEach(() => server.close());

  const garbled = (status: number) => ({ status, headers: { 'content-encoding': 'gzip' }, body: '<html>busy' });
  const cut = (status: number) => (_req: unknown, res: ServerResponse) => {
    res.writeHead(status, { 'content-length': 100 }).write('half');
    setTimeout(() => res.destroy(), 10);
  };

  /** axios 1.7.9 leaves the response off such errors. */
  test.each([
    ['503 in another compression than it says', garbled(503), { told: 3, untold: 1 }],
    ['404 in another compression than it says', garbled(404), { told: 1, untold: 1 }],
    ['503 that breaks off', cut(503), { told: 3, untold: 3 }],
    ['404 that breaks off', cut(404), { told: 1, untold: 3 }],
  ] as const)('%s', async (_, step, requests) => {
    server.script(step);
    const api = axios.create({ baseURL: server.url, adapter: 'http' });
    const { response } = (await rejection(api.get('/'))) as AxiosError;
    const { breakers } = attachResilience(api, { retry: { maxRetries: 2, backoff: QUICK } });
    const report = reportOf(await rejection(api.get('/')));
    expect(server.hits).toHaveLength(1 + requests[response ? 'told' : 'untold']);
    const isStatus = report?.attempts.every(({ failure }) => failure === 'status');
    expect(isStatus).toBe(response !== undefined);
    if (response) expect(breakers.get(server.url)?.window.failures).toBe(response.status === 503 ? 3 : 0);
  });
});
