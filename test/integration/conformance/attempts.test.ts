import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import axios, { type AxiosInstance, type AxiosRequestConfig } from 'axios';
import { attachResilience, type ResilienceHooks, type ResiliencePolicy, reportOf } from 'axios-resilience';
import { deadPort, type FlakyServer, flakyServer, type Step } from '../../helpers/flaky-server.js';
import { rejection, sleep } from '../../helpers/settled.js';

const NOW = { backoff: () => 0 };

describe.each(['http', 'fetch'] as const)('through the %s adapter', (adapter) => {
  let server: FlakyServer;
  let api: AxiosInstance;

  beforeEach(async () => {
    server = await flakyServer();
    api = axios.create({ baseURL: server.url, adapter, proxy: false });
  });
  afterEach(() => server.close());

  /** How many requests a call makes, and what it ends with. */
  const tried = async (policy: ResiliencePolicy, script: Step[], request: AxiosRequestConfig = {}) => {
    attachResilience(api, { breaker: false, ...policy });
    server.script(...script);
    const [end] = await Promise.allSettled([api.request({ url: '/', ...request })]);
    const settled = end.status === 'fulfilled' ? end.value : end.reason;
    return [server.hits.length, settled.status ?? settled.code, reportOf(settled)?.ended];
  };

  describe('how often', () => {
    test.each<[string, ResiliencePolicy, Step[], unknown[]]>([
      ['500, 500, 200', { retry: { ...NOW, maxRetries: 2 } }, [500, 500, 200], [3, 200, 'success']],
      ['always 408', { retry: { ...NOW, maxRetries: 3 } }, [408], [4, 408, 'max-retries']],
      ['always 500, given a bare number', { retry: 1 }, [500], [2, 500, 'max-retries']],
      ['reset, 500, 200', { retry: { ...NOW, maxRetries: 2 } }, ['reset', 500, 200], [3, 200, 'success']],
      ['500, then 404', { retry: { ...NOW, maxRetries: 3 } }, [500, 404], [2, 404, 'not-retryable']],
      [
        'at most one for a status',
        { retry: { ...NOW, maxRetries: 5, limits: { status: 1 } } },
        [503],
        [2, 503, 'max-retries'],
      ],
      [
        'none for a lost connection',
        { retry: { ...NOW, limits: { read: 0 } } },
        ['reset', 200],
        [1, expect.stringMatching(/^(ECONNRESET|ERR_NETWORK)$/), 'max-retries'],
      ],
      [
        'a connection that every attempt loses',
        { retry: { ...NOW, maxRetries: 2 } },
        ['reset'],
        [3, expect.stringMatching(/^(ECONNRESET|ERR_NETWORK)$/), 'max-retries'],
      ],
    ])('%s', async (_what, policy, script, outcome) => {
      expect(await tried(policy, script)).toEqual(outcome);
    });

    test('no retries is one request and no event of one', async () => {
      const told: string[] = [];
      const hooks: ResilienceHooks = {
        onRetry: () => void told.push('retry'),
        onGiveUp: () => void told.push('give up'),
      };
      expect(await tried({ retry: 0, hooks }, [503])).toEqual([1, 503, 'max-retries']);
      expect(told).toEqual([]);
    });

    test('the total wins over a larger limit of a part', async () => {
      const dead = `http://127.0.0.1:${await deadPort()}/`;
      attachResilience(api, { retry: { ...NOW, maxRetries: 2, limits: { connect: 5 } }, breaker: false });
      expect(reportOf(await rejection(api.get(dead)))).toMatchObject({ ended: 'max-retries', retries: 2 });
    });
  });

  describe('which methods and statuses', () => {
    test.each<[string, ResiliencePolicy, Step[], AxiosRequestConfig, unknown[]]>([
      ['POST by default', { retry: NOW }, [503, 200], { method: 'POST' }, [1, 503, 'method-not-allowed']],
      ['425 for a GET', { retry: NOW }, [425, 200], {}, [2, 200, 'success']],
      ['400', { retry: NOW }, [400], {}, [1, 400, 'not-retryable']],
      ['505', { retry: NOW }, [505], {}, [1, 505, 'not-retryable']],
      ['501', { retry: NOW }, [501], {}, [1, 501, 'not-retryable']],
      [
        '418 where it is listed',
        { retry: { ...NOW, statuses: [418] } },
        [418, 200],
        { method: 'OPTIONS' },
        [2, 200, 'success'],
      ],
      [
        '418 where another is listed',
        { retry: { ...NOW, statuses: [202] } },
        [418, 200],
        {},
        [1, 418, 'not-retryable'],
      ],
      ['202 where it is listed', { retry: { ...NOW, statuses: [202] } }, [202, 200], {}, [2, 200, 'success']],
      [
        '403 by default',
        { retry: NOW },
        [{ status: 403, headers: { 'x-ratelimit-remaining': '0' } }],
        {},
        [1, 403, 'not-retryable'],
      ],
      ['no methods at all', { retry: { ...NOW, methods: [] } }, [503, 200], {}, [1, 503, 'method-not-allowed']],
      ['999', { retry: NOW }, [999], {}, [1, 999, 'not-retryable']],
    ])('%s', async (_what, policy, script, request, outcome) => {
      expect(await tried(policy, script, request)).toEqual(outcome);
    });

    test('method and status must both be listed', async () => {
      attachResilience(api, { retry: { ...NOW, methods: ['POST'], statuses: [500] } });
      server.script(500, 200);
      expect((await api.post('/')).status).toBe(200);
      server.script(500, 200);
      expect(reportOf(await rejection(api.get('/')))).toMatchObject({ ended: 'method-not-allowed', retries: 0 });
      server.script(503, 200);
      expect(reportOf(await rejection(api.post('/')))).toMatchObject({ ended: 'not-retryable', retries: 0 });
      expect(server.hits).toHaveLength(4);
    });

    test('a QUERY has the same body each time', async () => {
      server.script(500, 500, 200);
      attachResilience(api, { retry: { ...NOW, maxRetries: 2 } });
      await api.request({ url: '/', method: 'query', data: { q: 1 } });
      expect(server.hits.map(({ method, body }) => `${method} ${body}`)).toEqual(Array(3).fill('QUERY {"q":1}'));
    });

    test('an error whose status is worth no retry is axios’s own, untouched', async () => {
      server.script(400);
      const plain = await rejection(axios.create({ baseURL: server.url, adapter, proxy: false }).get('/'));
      attachResilience(api, { retry: NOW });
      const error = await rejection(api.get('/'));
      expect([error.name, error.message, error.code]).toEqual([plain.name, plain.message, plain.code]);
      expect(Object.keys(error).sort()).toEqual(Object.keys(plain).sort());
    });
  });

  test('a 403 of a limit used up is retried at its reset where 403 is listed', async () => {
    const reset = String(Math.ceil(Date.now() / 1_000));
    const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset };
    server.script({ status: 403, headers }, 200);
    attachResilience(api, { retry: { ...NOW, statuses: [403] } });
    const response = await api.get('/');
    expect(reportOf(response)?.attempts[0]?.retryAfterMs).toBeLessThanOrEqual(1_000);
    expect(response.data).toEqual({ hit: 2 });
    expect(Date.now()).toBeGreaterThanOrEqual(Number(reset) * 1_000);
  });

  test('a HEAD that announces a length and has no body is a success', async () => {
    server.script((_req, res) => void res.writeHead(200, { 'content-length': 1_000 }).end());
    attachResilience(api, { retry: NOW });
    const response = await api.head('/');
    expect(reportOf(response)).toMatchObject({ ended: 'success', retries: 0 });
    expect(server.hits).toHaveLength(1);
  });

  test('an early hint is no answer, the 200 after it is', async () => {
    server.script((_req, res) => {
      res.writeEarlyHints({ link: '</a.css>; rel=preload' });
      res.end('{"ok":true}');
    });
    attachResilience(api, { retry: NOW });
    const response = await api.get('/');
    expect(response.data).toEqual({ ok: true });
    expect(server.hits).toHaveLength(1);
  });

  test('a call that has its answer is not troubled by what becomes of the connection', async () => {
    server.script((req, res) => {
      res.writeHead(200, { 'content-length': 2 }).end('{}', () => setTimeout(() => req.socket.resetAndDestroy(), 5));
    });
    attachResilience(api, { retry: NOW });
    const response = await api.get('/');
    await sleep(30);
    expect(response.data).toEqual({});
    expect(server.hits).toHaveLength(1);
  });

  test('a transformResponse that throws is a bug, not a failure of the network', async () => {
    attachResilience(api, { retry: NOW });
    const transformResponse = () => {
      throw new TypeError('a bug');
    };
    expect(await rejection(api.get('/', { transformResponse }))).toMatchObject({ message: 'a bug' });
    expect(server.hits).toHaveLength(1);
  });

  test('a header that cannot be sent is no reason to try again', async () => {
    attachResilience(api, { retry: NOW });
    const [end] = await Promise.allSettled([api.get('/', { headers: { 'X-Odd': 'a\u0000b\u2603' } })]);
    const settled = end.status === 'fulfilled' ? end.value : end.reason;
    // axios 1.21 takes out what cannot be sent, 1.7.9 leaves it to Node to refuse it.
    expect(reportOf(settled)?.attempts).toHaveLength(1);
    expect(server.hits.length).toBeLessThanOrEqual(1);
  });
});

describe('refused when attached', () => {
  test.each<[string, object, string]>([
    ['a negative number of retries', { retry: -1 }, '`retry` must be a whole number ≥ 0, got -1'],
    ['NaN retries', { retry: Number.NaN }, '`retry` must be a whole number ≥ 0, got NaN'],
    [
      'statuses as text',
      { retry: { statuses: ['503'] } },
      '`retry.statuses[0]` must be a status from 100 to 599, got "503"',
    ],
    ['statuses that are no list', { retry: { statuses: 503 } }, '`retry.statuses` must be a list of statuses, got 503'],
    [
      'a deadline of nothing',
      { deadline: 0 },
      '`deadline` must be milliseconds, > 0 and ≤ 2147483647, or false, got 0',
    ],
    [
      'a deadline no timer can keep',
      { deadline: 2 ** 31 },
      '`deadline` must be milliseconds, > 0 and ≤ 2147483647, or false, got 2147483648',
    ],
  ])('%s', (_what, policy, message) => {
    expect(() => attachResilience(axios.create(), policy)).toThrow(message);
  });
});
