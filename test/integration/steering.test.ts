import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import axios, { type AxiosAdapter, type AxiosHeaders, type AxiosInstance, getAdapter } from 'axios';
import {
  attachResilience,
  type Decision,
  type EndEvent,
  type FailedAttempt,
  type RetryEvent,
  reportOf,
} from 'axios-resilience';
import { deadPort, type FlakyServer, flakyServer, requestsIn } from '../helpers/flaky-server.js';
import { rejection, sleep } from '../helpers/settled.js';

const NOW = { backoff: () => 0 };

describe.each(['http', 'fetch'] as const)('what decides on a retry, through the %s adapter', (adapter) => {
  let server: FlakyServer;
  let api: AxiosInstance;

  beforeEach(async () => {
    server = await flakyServer();
    api = axios.create({ baseURL: server.url, adapter });
  });
  afterEach(() => server.close());

  test('a list of methods, in any letter case, allows what it names and nothing else', async () => {
    server.script(503);
    attachResilience(api, { retry: { ...NOW, maxRetries: 1, methods: ['post', 'PROPFIND'] }, breaker: false });
    await rejection(api.post('/post'));
    await rejection(api.request({ url: '/propfind', method: 'PROPFIND' }));
    await rejection(api.get('/get'));
    expect(server.hits.map(({ url }) => url)).toEqual(['/post', '/post', '/propfind', '/propfind', '/get']);
  });

  test('a record gives each method its own statuses and number', async () => {
    server.script(500);
    const methods = { get: { maxRetries: 1 }, POST: { statuses: [503] }, put: true, DELETE: false };
    attachResilience(api, { retry: { ...NOW, maxRetries: 2, methods }, breaker: false });
    for (const method of ['get', 'post', 'put', 'delete']) await rejection(api.request({ url: '/', method }));
    const count = (method: string) => server.hits.filter((hit) => hit.method === method).length;
    expect([count('GET'), count('POST'), count('PUT'), count('DELETE')]).toEqual([2, 1, 3, 1]);
  });

  test('limits hold per kind of failure, within the total', async () => {
    attachResilience(api, {
      retry: { ...NOW, maxRetries: 5, limits: { read: 1, status: 2, connect: 0 } },
      breaker: false,
    });
    server.script('reset');
    expect(reportOf(await rejection(api.get('/')))).toMatchObject({ ended: 'max-retries', retries: 1 });
    server.script(503);
    expect(reportOf(await rejection(api.get('/')))).toMatchObject({ ended: 'max-retries', retries: 2 });
    server.script('reset', 503, 503, 200);
    expect(reportOf(await api.get('/'))).toMatchObject({ ended: 'success', retries: 3 });
    const dead = `http://127.0.0.1:${await deadPort()}/`;
    expect(reportOf(await rejection(api.get(dead)))).toMatchObject({ ended: 'max-retries', retries: 0 });
  });

  test('a POST whose connection was refused was never sent, and is retried', async () => {
    const dead = `http://127.0.0.1:${await deadPort()}/`;
    attachResilience(api, { retry: { ...NOW, maxRetries: 2 }, breaker: false });
    const report = reportOf(await rejection(api.post(dead, { a: 1 })));
    expect(report).toMatchObject({ ended: 'max-retries', retries: 2 });
    expect(report?.attempts.map(({ failure }) => failure)).toEqual(['connect', 'connect', 'connect']);
  });

  test('a POST redirected to a place that refuses it was sent once, and is not retried', async () => {
    server.script({ status: 307, headers: { location: `http://127.0.0.1:${await deadPort()}/` } });
    attachResilience(api, { retry: NOW });
    const error = await rejection(api.post('/', { a: 1 }));
    expect(reportOf(error)).toMatchObject({ ended: 'method-not-allowed', attempts: [{ failure: 'connect' }] });
    expect(server.hits).toHaveLength(1);
  });

  test.each([
    ['the same port of another host', (port: number) => `http://127.0.0.2:${port}/`],
    ['a name that does not exist', (port: number) => `http://nowhere.invalid:${port}/`],
  ])('a POST redirected to %s was sent once, and is not retried', async (_where, to) => {
    server.script({ status: 307, headers: { location: to(server.port) } });
    attachResilience(api, { retry: NOW });
    for (const host of ['127.0.0.1', 'localhost']) {
      const error = await rejection(api.post(`http://${host}:${server.port}/`, { a: 1 }));
      expect(reportOf(error)).toMatchObject({ ended: 'method-not-allowed', retries: 0 });
    }
    expect(server.hits).toHaveLength(2);
  });

  test('a POST that may have been done is retried if the request says it is idempotent', async () => {
    server.script('reset', 503, 200);
    attachResilience(api, { retry: NOW });
    await api.post('/', { a: 1 }, { resilience: { idempotent: true } });
    expect(server.hits.map(({ body }) => body)).toEqual(['{"a":1}', '{"a":1}', '{"a":1}']);
  });

  test('what the request says is not idempotent is not sent twice, whatever its method, its key and its rule', async () => {
    server.script('reset', 200);
    const keyed = { headers: { 'Idempotency-Key': 'k' }, resilience: { idempotent: false } };
    attachResilience(api, { retry: NOW, hedge: 1, rules: { '/search': { idempotent: true } } });
    expect(reportOf(await rejection(api.put('/', 'a', keyed)))?.ended).toBe('method-not-allowed');
    server.script('reset', 200);
    expect(reportOf(await rejection(api.post('/search', 'a', keyed)))?.ended).toBe('method-not-allowed');
    server.script({ delay: 50 });
    await api.get('/', { resilience: { idempotent: false } });
    expect(server.hits).toHaveLength(3);
  });

  test('one Idempotency-Key goes out with every attempt of a POST, and none with a GET', async () => {
    server.script(503, 503, 200);
    attachResilience(api, { retry: { ...NOW, idempotencyKey: true } });
    await api.post('/', {});
    const keys = server.hits.map(({ headers }) => headers['idempotency-key']);
    expect(keys[0]).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
    expect(new Set(keys)).toHaveProperty('size', 1);
    expect(keys).toHaveLength(3);
    await api.post('/', {});
    expect(server.hits[3]?.headers['idempotency-key']).not.toBe(keys[0]);
    await api.get('/');
    expect(server.hits[4]?.headers['idempotency-key']).toBeUndefined();
  });

  test('a key that the caller set is kept, and makes the request retryable by itself', async () => {
    server.script('reset', 503, 200);
    attachResilience(api, { retry: NOW });
    await api.post('/', {}, { headers: { 'X-Idempotency-Key': 'mine' } });
    expect(server.hits.map(({ headers }) => headers['x-idempotency-key'])).toEqual(['mine', 'mine', 'mine']);
  });

  test.each([null, false, ''])('a key that is %p is none: a POST is not sent again for it', async (key) => {
    server.script('reset', 200);
    attachResilience(api, { retry: NOW });
    const error = await rejection(api.post('/', {}, { headers: { 'Idempotency-Key': key as never } }));
    expect(reportOf(error)?.ended).toBe('method-not-allowed');
    expect(server.hits).toHaveLength(1);
  });

  test('a key that beforeRetry sets counts from then on', async () => {
    const urls = [`http://127.0.0.1:${await deadPort()}/`, `${server.url}/`];
    server.script('reset', 200);
    const beforeRetry = (config: { url?: string | undefined; headers: AxiosHeaders }) => {
      config.url = urls[1];
      config.headers.set('Idempotency-Key', 'late');
    };
    attachResilience(api, { retry: { ...NOW, beforeRetry: beforeRetry as never } });
    expect(reportOf(await api.post(urls[0] ?? '', {}))).toMatchObject({ ended: 'success', retries: 2 });
    expect(server.hits.map(({ headers }) => headers['idempotency-key'])).toEqual(['late', 'late']);
  });

  test('retryResponse reads the parsed body of a good answer, while interceptors see only the last one', async () => {
    server.script({ status: 200, body: '{"state":"pending"}' }, { status: 200, body: '{"state":"done"}' });
    attachResilience(api, { retry: { ...NOW, retryResponse: ({ data }) => data.state === 'pending' } });
    const seen: unknown[] = [];
    api.interceptors.response.use((response) => {
      seen.push(response.data);
      return response;
    });
    const { data } = await api.get('/');
    expect(data).toEqual({ state: 'done' });
    expect(seen).toEqual([{ state: 'done' }]);
    expect(server.hits).toHaveLength(2);
  });

  test('retryResponse sees the config as it was given, not what an attempt was sent with', async () => {
    server.script(200);
    const { signal } = new AbortController();
    const seen: unknown[] = [];
    attachResilience(api, {
      retry: {
        ...NOW,
        retryResponse: ({ config }) => {
          seen.push(config.signal, 'httpAgent' in config);
          return false;
        },
      },
    });
    await api.get('/', { signal });
    expect(seen).toEqual([signal, false]);
  });

  test('a call that its retryResponse cancels was one attempt', async () => {
    server.script(200);
    const controllers = Array.from({ length: 3 }, () => new AbortController());
    let calls = 0;
    const retryResponse = () => {
      controllers[calls++]?.abort();
      return false;
    };
    const { stats } = attachResilience(api, { retry: { ...NOW, retryResponse } });
    for (const { signal } of controllers) {
      const error = await rejection(api.get('/', { signal }));
      expect(reportOf(error)?.attempts).toMatchObject([{ failure: 'canceled' }]);
    }
    expect(stats()).toMatchObject({ calls: 3, attempts: 3, canceled: 3, inFlight: 0 });
  });

  test('when retries of a pending answer end, the answer is returned', async () => {
    server.script({ status: 200, body: '{"state":"pending"}' });
    attachResilience(api, { retry: { ...NOW, maxRetries: 1, retryResponse: ({ data }) => data.state === 'pending' } });
    const response = await api.get('/');
    expect(response.data).toEqual({ state: 'pending' });
    expect(reportOf(response)).toMatchObject({ ended: 'max-retries', retries: 1 });
  });

  test('shouldRetry sees what the rules propose and has the last word on what is worth a retry', async () => {
    server.script(404, 200);
    const asked: [number | undefined, Decision][] = [];
    const shouldRetry = (failed: FailedAttempt, proposed: Decision) => {
      asked.push([failed.status, proposed]);
      return failed.status === 404;
    };
    attachResilience(api, { retry: { ...NOW, shouldRetry } });
    expect((await api.get('/')).status).toBe(200);
    expect(asked).toEqual([[404, { retry: false, because: 'not-retryable' }]]);
    server.script(503, 200);
    expect(reportOf(await rejection(api.get('/')))?.ended).toBe('vetoed');
    expect(asked[1]).toEqual([503, { retry: true, delayMs: 0, because: 'status' }]);
  });

  test('what shouldRetry, beforeRetry and hooks are given leads to the report so far', async () => {
    server.script(503, 503, 200);
    const seen: unknown[] = [];
    const note = (name: string, given: object) => {
      const { ended, retries, attempts } = reportOf(given) ?? {};
      seen.push([name, ended, retries, attempts?.length]);
    };
    attachResilience(api, {
      retry: {
        ...NOW,
        shouldRetry: (failed) => void note('should', failed),
        beforeRetry: (_config, failed) => note('before', failed),
      },
      hooks: { onRetry: (event) => note('hook', event) },
    });
    await api.get('/');
    expect(seen).toEqual([
      ['should', undefined, 0, 1],
      ['hook', undefined, 0, 1],
      ['before', undefined, 0, 1],
      ['should', undefined, 1, 2],
      ['hook', undefined, 1, 2],
      ['before', undefined, 1, 2],
    ]);
  });

  test('the method list wins over shouldRetry, and limits and deadline do too', async () => {
    server.script(503);
    attachResilience(api, { retry: { ...NOW, maxRetries: 2, shouldRetry: () => true }, breaker: false });
    expect(reportOf(await rejection(api.post('/')))?.ended).toBe('method-not-allowed');
    expect(server.hits).toHaveLength(1);
    expect(reportOf(await rejection(api.get('/')))).toMatchObject({ ended: 'max-retries', retries: 2 });
    expect(server.hits).toHaveLength(4);
  });

  test.each([undefined, true])(
    'a shouldRetry that answers %p so late that no wait fits in is not waited for again',
    async (answer) => {
      server.script(503, 200);
      const shouldRetry = () => sleep(120).then(() => answer);
      attachResilience(api, { deadline: 200, retry: { backoff: () => 150, shouldRetry } });
      const error = await rejection(api.get('/'));
      expect([error, reportOf(error)]).toMatchObject([{ status: 503 }, { ended: 'deadline', waitedMs: 0 }]);
      expect(server.hits).toHaveLength(1);
    },
  );

  test.each([undefined, 42, 'yes', null, Promise.resolve(undefined)])(
    'shouldRetry that answers %p agrees with the rules',
    async (answer) => {
      server.script(503, 404, 200);
      attachResilience(api, { retry: { ...NOW, shouldRetry: () => answer as undefined } });
      expect(reportOf(await rejection(api.get('/')))).toMatchObject({ ended: 'not-retryable', retries: 1 });
      expect(server.hits).toHaveLength(2);
    },
  );

  test.each([
    [
      'throws',
      () => {
        throw new Error('rule broken');
      },
    ],
    ['rejects', () => Promise.reject(new Error('rule broken'))],
  ])('a shouldRetry that %s ends the call with its error', async (_how, shouldRetry) => {
    server.script(503);
    attachResilience(api, { retry: { ...NOW, shouldRetry } });
    const error = await rejection(api.get('/'));
    expect(error.message).toBe('rule broken');
    expect(server.hits).toHaveLength(1);
    expect(reportOf(error)).toMatchObject({ ended: 'vetoed', attempts: [{ status: 503 }] });
  });

  test('beforeRetry is awaited and may change url, headers and data of the next attempt, for good', async () => {
    server.script(401, 503, 200);
    attachResilience(api, {
      retry: {
        ...NOW,
        statuses: [401, 503],
        beforeRetry: async (config, failed) => {
          await Promise.resolve();
          if (failed.status !== 401) return;
          config.url = '/fresh';
          config.headers.set('Authorization', 'Bearer new');
          config.data = { much: 'longer than before' };
        },
      },
    });
    const response = await api.put('/old', { a: 1 }, { headers: { Authorization: 'Bearer old' } });
    expect(server.hits.map(({ url, headers, body }) => [url, headers.authorization, body])).toEqual([
      ['/old', 'Bearer old', '{"a":1}'],
      ['/fresh', 'Bearer new', '{"much":"longer than before"}'],
      ['/fresh', 'Bearer new', '{"much":"longer than before"}'],
    ]);
    expect(response.config).toMatchObject({ url: '/old' });
    expect(response.config.headers.get('Authorization')).toBe('Bearer old');
  });

  test('the method that beforeRetry leaves decides on what follows', async () => {
    server.script(503);
    const beforeRetry = (config: { method?: string | undefined }) => {
      config.method = 'post';
    };
    const methods = { GET: true, DELETE: { maxRetries: 1 }, PUT: true };
    attachResilience(api, { retry: { ...NOW, maxRetries: 5, methods, beforeRetry }, breaker: false });
    const calls = ['get', 'put', 'delete'].map(async (method) => rejection(api.request({ url: `/${method}`, method })));
    const ends = (await Promise.all(calls)).map((error) => reportOf(error)?.ended);
    expect(ends).toEqual(['method-not-allowed', 'method-not-allowed', 'method-not-allowed']);
    expect(requestsIn(server.hits).sort()).toEqual([
      'DELETE /delete',
      'GET /get',
      'POST /delete',
      'POST /get',
      'POST /put',
      'PUT /put',
    ]);
  });

  test('events call a request by the method it was given, whoever listens, and whatever beforeRetry makes of it', async () => {
    const seen: string[] = [];
    const onEnd = ({ method, report }: EndEvent) => void seen.push(`${method} ${report.ended}`);
    const hooks = { onRetry: ({ method }: RetryEvent) => void seen.push(method), onEnd };
    for (const method of ['post', 5]) {
      const beforeRetry = (config: { method?: string | undefined }) => {
        config.method = method as string;
      };
      server.script(503, 503);
      const api = axios.create({ baseURL: server.url });
      attachResilience(api, { retry: { ...NOW, beforeRetry }, hooks: method === 5 ? { onEnd } : hooks });
      await rejection(api.get('/'));
    }
    expect(seen).toEqual(['GET', 'GET method-not-allowed', 'GET not-retryable']);
  });

  test('a request that goes to and fro between two hosts has at each what is meant for it', async () => {
    const other = await flakyServer(503, 503);
    server.script(503, 503, 200);
    const token = 'Bearer for both';
    attachResilience(api, {
      retry: {
        ...NOW,
        maxRetries: 4,
        beforeRetry: (config, { attempt }) => {
          config.baseURL = attempt % 2 ? other.url : server.url;
          if (attempt === 3) config.headers.set('Authorization', token);
        },
      },
    });
    await api.get('/', { headers: { Authorization: token, Cookie: 'id=1' } });
    const seen = [server, other].map(({ hits }) => hits.map(({ headers: h }) => [h.authorization, h.cookie]));
    expect(seen).toEqual([
      [
        [token, 'id=1'],
        [token, 'id=1'],
        [token, 'id=1'],
      ],
      [
        [undefined, undefined],
        [token, undefined],
      ],
    ]);
    await other.close();
  });

  test('back at its first host, it has what its caller gave, not what an adapter has made of that', async () => {
    const other = await flakyServer(503);
    server.script(503);
    let signed = 0;
    const send = getAdapter(adapter);
    const signing: AxiosAdapter = (config) => {
      if (!config.headers.has('Authorization')) config.headers.set('Authorization', `signature ${++signed}`);
      config.baseURL = String(config.baseURL).replace('logical://', 'http://');
      return send(config);
    };
    const logical = (url: string) => url.replace('http://', 'logical://');
    const own = axios.create({ adapter: signing, baseURL: logical(server.url) });
    attachResilience(own, {
      retry: {
        ...NOW,
        maxRetries: 2,
        beforeRetry: (config, { attempt }) => {
          config.baseURL = logical(attempt % 2 ? other.url : server.url);
        },
      },
    });
    await rejection(own.get('/', { headers: { Cookie: 'id=1' } }));
    const seen = [server, other].map(({ hits }) => hits.map(({ headers: h }) => [h.authorization, h.cookie]));
    expect(seen).toEqual([
      [
        ['signature 1', 'id=1'],
        ['signature 3', 'id=1'],
      ],
      [['signature 2', undefined]],
    ]);
    await other.close();
  });

  test.each<[string, (headers: object) => unknown, string | undefined]>([
    ['others, as a plain object', (headers) => ({ ...headers, Authorization: 'Bearer new' }), 'old'],
    ['others, of which it keeps none', () => ({ Authorization: 'Bearer new' }), undefined],
    ['none', () => undefined, undefined],
  ])('beforeRetry may put headers in place of those there were: %s', async (_, headersOf, kept) => {
    server.script(503, 503, 200);
    attachResilience(api, {
      retry: {
        ...NOW,
        beforeRetry: (config) => {
          config.headers = headersOf(config.headers) as AxiosHeaders;
        },
      },
    });
    const response = await api.put('/', { a: 1 }, { headers: { 'x-kept': 'old' } });
    expect(server.hits.map(({ headers, body }) => [headers['x-kept'], body])).toEqual([
      ['old', '{"a":1}'],
      [kept, '{"a":1}'],
      [kept, '{"a":1}'],
    ]);
    expect(reportOf(response)).toMatchObject({ ended: 'success', retries: 2 });
  });
  test.each<[string, (headers: AxiosHeaders) => unknown]>([
    ['a plain object', (headers) => ({ ...headers, 'X-Attempt': '2' })],
    ['Headers', (headers) => new Headers({ 'X-Caller': String(headers.get('X-Caller')), 'X-Attempt': '2' })],
    ['nothing', () => undefined],
  ])(
    'beforeRetry may put %s in the place of the headers, and the call goes on as it would have',
    async (kind, make) => {
      server.script(503, 503, 200);
      const beforeRetry = (config: { headers: AxiosHeaders }) => {
        config.headers = make(config.headers) as AxiosHeaders;
      };
      attachResilience(api, { retry: { ...NOW, beforeRetry: beforeRetry as never } });
      const response = await api.put('/', { a: 1 }, { headers: { 'X-Caller': 'a' } });
      const kept = kind === 'nothing' ? [undefined, undefined] : ['a', '2'];
      expect(server.hits.map(({ headers }) => [headers['x-caller'], headers['x-attempt']])).toEqual([
        ['a', undefined],
        kept,
        kept,
      ]);
      expect(reportOf(response)).toMatchObject({ ended: 'success', retries: 2 });
    },
  );

  test('beforeRetry that answers false ends the call with its last error', async () => {
    server.script(503, 200);
    attachResilience(api, { retry: { ...NOW, beforeRetry: () => false } });
    const error = await rejection(api.get('/'));
    expect(error).toMatchObject({ response: { status: 503 } });
    expect(reportOf(error)?.ended).toBe('vetoed');
    expect(server.hits).toHaveLength(1);
  });

  test('beforeRetry that throws ends the call with its error', async () => {
    server.script(503, 200);
    attachResilience(api, { retry: { ...NOW, beforeRetry: () => Promise.reject(new Error('no token')) } });
    const error = await rejection(api.get('/'));
    expect(error.message).toBe('no token');
    expect(reportOf(error)?.ended).toBe('vetoed');
    expect(server.hits).toHaveLength(1);
  });

  test('sending the same request through the same instance from beforeRetry starts a call of its own', async () => {
    server.script(401, 200, 200);
    attachResilience(api, {
      retry: {
        ...NOW,
        statuses: [401],
        beforeRetry: async (config) => {
          const { data } = await api.get('/token');
          config.headers.set('Authorization', `Bearer ${data.hit}`);
        },
      },
    });
    await api.get('/');
    expect(server.hits.map(({ url, headers }) => [url, headers.authorization])).toEqual([
      ['/', undefined],
      ['/token', undefined],
      ['/', 'Bearer 2'],
    ]);
  });
});

test('a POST redirected by the fetch of an adapter of their own was sent once, in one call after another', async () => {
  const server = await flakyServer();
  try {
    const api = axios.create({ baseURL: server.url, adapter: (config) => getAdapter('fetch')(config) });
    server.script({ status: 307, headers: { location: `http://127.0.0.2:${server.port}/` } });
    attachResilience(api, { retry: NOW });
    for (let call = 0; call < 3; call++) {
      const error = await rejection(api.post('/', { a: 1 }));
      expect(reportOf(error)).toMatchObject({ ended: 'method-not-allowed', attempts: [{ failure: 'connect' }] });
      await sleep(5);
    }
    expect(server.hits).toHaveLength(3);
  } finally {
    await server.close();
  }
});
