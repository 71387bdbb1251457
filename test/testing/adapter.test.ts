import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import axios, { AxiosError, type AxiosInstance, type AxiosRequestConfig, type AxiosResponse } from 'axios';
import oldest from 'axios-oldest';
import { attachResilience, diagnose, type ResiliencePolicy, reportOf } from 'axios-resilience';
import {
  attemptsOf,
  type Script,
  type Step,
  scriptedAdapter,
  scriptedServer,
  withFakeClock,
} from 'axios-resilience/testing';
import { countAbortListeners } from '../helpers/left-over.js';
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

  test('plays where there is no TextEncoder, as in the jsdom of Jest', async () => {
    const { TextEncoder } = globalThis;
    Reflect.deleteProperty(globalThis, 'TextEncoder');
    try {
      const { api, hits } = scripted(['ECONNRESET', { body: 'né' }, { status: 200, body: 'né', drip: 1 }]);
      attachResilience(api, { retry: { backoff: () => 0 } });
      const { data, headers } = await api.get('/', { auth: { username: 'é', password: '' } });
      expect([data, headers['content-length'], hits[1]?.headers.authorization]).toEqual(['né', '3', 'Basic w6k6']);
      const { data: bytes } = await api.get('/', { responseType: 'arraybuffer' });
      expect(new Uint8Array(bytes)).toEqual(new Uint8Array([110, 195, 169]));
    } finally {
      Object.assign(globalThis, { TextEncoder });
    }
  });

  test('tells the URL by what the request has, not by defaults of axios that came after the instance', async () => {
    const { api, adapter, hits } = scripted([200]);
    const homeless = axios.create({ adapter });
    Object.assign(axios.defaults, { params: { key: 'of all' }, baseURL: 'https://all.test' });
    await api.get('/users', { params: { page: 2 } });
    await homeless.get('/users');
    Object.assign(axios.defaults, { params: undefined, baseURL: undefined });
    expect(hits.map(({ url }) => url)).toEqual(['https://api.test/users?page=2', '/users']);
  });

  test('tells when by the clock of `performance`, also after a fake one, as a server does', async () => {
    await withFakeClock(async (clock) => {
      const { api } = scripted([{ delay: 3_600_000 }]);
      attachResilience(api, { deadline: false, attemptTimeout: false });
      await clock.until(api.get('/'));
    });
    const server = await scriptedServer();
    const { api, hits } = scripted([200]);
    attachResilience(api);
    const before = performance.now();
    await api.get('/');
    await api.get(server.url, { adapter: 'http', proxy: false });
    await server.close();
    const times = [...hits, ...server.hits].map(({ at }) => at >= before && at <= performance.now());
    expect(times).toEqual([true, true]);
  });

  test.each([
    [{ username: 'u', password: 'p' }, 'Basic dTpw'],
    [{ username: 'ü', password: '' }, 'Basic w7w6'],
  ])('writes down the credentials of `auth`, %j, as a server sees them', async (auth, authorization) => {
    const server = await scriptedServer();
    const { api, hits } = scripted([200], { auth, headers: { Authorization: 'Bearer t' } });
    await Promise.all([api.get('/'), api.get(server.url, { adapter: 'http', proxy: false })]);
    await server.close();
    expect([...hits, ...server.hits].map(({ headers }) => headers.authorization)).toEqual(Array(2).fill(authorization));
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

  test('a method in a script by URL may be in any letter case, as everywhere, and any method', async () => {
    const { api } = scripted({ 'post /': [201], '/users': [200], 'M-SEARCH /users': [202] });
    const search = { method: 'M-SEARCH', url: '/users' };
    expect([(await api.post('/orders')).status, (await api.get('/users')).status]).toEqual([201, 200]);
    expect((await api.request(search)).status).toBe(202);
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

  test('gives the wire’s text, which axios parses, and the other response types', async () => {
    const { api } = scripted([{ body: { id: 7 } }]);
    expect((await api.get('/')).data).toEqual({ id: 7 });
    expect((await api.get('/', { responseType: 'text', transformResponse: (text) => text })).data).toBe('{"id":7}');
    expect(new TextDecoder().decode((await api.get('/', { responseType: 'arraybuffer' })).data)).toBe('{"id":7}');
    expect(await new Response((await api.get('/', { responseType: 'stream' })).data).json()).toEqual({ id: 7 });
    const broken = scripted([{ body: '{"id":' }]);
    const error = await rejection(
      broken.api.get('/', { responseType: 'json', transitional: { silentJSONParsing: false } }),
    );
    expect(error).toMatchObject({ name: 'SyntaxError', code: 'ERR_BAD_RESPONSE' });
  });

  test('a stream drips, and breaks, by the fake clock', async () => {
    await withFakeClock(async (clock) => {
      const { api } = scripted([{ error: 'cut', body: 'abcdef', drip: 100 }], { responseType: 'stream' });
      const { data } = await clock.until(api.get('/'));
      const came: string[] = [];
      data.on('data', (text: Buffer) => came.push(`${text} ${clock.elapsedMs}`));
      data.on('error', ({ message }: Error) => came.push(`${message} ${clock.elapsedMs}`));
      await clock.advance(1_000);
      expect([came, clock.pending]).toEqual([['a 100', 'b 200', 'c 300', 'aborted 301'], 0]);
    });
  });

  test.each<[string, (data: Readable, cancel: () => void) => unknown]>([
    ['read', (data) => data.resume()],
    ['destroyed', (data) => data.destroy()],
    ['cancelled', (_data, cancel) => cancel()],
  ])('a stream that was %s lets go of signal and timers', async (_name, end) => {
    await withFakeClock(async (clock) => {
      const controller = new AbortController();
      const listening = () => countAbortListeners(controller.signal);
      const { api } = scripted([{ body: 'abc', drip: 10 }], { responseType: 'stream', signal: controller.signal });
      const { data } = await clock.until(api.get('/'));
      const during = [listening(), clock.pending];
      end(data, () => controller.abort());
      await clock.advance(30);
      expect([during, listening(), clock.pending, data.closed]).toEqual([[1, 1], 0, 0, true]);
    });
  });

  describe('where there is no Node', () => {
    const { getBuiltinModule } = process;
    beforeEach(() => void Object.assign(process, { getBuiltinModule: undefined }));
    afterEach(() => void Object.assign(process, { getBuiltinModule }));

    const streamed = async (step: Step) => {
      const controller = new AbortController();
      const { api } = scripted([step], { responseType: 'stream', signal: controller.signal });
      const { data } = await api.get<ReadableStream<Uint8Array>>('/');
      const listening = () => countAbortListeners(controller.signal);
      return { data, listening, cancel: () => controller.abort() };
    };
    const read = async (data: ReadableStream<Uint8Array>) => {
      let text = '';
      try {
        for await (const bytes of data) text += new TextDecoder().decode(bytes);
        return text;
      } catch (error) {
        return [text, (error as Error).message];
      }
    };

    test.each<[Step, unknown]>([
      [{ body: 'whole' }, 'whole'],
      [{ body: '' }, ''],
      [{ body: 'abc', drip: 2 }, 'abc'],
      ['cut', ['{"hit', 'network error']],
      [{ error: 'cut', body: 'abcd', drip: 2 }, ['ab', 'network error']],
    ])('a stream is as fetch gives it: %j', async (step, expected) => {
      const { data, listening } = await streamed(step);
      const before = listening();
      expect([data instanceof ReadableStream, before, await read(data), listening()]).toEqual([true, 1, expected, 0]);
    });

    test.each<[string, Step]>([
      ['that drips', { body: 'abc', drip: 60_000 }],
      ['that is there', 200],
    ])('a stream %s ends when its request is cancelled, or it is itself', async (_name, step) => {
      const first = await streamed(step);
      first.cancel();
      const second = await streamed(step);
      await second.data.cancel();
      expect([await read(first.data), first.listening(), second.listening()]).toEqual([['', 'canceled'], 0, 0]);
    });

    test('a blob is a Blob', async () => {
      const { data } = await scripted([{ body: 'é' }]).api.get('/', { responseType: 'blob' });
      expect([data instanceof Blob, await data.text()]).toEqual([true, 'é']);
    });

    test('bytes are an ArrayBuffer', async () => {
      const { data } = await scripted([{ body: 'é' }]).api.get('/', { responseType: 'arraybuffer' });
      expect([data instanceof ArrayBuffer, [...new Uint8Array(data)]]).toEqual([true, [0xc3, 0xa9]]);
    });
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

  test.each<[string, () => unknown]>([
    ['a DOMException', () => new DOMException('too late', 'TimeoutError')],
    ['one of a file system', () => rejection(readFile('/no/such/file'))],
    ['one of another realm', () => runInNewContext("new RangeError('far')")],
  ])('an error that is none of this realm’s is one as well: %s', async (_name, make) => {
    const own = (await make()) as Error;
    const scripts: Script[] = [[own], [{ error: own }], [() => own]];
    for (const script of scripts) expect(await rejection(scripted(script).api.get('/'))).toBe(own);
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
    [{ body: () => 1 }, '`script[0].body` must be a string, or what JSON can hold, got a function'],
    [{ body: { id: 1n } }, '`script[0].body` must be a string, or what JSON can hold, got an object'],
  ])('refuses %p as a step, by name', (step, message) => {
    expect(() => scriptedAdapter([step as Step])).toThrow(message);
  });

  test('refuses what is no script, and what a function gives that is no step', async () => {
    expect(() => scriptedAdapter(503 as never)).toThrow('`script` must be a list of steps, or lists by URL, got 503');
    expect(() => scriptedAdapter({ '/a': 503 as never })).toThrow("`script['/a']` must be a list of steps, got 503");
    for (const name of ['GET', 'M-SEARCH']) {
      expect(() => scriptedAdapter({ [name]: [200] })).toThrow(
        `\`script\` must have a path after a method, as in 'GET /', got "${name}"`,
      );
    }
    expect((await rejection(scripted([() => 7]).api.get('/'))).message).toBe(
      '`script()` must be a status from 200 to 999, got 7',
    );
    expect((await rejection(scripted([() => ({ body: Symbol('s') })]).api.get('/'))).message).toBe(
      '`script().body` must be a string, or what JSON can hold, got Symbol(s)',
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
    ...['x', '', 7, 'abc'].map((body): [Step] => [{ error: 'cut', body }]),
    ...['', 'abc'].map((body): [Step] => [{ error: 'cut', body, headers: { 'Transfer-Encoding': 'chunked' } }]),
    [{ error: 'cut', body: 'abcd', drip: 5 }],
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

  interface Way {
    readonly policy?: ResiliencePolicy;
    readonly request?: AxiosRequestConfig;
    /** What the caller does with the stream, and sees of it; reads it to its end if not told. */
    readonly use?: (body: Readable, lab: { api: AxiosInstance; cancel: () => void }) => Promise<unknown>;
  }

  /** All that comes of a stream, and how it breaks. */
  const read = async (body: Readable) => {
    let text = '';
    try {
      for await (const chunk of body) text += chunk;
      return text;
    } catch (error) {
      const { message, code } = error as AxiosError;
      return { text, message, code };
    }
  };

  /** How a streamed call ends, and then its body. */
  async function streamed(adapter: NonNullable<AxiosRequestConfig['adapter']>, url: string, way: Way) {
    const { policy, request, use = read } = way;
    const api = axios.create({ baseURL: url, adapter, proxy: false, responseType: 'stream' });
    attachResilience(api, { retry: { backoff: () => 1 }, ...policy });
    const controller = new AbortController();
    const settled = await api.get('/x', { signal: controller.signal, ...request }).catch((error: AxiosError) => error);
    const attempts = attemptsOf(settled);
    const { status, data, code } = settled as AxiosResponse & AxiosError;
    if (code) return { code, attempts };
    const body = await use(data, { api, cancel: () => controller.abort() });
    return { status, attempts, node: data instanceof Readable, body };
  }

  /** Whether a second request has to wait while the first one's body is in use, and when that is done with. */
  const slots =
    (done: (body: Readable) => unknown) =>
    async (body: Readable, { api }: { api: AxiosInstance }) => {
      const second = api.get('/second').then(({ data }) => read(data));
      const early = await Promise.race([second, sleep(40, 'queued')]);
      await done(body);
      return [early, await second];
    };
  const COUNTED = { bulkhead: { limit: 1, countStreams: true } };
  const TEN = { body: 'abcdefghij', drip: 40 };
  const ABORTED = { message: 'aborted', code: 'ECONNRESET' };
  const CANCELED = { message: 'canceled', code: 'ERR_CANCELED' };

  test.each<[string, Script, Way, object]>([
    ['is whole', [{ body: 'whole' }], {}, { status: 200, attempts: 1, body: 'whole' }],
    ['is sent again before its headers', [503, 'reset', { body: 'b' }], {}, { status: 200, attempts: 3, body: 'b' }],
    ['is lost before its headers', ['reset'], { policy: { retry: 1 } }, { code: 'ECONNRESET', attempts: 2 }],
    ['is refused', [503], { policy: { retry: 1 } }, { code: 'ERR_BAD_RESPONSE', attempts: 2 }],
    ['is cut, and not sent again', ['cut', 200], {}, { status: 200, attempts: 1, body: { text: '{"hit', ...ABORTED } }],
    [
      'drips, and is cut',
      [{ error: 'cut', body: 'abcdef', drip: 5 }],
      {},
      { status: 200, attempts: 1, body: { text: 'abc', ...ABORTED } },
    ],
    [
      'drips for longer than an attempt may take',
      [TEN],
      { policy: { attemptTimeout: 300 } },
      { attempts: 1, body: TEN.body },
    ],
    ['drips for longer than a call may take', [TEN], { policy: { deadline: 300 } }, { attempts: 1, body: TEN.body }],
    ['drips for longer than its `timeout`', [TEN], { request: { timeout: 300 } }, { attempts: 1, body: TEN.body }],
    [
      'has late headers',
      [{ delay: 200, body: 'late' }],
      { policy: { attemptTimeout: 100, retry: false } },
      { code: 'ETIMEDOUT', attempts: 1 },
    ],
    [
      'keeps its slot until it is read',
      [TEN, { body: 'b' }],
      { policy: COUNTED, use: slots(read) },
      { attempts: 1, body: ['queued', 'b'] },
    ],
    [
      'keeps its slot until it is destroyed',
      [TEN, { body: 'b' }],
      { policy: COUNTED, use: slots((body) => body.destroy()) },
      { attempts: 1, body: ['queued', 'b'] },
    ],
    [
      'keeps its slot until it breaks',
      [{ error: 'cut', ...TEN }, { body: 'b' }],
      { policy: COUNTED, use: slots(read) },
      { attempts: 1, body: ['queued', 'b'] },
    ],
    [
      'keeps no slot if it is empty',
      [{ body: '' }, { body: 'b' }],
      { policy: COUNTED, use: slots(() => {}) },
      { attempts: 1, body: ['b', 'b'] },
    ],
    [
      'is cancelled while it is read',
      [TEN],
      {
        use: async (body, { cancel }) => {
          body.once('data', cancel);
          return { ...((await read(body)) as object), text: undefined };
        },
      },
      { attempts: 1, body: CANCELED },
    ],
    [
      'is cancelled before anybody reads',
      [{ body: 'whole' }],
      {
        use: async (body, { cancel }) => {
          const heard: unknown[] = [];
          body.on('error', ({ code }: AxiosError) => heard.push(code));
          cancel();
          await sleep(20);
          return [heard, body.destroyed];
        },
      },
      { attempts: 1, body: [['ERR_CANCELED'], true] },
    ],
    [
      'is cut before anybody reads, and no process ends of it',
      ['cut'],
      {
        use: async (body) => {
          await sleep(50);
          const { text, code } = (await read(body)) as { text: string; code?: string };
          return [text, code];
        },
      },
      { attempts: 1, body: ['', 'ECONNRESET'] },
    ],
  ])('stream the same to the caller: a body that %s', async (_name, script, way, expected) => {
    const server = await scriptedServer(script);
    const both = [streamed(scriptedAdapter(script), server.url, way), streamed('http', server.url, way)];
    const ends = await Promise.all(both);
    await server.close();
    const whole = 'code' in expected ? expected : { status: 200, node: true, ...expected };
    expect(ends).toEqual([whole, whole]);
  });

  test.each<[NonNullable<AxiosRequestConfig['responseType']>, string]>([
    ['json', 'utf8'],
    ['text', 'utf8'],
    ['document', 'utf8'],
    ['blob', 'utf8'],
    ['text', 'latin1'],
    ['text', 'base64'],
  ])('give the same text with responseType %s and responseEncoding %s', async (responseType, responseEncoding) => {
    const script = [{ body: '\uFEFF{"id":"é"}' }];
    const server = await scriptedServer(script);
    const get = async (adapter: NonNullable<AxiosRequestConfig['adapter']>) =>
      (await axios.get(server.url, { adapter, proxy: false, responseType, responseEncoding })).data;
    const [unwired, wired] = await Promise.all([get(scriptedAdapter(script)), get('http')]);
    await server.close();
    expect(unwired).toEqual(wired);
  });

  test('give the same bytes', async () => {
    const server = await scriptedServer([{ body: 'é€' }]);
    const get = async (adapter: NonNullable<AxiosRequestConfig['adapter']>) => {
      const { data } = await axios.get(server.url, { adapter, proxy: false, responseType: 'arraybuffer' });
      return [Buffer.isBuffer(data), data.toString('base64')];
    };
    const both = await Promise.all([get(scriptedAdapter([{ body: 'é€' }])), get('http')]);
    await server.close();
    expect(both).toEqual(Array(2).fill([true, 'w6nigqw=']));
  });
});
