import { describe, expect, test } from '@jest/globals';
import axios, { AxiosError, type AxiosRequestConfig, type AxiosResponse } from 'axios';
import oldest from 'axios-oldest';
import { attachResilience, diagnose, reportOf } from 'axios-resilience';
import { type Script, type Step, scriptedAdapter, scriptedServer } from 'axios-resilience/testing';
import { rejection } from '../helpers/settled.js';

const URL = 'https://api.test';

/** Plain axios on a script. */
function scripted(script: Script, config: AxiosRequestConfig = {}) {
  const adapter = scriptedAdapter(script);
  return { api: axios.create({ baseURL: URL, adapter, ...config }), adapter, hits: adapter.hits };
}

describe('scriptedAdapter', () => {
  test('answers by the script, and with its last step from then on', async () => {
    const { api, hits } = scripted([503, { status: 429, headers: { 'Retry-After': '2' } }, 200]);
    const first = (await rejection(api.get('/'))) as AxiosError;
    expect([first.code, first.message, first.response?.status]).toEqual([
      'ERR_BAD_RESPONSE',
      'Request failed with status code 503',
      503,
    ]);
    const second = (await rejection(api.get('/'))) as AxiosError;
    expect([second.code, second.response?.headers['retry-after']]).toEqual(['ERR_BAD_REQUEST', '2']);
    expect([(await api.get('/')).data, (await api.get('/')).data]).toEqual([{ hit: 3 }, { hit: 4 }]);
    expect(hits).toHaveLength(4);
  });

  test('gives an instance of another build of axios headers that it can read', async () => {
    const adapter = scriptedAdapter([
      { status: 503, headers: { 'X-Team': 'a' } },
      { status: 200, headers: { 'X-Team': 'b' } },
    ]);
    const foreign = oldest.create({ baseURL: URL, adapter: adapter as never });
    const failed = (await rejection(foreign.get('/'))) as AxiosError;
    expect([failed.response?.headers['x-team'], (await foreign.get('/')).headers['x-team']]).toEqual(['a', 'b']);
  });

  test('writes down what was sent', async () => {
    const { api, hits } = scripted([200]);
    const before = performance.now();
    await api.post('/orders', { item: 7 }, { params: { dry: true }, headers: { 'Idempotency-Key': 'k1' } });
    expect(hits[0]).toMatchObject({
      method: 'POST',
      url: 'https://api.test/orders?dry=true',
      headers: { 'idempotency-key': 'k1', 'content-type': 'application/json' },
      body: '{"item":7}',
    });
    expect(hits[0]?.at).toBeGreaterThanOrEqual(before);
  });

  test('a function answers by the request and its number, at once or later', async () => {
    const { api } = scripted([
      ({ method, url }, n) => ({ body: `${n} ${method} ${url}` }),
      async () => () => ({ status: 202 }),
    ]);
    expect((await api.put('/a')).data).toBe('1 PUT https://api.test/a');
    expect((await api.get('/b')).status).toBe(202);
  });

  test('the script can be replaced, and goes on counting', async () => {
    const { api, adapter } = scripted([503]);
    await rejection(api.get('/'));
    adapter.script([200]);
    expect((await api.get('/')).data).toEqual({ hit: 2 });
  });

  test('a script by URL: the longest prefix of whole segments counts, one with a method before one without', async () => {
    const { api, hits } = scripted({
      '/users': [503, { body: 'users' }],
      'POST /users': [201],
      '/users/7': [204],
      'https://other.test': [418],
    });
    const got = async (url: string, method = 'get') =>
      (await api.request({ url, method, validateStatus: null })).status;
    expect([await got('/users'), await got('/users', 'post'), await got('/users?page=2')]).toEqual([503, 201, 200]);
    expect([await got('/users/7'), await got('https://other.test/x'), hits.length]).toEqual([204, 418, 5]);
    expect((await rejection(api.delete('/usersx'))).message).toBe(
      'the script has no step for DELETE https://api.test/usersx, only for https://other.test, /users/7, POST /users, /users',
    );
  });

  test('a method in a script by URL may be in any letter case, as everywhere', async () => {
    const { api } = scripted({ 'post /users': [201], '/users': [200] });
    expect([(await api.post('/users')).status, (await api.get('/users')).status]).toEqual([201, 200]);
  });

  test('a request that the script does not know is not retried', async () => {
    const { api, hits } = scripted({ '/users': [200] });
    attachResilience(api);
    const error = await rejection(api.get('/orders'));
    expect([reportOf(error)?.ended, hits.length]).toEqual(['not-retryable', 1]);
  });

  test('validateStatus judges, and null takes anything', async () => {
    const { api } = scripted([404, 200], { validateStatus: (status) => status === 404 });
    expect((await api.get('/')).status).toBe(404);
    expect((await rejection(api.get('/'))).message).toBe('Request failed with status code 200');
    expect((await api.get('/', { validateStatus: null })).status).toBe(200);
  });

  test('gives the wire’s text, which axios parses, and the other response types as fetch has them', async () => {
    const { api } = scripted([{ body: { id: 7 } }]);
    expect((await api.get('/')).data).toEqual({ id: 7 });
    expect((await api.get('/', { responseType: 'text', transformResponse: (text) => text })).data).toBe('{"id":7}');
    expect(new TextDecoder().decode((await api.get('/', { responseType: 'arraybuffer' })).data)).toBe('{"id":7}');
    expect(await ((await api.get('/', { responseType: 'blob' })).data as Blob).text()).toBe('{"id":7}');
    expect(await new Response((await api.get('/', { responseType: 'stream' })).data).json()).toEqual({ id: 7 });
    const broken = scripted([{ body: '{"id":' }]);
    const error = await rejection(
      broken.api.get('/', { responseType: 'json', transitional: { silentJSONParsing: false } }),
    );
    expect(error).toMatchObject({ name: 'SyntaxError', code: 'ERR_BAD_RESPONSE' });
  });

  test('HEAD, 204 and 304 have no body', async () => {
    const { api } = scripted([200, 204, 304], { validateStatus: null });
    expect([(await api.head('/')).data, (await api.get('/')).data, (await api.get('/')).data]).toEqual(['', '', '']);
  });

  test.each([
    ['a signal', 'hang' as const],
    ['a signal', { status: 200, delay: 60_000 }],
  ])('%s ends %p at once, and its listeners and timers are let go of', async (_name, step: Step) => {
    const { api } = scripted([step]);
    const controller = new AbortController();
    const call = rejection(api.get('/', { signal: controller.signal }));
    await Promise.resolve();
    controller.abort();
    expect(await call).toMatchObject({ code: 'ERR_CANCELED', message: 'canceled', config: { url: '/' } });
  });

  test('a cancelToken ends it with its own reason', async () => {
    const { api } = scripted(['hang']);
    const source = axios.CancelToken.source();
    const call = rejection(api.get('/', { cancelToken: source.token }));
    await Promise.resolve();
    source.cancel('changed my mind');
    expect(await call).toBe(source.token.reason);
  });

  test('the request’s own timeout ends what hangs', async () => {
    const { api } = scripted(['hang'], { timeout: 20 });
    expect(await rejection(api.get('/'))).toMatchObject({ code: 'ECONNABORTED', message: 'timeout of 20ms exceeded' });
    const clarified = { transitional: { clarifyTimeoutError: true }, timeoutErrorMessage: 'too slow' };
    expect(await rejection(api.get('/', clarified))).toMatchObject({ code: 'ETIMEDOUT', message: 'too slow' });
  });

  test('an error of the test’s own is rejected with as it is', async () => {
    const own = Object.assign(new Error('connect ETIMEDOUT'), { code: 'ETIMEDOUT', syscall: 'connect' });
    expect(await rejection(scripted([own]).api.get('/'))).toBe(own);
    expect(await rejection(scripted([{ error: own, delay: 1 }]).api.get('/'))).toBe(own);
  });

  test.each([
    ['ECONNRESET', 'read ECONNRESET', 'read', 'reset'],
    ['reset', 'socket hang up', 'read', 'reset'],
    ['EPIPE', 'write EPIPE', 'read', 'reset'],
    ['ECONNREFUSED', 'connect ECONNREFUSED api.test:443', 'connect', 'connection-refused'],
    ['EHOSTUNREACH', 'connect EHOSTUNREACH api.test:443', 'connect', 'unreachable'],
    ['ENOTFOUND', 'getaddrinfo ENOTFOUND api.test', 'dns', 'dns'],
    ['EAI_AGAIN', 'getaddrinfo EAI_AGAIN api.test', 'dns', 'dns-temporary'],
    ['ECONNABORTED', 'timeout exceeded', 'timeout', 'read-timeout'],
    ['ETIMEDOUT', 'timeout exceeded', 'timeout', 'read-timeout'],
    ['CERT_HAS_EXPIRED', 'CERT_HAS_EXPIRED', 'tls', 'tls-certificate'],
    ['cut', 'stream has been aborted', 'read', 'body-cut-off'],
    ['ERR_NETWORK', 'Network Error', 'read', 'unknown'],
  ])('%s is an AxiosError that the package and diagnose() know', async (step, message, failure, cause) => {
    const { api } = scripted([step]);
    attachResilience(api, { retry: false });
    const error = await rejection(api.get('/users'));
    expect(error).toBeInstanceOf(AxiosError);
    expect(error).toMatchObject({ message, request: { method: 'GET', path: '/users' }, config: { url: '/users' } });
    expect([reportOf(error)?.attempts[0]?.failure, diagnose(error).cause]).toEqual([failure, cause]);
  });

  test.each<[Step | undefined, string]>([
    [99, '`script[0]` must be a status from 200 to 999, got 99'],
    ['hangs', "`script[0]` must be an error, its code, 'reset', 'hang' or 'cut', got \"hangs\""],
    [{ delay: -1 }, '`script[0].delay` must be milliseconds, ≥ 0 and ≤ 2147483647, got -1'],
    [{ statsu: 200 } as never, '`script[0].statsu` is not an option; did you mean `status`?'],
    [undefined, '`script[0]` must be a step of a script, got undefined'],
  ])('refuses %p as a step, by name', (step, message) => {
    expect(() => scriptedAdapter([step as Step])).toThrow(message);
  });

  test('refuses what is no script, and what a function gives that is no step', async () => {
    expect(() => scriptedAdapter(503 as never)).toThrow('`script` must be a list of steps, or lists by URL, got 503');
    expect(() => scriptedAdapter({ '/a': 503 as never })).toThrow("`script['/a']` must be a list of steps, got 503");
    expect((await rejection(scripted([() => 7]).api.get('/'))).message).toBe(
      '`script()` must be a status from 200 to 999, got 7',
    );
  });
});

describe('an adapter and a server with the same script', () => {
  /** What a caller sees of an answer or an error. */
  const seen = async (call: Promise<unknown>) => {
    const settled = await call.catch((error: unknown) => error);
    const { name, code, response = settled } = settled as AxiosError & { response?: unknown };
    const { failure, retryAfterMs } = reportOf(settled)?.attempts.at(-1) ?? {};
    // Versions of axios differ in whether half an answer is on the error.
    if (failure === 'read') return { name, code, failure };
    const { status, data, headers } = (response ?? {}) as Partial<AxiosResponse>;
    return { name, code, status, data, type: headers?.['content-type'], failure, retryAfterMs };
  };

  test.each<[Step]>([
    [200],
    [204],
    [404],
    [503],
    [{ status: 429, headers: { 'retry-after': '2' } }],
    [{ body: 'text', headers: { 'content-type': 'text/plain' } }],
    [{ body: 'abc', drip: 5 }],
    ['reset'],
    ['ECONNRESET'],
    ['cut'],
    [{ error: 'reset', delay: 10 }],
    [() => 410],
  ])('look the same to the caller: %p', async (step) => {
    const server = await scriptedServer([step]);
    const send = (adapter: NonNullable<AxiosRequestConfig['adapter']>) => {
      const api = axios.create({ baseURL: server.url, adapter, proxy: false });
      attachResilience(api, { retry: false });
      return seen(api.get('/x'));
    };
    const [unwired, wired] = await Promise.all([send(scriptedAdapter([step])), send('http')]);
    await server.close();
    expect(unwired).toEqual(wired);
  });
});
