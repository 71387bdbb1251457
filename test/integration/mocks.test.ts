import https from 'node:https';
import { Duplex } from 'node:stream';
import tls from 'node:tls';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import axios, { type AxiosInstance } from 'axios';
import MockAdapter from 'axios-mock-adapter';
import { attachResilience, reportOf } from 'axios-resilience';
import { HttpResponse, http } from 'msw';
import { setupServer } from 'msw/node';
import nock from 'nock';
import { rejection } from '../helpers/settled.js';

const HOST = 'http://mocked.test';
const NOW = { backoff: () => 0 };
const ADAPTERS = ['http', 'fetch'] as const;

const failures = (settled: unknown) => reportOf(settled)?.attempts.map(({ status, failure }) => status ?? failure);

// axios-mock-adapter is CommonJS: seen from an ES module, its AxiosInstance is one type and axios's own another.
const mockOf = (api: AxiosInstance) => new MockAdapter(api as never);

// Importing it has put it in place.
nock.restore();

describe.each(ADAPTERS)('nock under the %s adapter', (adapter) => {
  let api: AxiosInstance;

  beforeAll(() => {
    nock.activate();
    nock.disableNetConnect();
  });
  beforeEach(() => {
    api = axios.create({ baseURL: HOST, adapter });
  });
  afterEach(() => nock.cleanAll());
  afterAll(() => nock.restore());

  test('503, 503, 200: each reply is used once, and none is left', async () => {
    attachResilience(api, { retry: NOW });
    nock(HOST).get('/').times(2).reply(503).get('/').reply(200, { ok: true });
    const response = await api.get('/');
    expect(response.data).toEqual({ ok: true });
    expect(failures(response)).toEqual([503, 503, 200]);
    expect(nock.pendingMocks()).toEqual([]);
  });

  test('replyWithError is a lost connection: a GET is sent again, a POST is not', async () => {
    attachResilience(api, { retry: NOW });
    const reset = Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
    nock(HOST).get('/').replyWithError(reset).get('/').reply(200, {}).post('/').replyWithError(reset);
    expect(failures(await api.get('/'))).toEqual(['read', 200]);
    expect(reportOf(await rejection(api.post('/', {})))).toMatchObject({ ended: 'method-not-allowed', retries: 0 });
    expect(nock.pendingMocks()).toEqual([]);
  });

  test('of an https server, too, a POST that was answered or lost is not sent again', async () => {
    attachResilience(api, { retry: NOW });
    const reset = Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
    nock('https://mocked.test').post('/').reply(503).post('/').replyWithError(reset);
    for (const _ of ['answered', 'lost'])
      expect(reportOf(await rejection(api.post('https://mocked.test/', {})))?.ended).toBe('method-not-allowed');
    expect(nock.pendingMocks()).toEqual([]);
  });

  test('a delayed reply is cut off by attemptTimeout, and the next one is taken', async () => {
    attachResilience(api, { retry: NOW, attemptTimeout: 60 });
    nock(HOST).get('/').delay(4_000).reply(200, 'late').get('/').reply(200, { ok: true });
    const response = await api.get('/');
    expect(response.data).toEqual({ ok: true });
    expect(failures(response)).toEqual(['timeout', 200]);
    expect(nock.pendingMocks()).toEqual([]);
    expect(reportOf(response)?.elapsedMs).toBeLessThan(2_500);
  });

  test('the same body and headers go out with every attempt', async () => {
    attachResilience(api, { retry: NOW });
    const headers = { reqheaders: { 'x-team': 'a', 'content-type': 'application/json' } };
    nock(HOST, headers).put('/', { a: 1 }).times(2).reply(503).put('/', { a: 1 }).reply(200, {});
    expect((await api.put('/', { a: 1 }, { headers: { 'X-Team': 'a' } })).status).toBe(200);
    expect(nock.pendingMocks()).toEqual([]);
  });

  test('a request that nobody expected fails at once or after its retries, never later', async () => {
    attachResilience(api, { retry: { ...NOW, maxRetries: 1 } });
    nock(HOST).get('/known').reply(200);
    const error = await rejection(api.get('/unknown'));
    expect(`${error.message} ${(error.cause as Error | undefined)?.message}`).toMatch(/No match for request/);
    expect(nock.pendingMocks()).toEqual([`GET ${HOST}:80/known`]);
  });
});

test('a loss that is played on a socket whose TLS never stands is one of what was sent: a POST is not sent again', async () => {
  let connections = 0;
  const httpsAgent = new https.Agent();
  Object.assign(httpsAgent, {
    createConnection: () => {
      connections++;
      const socket = tls.connect({ socket: new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() }) });
      setImmediate(() => socket.destroy(Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })));
      return socket;
    },
  });
  const api = axios.create({ adapter: 'http', httpsAgent, proxy: false });
  attachResilience(api, { retry: NOW });
  const error = await rejection(api.post('https://mocked.test/', {}));
  expect(failures(error)).toEqual(['read']);
  expect(reportOf(error)?.ended).toBe('method-not-allowed');
  expect(connections).toBe(1);
});

describe('axios-mock-adapter', () => {
  let api: AxiosInstance;
  let mock: MockAdapter;

  beforeEach(() => {
    api = axios.create({ baseURL: HOST });
    mock = mockOf(api);
    attachResilience(api, { retry: NOW });
  });

  test('503, 503, 200: each reply is used once', async () => {
    mock.onGet('/').replyOnce(503).onGet('/').replyOnce(503).onGet('/').reply(200, { ok: true });
    const response = await api.get('/');
    expect(response.data).toEqual({ ok: true });
    expect(failures(response)).toEqual([503, 503, 200]);
    expect(mock.history.get).toHaveLength(3);
  });

  test('networkError() is retried, though it has no code', async () => {
    mock.onGet('/').networkErrorOnce().onGet('/').reply(200, {});
    expect(failures(await api.get('/'))).toEqual(['read', 200]);
  });

  test('timeout() is retried for a GET, and not for a POST', async () => {
    mock.onGet('/').timeoutOnce().onGet('/').reply(200, {}).onPost('/').timeout();
    expect(failures(await api.get('/'))).toEqual(['timeout', 200]);
    const error = await rejection(api.post('/', {}));
    expect(error).toMatchObject({ code: 'ECONNABORTED' });
    expect(reportOf(error)?.ended).toBe('method-not-allowed');
    expect(mock.history.post).toHaveLength(1);
  });

  test('abortRequest() is a lost request, not a cancellation by the caller', async () => {
    mock.onGet('/').abortRequest();
    const error = await rejection(api.get('/'));
    expect(error).toMatchObject({ code: 'ECONNABORTED', message: 'Request aborted' });
    expect(mock.history.get).toHaveLength(1);
  });

  test('a mock put in place after attaching is retried as well', async () => {
    const other = axios.create({ baseURL: HOST });
    attachResilience(other, { retry: NOW });
    const late = mockOf(other);
    late.onGet('/').replyOnce(503).onGet('/').reply(200, {});
    expect(failures(await other.get('/'))).toEqual([503, 200]);
  });

  test('interceptors and transforms run once around the mock', async () => {
    const seen: string[] = [];
    api.interceptors.response.use((response) => {
      seen.push(`response ${response.status}`);
      return response;
    });
    mock.onPut('/').replyOnce(503).onPut('/').reply(200, {});
    const transformRequest = (data: unknown) => {
      seen.push('transformRequest');
      return JSON.stringify(data);
    };
    await api.put('/', { a: 1 }, { transformRequest });
    expect(seen).toEqual(['transformRequest', 'response 200']);
    expect(mock.history.put?.map(({ data }) => data)).toEqual(['{"a":1}', '{"a":1}']);
  });
});

describe.each(ADAPTERS)('msw under the %s adapter', (adapter) => {
  const server = setupServer();
  let api: AxiosInstance;

  beforeAll(() => server.listen({ onUnhandledRequest: 'error' }));
  beforeEach(() => {
    api = axios.create({ baseURL: HOST, adapter });
    attachResilience(api, { retry: NOW });
  });
  afterEach(() => server.resetHandlers());
  afterAll(() => server.close());

  test('503, 503, 200: each reply is used once', async () => {
    const down = () => HttpResponse.json({}, { status: 503 });
    server.use(
      http.get(`${HOST}/`, down, { once: true }),
      http.get(`${HOST}/`, down, { once: true }),
      http.get(`${HOST}/`, () => HttpResponse.json({ ok: true })),
    );
    const response = await api.get('/');
    expect(response.data).toEqual({ ok: true });
    expect(failures(response)).toEqual([503, 503, 200]);
  });

  test('HttpResponse.error() is a lost connection: a GET is sent again, a POST is not', async () => {
    let posts = 0;
    server.use(
      http.get(`${HOST}/`, () => HttpResponse.error(), { once: true }),
      http.get(`${HOST}/`, () => HttpResponse.json({})),
      http.post(`${HOST}/`, () => {
        posts++;
        return HttpResponse.error();
      }),
    );
    expect(failures(await api.get('/'))).toEqual(['read', 200]);
    expect(reportOf(await rejection(api.post('/', {})))).toMatchObject({ ended: 'method-not-allowed', retries: 0 });
    expect(posts).toBe(1);
  });

  test('of an https server, too, a POST that was answered or lost is not sent again', async () => {
    let posts = 0;
    const answer = () => (posts++ === 0 ? new HttpResponse(null, { status: 503 }) : HttpResponse.error());
    server.use(http.post('https://mocked.test/', answer));
    for (const _ of ['answered', 'lost'])
      expect(reportOf(await rejection(api.post('https://mocked.test/', {})))?.ended).toBe('method-not-allowed');
    expect(posts).toBe(2);
  });

  test('Retry-After of a mocked reply is waited for', async () => {
    server.use(
      http.get(`${HOST}/`, () => new HttpResponse(null, { status: 429, headers: { 'retry-after-ms': '60' } }), {
        once: true,
      }),
      http.get(`${HOST}/`, () => HttpResponse.json({})),
    );
    const response = await api.get('/');
    expect(reportOf(response)?.attempts[0]).toMatchObject({ status: 429, retryAfterMs: 60 });
    expect(reportOf(response)?.waitedMs).toBeGreaterThanOrEqual(59);
  });

  test('the same body goes out with every attempt', async () => {
    const bodies: string[] = [];
    server.use(
      http.put(`${HOST}/`, async ({ request }) => {
        bodies.push(await request.text());
        return HttpResponse.json({}, { status: bodies.length < 3 ? 503 : 200 });
      }),
    );
    expect((await api.put('/', { a: 1 })).status).toBe(200);
    expect(bodies).toEqual(['{"a":1}', '{"a":1}', '{"a":1}']);
  });
});
