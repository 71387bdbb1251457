import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import axios, { type AxiosInstance } from 'axios';
import { attachResilience, diagnose, type ResilienceHooks, reportOf } from 'axios-resilience';
import { type FlakyServer, flakyServer } from '../../helpers/flaky-server.js';
import { rejection, sleep } from '../../helpers/settled.js';

const NOW = { backoff: () => 0 };

let server: FlakyServer;

beforeEach(async () => {
  server = await flakyServer();
});
afterEach(() => server.close());

describe.each(['http', 'fetch'] as const)('errors through the %s adapter', (adapter) => {
  let api: AxiosInstance;

  beforeEach(() => {
    api = axios.create({ baseURL: server.url, adapter, proxy: false });
  });

  test.each(['post', 'patch'] as const)(
    'work that a %s did before its connection was lost is done once',
    async (method) => {
      server.script('reset');
      attachResilience(api, { retry: NOW });
      const error = await rejection(api[method]('/', { a: 1 }));
      expect(server.hits).toHaveLength(1);
      expect(reportOf(error)).toMatchObject({ ended: 'method-not-allowed', attempts: [{ failure: 'read' }] });
    },
  );

  test('an address that no adapter can reach is asked for once', async () => {
    attachResilience(api, { retry: NOW });
    const error = await rejection(api.get('gopher://127.0.0.1/'));
    expect(reportOf(error)).toMatchObject({ ended: 'not-retryable', retries: 0 });
  });

  test('a redirect to where no adapter can go is run through once', async () => {
    server.script({ status: 302, headers: { location: 'ftp://127.0.0.1/' } });
    attachResilience(api, { retry: NOW });
    const error = await rejection(api.get('/'));
    expect(reportOf(error)).toMatchObject({ ended: 'not-retryable', retries: 0 });
    expect(server.hits).toHaveLength(1);
    expect(diagnose(error)).toMatchObject({
      cause: 'bad-url',
      summary: expect.stringMatching(
        /was redirected to .*, which cannot be requested: its protocol is not supported\.$/,
      ),
    });
  });

  test('the last error is axios’s own, with nothing of ours on it, and leads to what was tried', async () => {
    server.script(503);
    const plain = axios.create({ baseURL: server.url, adapter, proxy: false });
    attachResilience(api, { retry: { ...NOW, maxRetries: 3 } });
    const [theirs, ours] = [await rejection(plain.get('/')), await rejection(api.get('/'))];
    expect(Reflect.ownKeys(ours).sort()).toEqual(Reflect.ownKeys(theirs).sort());
    expect(Object.getPrototypeOf(ours)).toBe(Object.getPrototypeOf(theirs));
    expect(ours).toMatchObject({ isAxiosError: true, code: 'ERR_BAD_RESPONSE', response: { data: { hit: 5 } } });
    expect(reportOf(ours)?.attempts.map(({ status }) => status)).toEqual([503, 503, 503, 503]);
    server.script(503, 200);
    expect(reportOf(await api.get('/'))?.attempts.map(({ status }) => status)).toEqual([503, 200]);
  });

  test('a stack is as long after thirty retries as after none', async () => {
    server.script(503);
    attachResilience(api, { retry: NOW, breaker: false });
    const lines = async (retry: number) => {
      const { stack } = await rejection(api.get('/', { resilience: { retry } }));
      return stack?.split('\n').length ?? Number.NaN;
    };
    expect(await lines(30)).toBeLessThanOrEqual((await lines(1)) + 1);
    expect(server.hits).toHaveLength(33);
  });
});

// The fetch adapter knows no such limit before axios 1.8.
test('an answer that is too large is downloaded once', async () => {
  server.script({ status: 200, body: 'x'.repeat(5_000) });
  const api = axios.create({ baseURL: server.url, adapter: 'http', proxy: false });
  attachResilience(api, { retry: NOW });
  const error = await rejection(api.get('/', { maxContentLength: 1_000 }));
  expect(reportOf(error)).toMatchObject({ ended: 'not-retryable', retries: 0 });
  expect(server.hits).toHaveLength(1);
});

test('a redirect loop is run through once', async () => {
  server.script({ status: 302, headers: { location: '/' } });
  const api = axios.create({ baseURL: server.url, adapter: 'http', proxy: false, maxRedirects: 3 });
  attachResilience(api, { retry: NOW });
  const error = await rejection(api.get('/'));
  expect(error).toMatchObject({ code: 'ERR_FR_TOO_MANY_REDIRECTS' });
  expect(reportOf(error)).toMatchObject({ ended: 'not-retryable', retries: 0 });
  expect(server.hits).toHaveLength(4);
});

test.each([
  ['a redirect that `fetchOptions` forbid is met once', { redirect: 'error' }, 'unexpected redirect'],
  ['an answer that is not what `integrity` says is asked for once', { integrity: 'sha256-AAAA' }, 'integrity mismatch'],
])('%s', async (_name, fetchOptions, message) => {
  server.script('redirect' in fetchOptions ? { status: 302, headers: { location: '/' } } : 200);
  const api = axios.create({ baseURL: server.url, adapter: 'fetch' });
  attachResilience(api, { retry: NOW });
  const error = await rejection(api.get('/', { fetchOptions }));
  expect(error).toMatchObject({ code: 'ERR_NETWORK', cause: { message } });
  expect(reportOf(error)).toMatchObject({ ended: 'not-retryable', retries: 0 });
  expect(server.hits).toHaveLength(1);
});

describe('a give-up is told', () => {
  const tried = async (prepare: () => void, request: object): Promise<string[]> => {
    const told: string[] = [];
    const hooks: ResilienceHooks = { onGiveUp: ({ because }) => void told.push(because) };
    const api = axios.create({ baseURL: server.url, timeout: 300 });
    attachResilience(api, { retry: NOW, hooks, breaker: false });
    prepare();
    await rejection(api.get('/', { resilience: request }));
    return told;
  };

  test.each<[string, Parameters<FlakyServer['script']>, object, string[]]>([
    ['once when attempts are used up', [503], {}, ['max-retries']],
    ['once when all of them timed out', ['hang'], { retry: 1 }, ['max-retries']],
    [
      'once when the server asks for too long',
      [{ status: 503, headers: { 'retry-after': '3600' } }],
      {},
      ['retry-after-too-long'],
    ],
    [
      'once when the deadline leaves no time',
      [503],
      { deadline: 1_000, retry: { backoff: () => 2_000 } },
      ['deadline'],
    ],
    ['once when it was retried and then met a 404', [503, 404], {}, ['not-retryable']],
    ['never for a 404', [404], {}, []],
    ['never for a call that was not to be retried', [503], { retry: false }, []],
  ])('%s', async (_when, script, request, told) => {
    expect(await tried(() => server.script(...script), request)).toEqual(told);
  });
});

test('no mix of hooks and headers leaves a rejection that nobody handles', async () => {
  const quiet = { warn: () => {}, error: () => {} };
  const fail = () => {
    throw new Error('hook down');
  };
  const reject = () => Promise.reject(new Error('hook down'));
  const late = () => sleep(5).then(fail);
  const hints = [undefined, '0', '3600', 'soon', '1, 2', 'Sun, 06 Nov 1994 08:49:37 GMT'];
  let calls = 0;
  for (const value of hints) {
    server.script({ status: 503, headers: value === undefined ? {} : { 'retry-after': value } });
    const ends: Promise<unknown>[] = [];
    for (const hook of [undefined, fail, reject, late]) {
      const hooks = { onRetry: hook, onGiveUp: hook, onSuccess: hook, onReject: hook };
      for (const steer of [{}, { shouldRetry: hook as never }, { beforeRetry: hook as never }]) {
        const api = axios.create({ baseURL: server.url });
        attachResilience(api, { retry: { ...NOW, maxRetries: 1, ...steer }, hooks: hooks as never, logger: quiet });
        ends.push(rejection(api.get('/')));
        calls++;
      }
    }
    await Promise.all(ends);
  }
  // Jest fails the test in whose course a rejection stays without a handler.
  await sleep(30);
  expect(calls).toBe(72);
  expect(server.hits.length).toBeGreaterThanOrEqual(72);
});
