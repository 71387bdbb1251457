import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import axios, { type AxiosError, type AxiosInstance, type InternalAxiosRequestConfig } from 'axios';
import { attachResilience } from 'axios-resilience';
import { type FlakyServer, flakyServer } from '../../helpers/flaky-server.js';
import { eventually, rejection, sleep } from '../../helpers/settled.js';

const NOW = { backoff: () => 0 };

class AppError extends Error {
  constructor(readonly status: number | undefined) {
    super(`status ${status}`);
  }
}

let server: FlakyServer;
let api: AxiosInstance;

beforeEach(async () => {
  server = await flakyServer(503, 503, 200);
  api = axios.create({ baseURL: server.url });
});
afterEach(() => server.close());

describe.each(['before', 'after'] as const)('an interceptor registered %s attaching', (order) => {
  const attachAround = (register: () => void, maxRetries = 3) => {
    if (order === 'before') register();
    attachResilience(api, { retry: { ...NOW, maxRetries } });
    if (order === 'after') register();
  };

  test('that unwraps the answer does so once', async () => {
    let runs = 0;
    server.script(503, 503, { status: 200, body: '{"data":{"id":7}}' });
    attachAround(() => {
      api.interceptors.response.use((response) => {
        runs++;
        return response.data;
      });
    });
    expect(await api.get('/')).toEqual({ data: { id: 7 } });
    expect(runs).toBe(1);
  });

  test('that tells of failures tells of one, the last', async () => {
    const toasts: (number | undefined)[] = [];
    server.script(503, 500, 502);
    attachAround(() => {
      api.interceptors.response.use(undefined, (error: AxiosError) => {
        toasts.push(error.response?.status);
        return Promise.reject(error);
      });
    }, 2);
    await rejection(api.get('/'));
    expect(toasts).toEqual([502]);
    expect(server.hits).toHaveLength(3);
  });

  test('that turns errors into a class of its own does not keep us from retrying', async () => {
    attachAround(() => {
      api.interceptors.response.use(undefined, (error: AxiosError) =>
        Promise.reject(new AppError(error.response?.status)),
      );
    });
    expect((await api.get('/')).data).toEqual({ hit: 3 });
    server.script(404);
    expect(await rejection(api.get('/'))).toEqual(new AppError(404));
  });

  test('that adds to the request adds once: every attempt has the same URL and headers', async () => {
    attachAround(() => {
      api.interceptors.request.use((config) => {
        config.url = `/v1${config.url}`;
        config.headers.set('X-Team', [config.headers.get('X-Team'), 'a'].filter(Boolean).join(','));
        return config;
      });
    });
    await api.get('/x');
    expect(server.hits.map(({ url, headers }) => [url, headers['x-team']])).toEqual([
      ['/v1/x', 'a'],
      ['/v1/x', 'a'],
      ['/v1/x', 'a'],
    ]);
  });

  test('that sets an Idempotency-Key sets one for all attempts, and makes a POST retryable', async () => {
    let keys = 0;
    attachAround(() => {
      api.interceptors.request.use((config) => {
        config.headers.set('Idempotency-Key', `key-${++keys}`);
        return config;
      });
    });
    await api.post('/', {});
    expect(server.hits.map(({ headers }) => headers['idempotency-key'])).toEqual(['key-1', 'key-1', 'key-1']);
  });

  test('that signs sees the data as the caller gave it, once', async () => {
    const signed: unknown[] = [];
    attachAround(() => {
      api.interceptors.request.use((config) => {
        signed.push(config.data);
        config.headers.set('X-Signed', typeof config.data);
        return config;
      });
    });
    const body = { n: 1 };
    await api.put('/', body);
    expect(signed).toEqual([body]);
    expect(server.hits.map(({ headers, body: text }) => [headers['x-signed'], text])).toEqual([
      ['object', '{"n":1}'],
      ['object', '{"n":1}'],
      ['object', '{"n":1}'],
    ]);
  });

  test('is not run again by a call that is cancelled, and nor is anything else', async () => {
    server.script('hang');
    const ran: string[] = [];
    attachAround(() => {
      api.interceptors.request.use((config) => {
        ran.push('request');
        return config;
      });
    });
    const caller = new AbortController();
    const hooks = { onRetry: () => void ran.push('retry'), onGiveUp: () => void ran.push('give up') };
    const call = api.get('/', { signal: caller.signal, resilience: { hooks } });
    await eventually(() => server.hits.length === 1);
    caller.abort();
    expect(await rejection(call)).toMatchObject({ code: 'ERR_CANCELED' });
    await sleep(20);
    expect(ran).toEqual(['request']);
    expect(server.hits).toHaveLength(1);
  });

  test.each([['a string'], [undefined], [null], [Object.freeze(new Error('frozen'))]])(
    'that rejects with %p ends the call with that very value',
    async (reason) => {
      attachAround(() => {
        api.interceptors.response.use(() => Promise.reject(reason));
      });
      const [end] = await Promise.allSettled([api.get('/')]);
      expect((end as PromiseRejectedResult).reason).toBe(reason);
      expect(server.hits).toHaveLength(3);
    },
  );

  test.each([['a string'], [undefined], [null], [Object.freeze(new Error('frozen'))]])(
    'that refuses a request with %p ends the call with that very value, and nothing is sent',
    async (reason) => {
      attachAround(() => {
        api.interceptors.request.use(() => Promise.reject(reason));
      });
      const [end] = await Promise.allSettled([api.get('/')]);
      expect((end as PromiseRejectedResult).reason).toBe(reason);
      expect(server.hits).toHaveLength(0);
    },
  );
});

test('what came back on an error can be sent again: the same bytes, whatever was done to its data', async () => {
  server.script(503, 503, 200);
  attachResilience(api, { retry: { ...NOW, maxRetries: 1 } });
  const error = (await rejection(api.put('/', { n: 1 }))) as unknown as AxiosError;
  await api.request(error.config as InternalAxiosRequestConfig);
  expect(server.hits.map(({ headers, body }) => [headers['content-type'], headers['content-length'], body])).toEqual(
    Array(3).fill(['application/json', '7', '{"n":1}']),
  );
});

test('transformRequest is applied once, and its bytes go out whole each time', async () => {
  attachResilience(api, { retry: NOW });
  await api.put('/', 'x', { transformRequest: (data) => `<env>${data}</env>` });
  expect(server.hits.map(({ headers, body }) => [headers['content-length'], body])).toEqual(
    Array(3).fill(['12', '<env>x</env>']),
  );
});

test('a body that beforeRetry made longer goes out whole', async () => {
  const beforeRetry = (config: InternalAxiosRequestConfig) => {
    config.data = JSON.stringify({ n: 1, retry: true });
  };
  attachResilience(api, { retry: { ...NOW, beforeRetry } });
  await api.put('/', { n: 1 });
  expect(server.hits.map(({ headers, body }) => `${headers['content-length']}:${body}`)).toEqual([
    '7:{"n":1}',
    '20:{"n":1,"retry":true}',
    '20:{"n":1,"retry":true}',
  ]);
});
