import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, pipeline, Readable } from 'node:stream';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import axios, {
  AxiosError,
  type AxiosInstance,
  type AxiosRequestConfig,
  type AxiosResponse,
  type InternalAxiosRequestConfig,
} from 'axios';
import { attachResilience, type ResilienceOverride, reportOf } from 'axios-resilience';
import FormDataPackage from 'form-data';
import { deadPort, type FlakyServer, flakyServer } from '../helpers/flaky-server.js';
import { ownServers } from '../helpers/own-servers.js';
import { eventually, rejection, sleep } from '../helpers/settled.js';

const NOW = { backoff: () => 0 };
const TEXT = 'x'.repeat(100_000);

const { listening } = ownServers();

const breakWith = (code: string, syscall: string) => (stream: Readable, port: number) =>
  stream.destroy(Object.assign(new Error('the source broke'), { code, syscall, port }));

const form = () => {
  const data = new FormData();
  data.append('a', '1');
  data.append('file', new Blob(['content']), 'f.txt');
  return data;
};

describe.each(['http', 'fetch'] as const)('request bodies through the %s adapter', (adapter) => {
  let server: FlakyServer;
  let api: AxiosInstance;

  beforeEach(async () => {
    server = await flakyServer(503, 503, 200);
    api = axios.create({ baseURL: server.url, adapter, proxy: false });
    attachResilience(api, { retry: NOW });
  });
  afterEach(() => server.close());

  const sent = () => server.hits.map(({ headers, body }) => [headers['content-type'], headers['content-length'], body]);

  test.each<[string, unknown, string]>([
    ['a string', 'text', 'text'],
    ['an object', { a: 1, b: [2] }, '{"a":1,"b":[2]}'],
    ['a Buffer', Buffer.from('buffer'), 'buffer'],
    ['an ArrayBuffer', new TextEncoder().encode('array buffer').buffer, 'array buffer'],
    ['a typed array', new TextEncoder().encode('typed array'), 'typed array'],
    ['URLSearchParams', new URLSearchParams({ a: '1', b: 'ü' }), 'a=1&b=%C3%BC'],
    ['a Blob', new Blob(['blob']), 'blob'],
    ['nothing', undefined, ''],
  ])('%s goes out byte for byte the same on every attempt', async (_kind, data, text) => {
    expect((await api.put('/', data)).status).toBe(200);
    expect(server.hits.map(({ body }) => body)).toEqual([text, text, text]);
    expect(new Set(sent().map((one) => JSON.stringify(one))).size).toBe(1);
  });

  test('native FormData goes out whole on every attempt', async () => {
    expect((await api.put('/', form())).status).toBe(200);
    expect(server.hits).toHaveLength(3);
    for (const { body } of server.hits) {
      const boundary = body.slice(0, body.indexOf('\r\n'));
      expect(body.split(boundary)).toHaveLength(4);
      expect(body).toContain('content');
    }
    expect(new Set(server.hits.map(({ headers }) => headers['content-type']?.split(';')[0])).size).toBe(1);
  });

  test.each<[string, () => unknown]>([
    ['a Node stream', () => Readable.from([TEXT])],
    ['a web stream', () => new Blob([TEXT]).stream()],
  ])('%s is sent once, and the call ends with its first failure', async (_kind, make) => {
    const supported = adapter === 'fetch' || make() instanceof Readable;
    const error = await rejection(api.put('/', make(), { headers: { 'Content-Type': 'text/plain' } }));
    expect(server.hits.map(({ body }) => body.length)).toEqual(supported ? [100_000] : []);
    expect(reportOf(error)?.ended).toBe(supported ? 'body-not-replayable' : 'not-retryable');
    expect(error.message).toMatch(supported ? /503/ : /Data after transformation must be/);
  });

  // Through fetch the first attempt still waits for what comes, and would leave the next one nothing.
  test('a Node stream that had nothing yet when the connection was refused goes out whole, or not at all', async () => {
    server.script(200);
    const stream = new PassThrough();
    const beforeRetry = (config: InternalAxiosRequestConfig) => {
      config.url = server.url;
      setTimeout(() => stream.end(TEXT), 20);
    };
    const request = { headers: { 'Content-Type': 'text/plain' }, resilience: { retry: { beforeRetry } } };
    const end = await api.post(`http://127.0.0.1:${await deadPort()}/`, stream, request).catch((error) => error);
    const [ended, sizes] = adapter === 'http' ? ['success', [100_000]] : ['body-not-replayable', []];
    expect(reportOf(end)?.ended).toBe(ended);
    expect(server.hits.map(({ body }) => body.length)).toEqual(sizes);
  });

  test.each<[string, (stream: Readable, port: number) => unknown, AxiosRequestConfig]>([
    ['breaks with EAI_AGAIN', breakWith('EAI_AGAIN', 'getaddrinfo'), {}],
    ['breaks with ECONNREFUSED', breakWith('ECONNREFUSED', 'connect'), {}],
    ['breaks with ECONNRESET', breakWith('ECONNRESET', 'read'), {}],
    ['is closed, its progress watched,', (stream) => stream.destroy(), { onUploadProgress() {} }],
    ['is closed, at a rate,', (stream) => stream.destroy(), { maxRate: 1e9 }],
  ])('a stream that %s while it is sent says nothing of the server', async (_how, end, config) => {
    let begun = 0;
    const upload = http.createServer((req) => {
      begun++;
      req.on('error', () => {}).resume();
    });
    const port = await listening(upload);
    const states: string[] = [];
    const own = axios.create({ adapter, proxy: false, headers: { 'Content-Type': 'text/plain' } });
    const { stats } = attachResilience(own, {
      retry: NOW,
      breaker: { consecutive: 2, minimumDuration: 0 },
      hooks: { onStateChange: ({ to }) => states.push(to) },
    });
    let made = 0;
    const body = () => {
      const nth = ++made;
      const stream = new Readable({ read() {} });
      stream.push(TEXT);
      void eventually(() => begun === nth).then(() => end(stream, port));
      return stream;
    };
    const url = `http://127.0.0.1:${port}/`;
    for (const method of ['post', 'put', 'post'])
      expect(reportOf(await rejection(own({ ...config, url, method, resilience: { body } })))).toMatchObject({
        ended: 'not-retryable',
        attempts: [{ failure: 'other' }],
      });
    expect([begun, states, stats().failures]).toEqual([3, [], 3]);
  });

  test('resilience.body makes a stream anew for every attempt', async () => {
    const response = await api.put('/', undefined, {
      headers: { 'Content-Type': 'text/plain' },
      resilience: { body: () => Readable.from([TEXT]) },
    });
    expect(response.status).toBe(200);
    expect(server.hits.map(({ body }) => body.length)).toEqual([100_000, 100_000, 100_000]);
    expect(response.config.data).toBeUndefined();
  });

  test.each<[string, () => unknown, Record<string, string>]>([
    ['an object', () => ({ a: 1 }), {}],
    ['a list', () => [1, 2], {}],
    ['an object for a form', () => ({ a: 1 }), { 'Content-Type': 'application/x-www-form-urlencoded' }],
    ['URLSearchParams', () => new URLSearchParams({ a: '1' }), {}],
    ['a typed array', () => new TextEncoder().encode('typed array'), {}],
    ['a string', () => 'a=1', {}],
    ['JSON', () => '{"a":1}', { 'Content-Type': 'application/json' }],
    ['a Buffer', () => Buffer.from('buffer'), { 'Content-Type': 'text/plain' }],
  ])('what resilience.body makes, %s, goes out on every attempt as it would from axios alone', async (...row) => {
    const [, body, headers] = row;
    await axios.put(server.url, body(), { adapter, proxy: false, headers, validateStatus: null });
    server.script(503, 503, 200);
    expect((await api.put('/', undefined, { headers, resilience: { body } })).status).toBe(200);
    const [alone, ...attempts] = sent();
    expect(attempts).toEqual([alone, alone, alone]);
  });

  test('what resilience.body makes goes through transformRequest, as what it stands for did', async () => {
    const transformRequest = (data: unknown) => `<${data}>`;
    await api.put('/', 'a', { transformRequest, resilience: { body: () => 'b' } });
    expect(server.hits.map(({ body }) => body)).toEqual(['<a>', '<b>', '<b>']);
  });

  test.each<[string, () => unknown, string]>([
    ['URLSearchParams', () => new URLSearchParams({ b: '2' }), 'b=2'],
    ['a typed array', () => new TextEncoder().encode('typed array'), 'typed array'],
    ['a Buffer', () => Buffer.from('buffer'), 'buffer'],
    ['an object', () => ({ b: 2 }), '{"b":2}'],
  ])('beforeRetry may put %s in the place of the body', async (_kind, make, text) => {
    const beforeRetry = (config: { data?: unknown }) => {
      config.data = make();
    };
    await api.put('/', { a: 1 }, { resilience: { retry: { beforeRetry } } });
    expect(server.hits.map(({ body }) => body)).toEqual(['{"a":1}', text, text]);
  });

  test('resilience.body may be async, leaves a given first body alone, and its error ends the call', async () => {
    const response = await api.put('/', 'first', { resilience: { body: async () => 'later' } });
    expect(response.status).toBe(200);
    expect(server.hits.map(({ body }) => body)).toEqual(['first', 'later', 'later']);
    const broken = () => {
      throw new Error('no such file');
    };
    expect((await rejection(api.put('/', undefined, { resilience: { body: broken } }))).message).toBe('no such file');
    expect(server.hits).toHaveLength(3);
  });
});

describe('one-shot bodies of the http adapter', () => {
  let server: FlakyServer;
  let api: AxiosInstance;
  let folder: string;
  let file: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'axios-resilience-bodies-'));
    file = join(folder, 'file');
    writeFileSync(file, 'y'.repeat(4_000_000));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  beforeEach(async () => {
    server = await flakyServer(503, 200);
    api = axios.create({ baseURL: server.url, adapter: 'http', proxy: false });
    attachResilience(api, { retry: { ...NOW, methods: ['PUT', 'POST'] } });
  });
  afterEach(() => server.close());

  const packed = (...fields: [name: string, value: unknown, options?: FormDataPackage.AppendOptions][]) => {
    const form = new FormDataPackage();
    for (const [name, value, options] of fields) form.append(name, value, options);
    return form;
  };

  test.each<[string, () => Promise<AxiosResponse>]>([
    ['the form-data package', () => api.put('/', packed(['a', '1'], ['b', Buffer.from([0, 255])]))],
    ['postForm(object)', () => api.postForm('/', { a: 1, b: [2, 3] })],
    [
      'one with headers',
      () => api.put('/', packed(['a', '1']), { headers: { 'content-type': 'multipart/form-data' } }),
    ],
  ])('a form that is in memory goes out whole on every attempt: %s', async (_, call) => {
    server.script(503, 503, 200);
    expect(reportOf(await call())?.retries).toBe(2);
    const bodies = server.hits.map(({ headers, body }) => [headers['content-type'], headers['content-length'], body]);
    expect(bodies).toEqual([bodies[0], bodies[0], bodies[0]]);
    const [type, length, body] = bodies[0] as [string, string, string];
    expect(body).toContain(`--${type.split('boundary=')[1]}\r\nContent-Disposition: form-data; name="a"`);
    expect(Number(length)).toBeGreaterThan(0);
  });

  test.each<[string, () => FormDataPackage]>([
    ['a stream', () => packed(['a', '1'], ['file', createReadStream(file)])],
    ['a stream of known length', () => packed(['file', createReadStream(file), { knownLength: 4_000_000 }])],
    ['a short stream of known length', () => packed(['file', createReadStream(file, { end: 9 }), { knownLength: 10 }])],
    ['more than 1 MiB', () => packed(['a', 'y'.repeat(1_048_576)])],
  ])('a form that holds %s is sent once and never hangs', async (_, form) => {
    server.script(503);
    expect(reportOf(await rejection(api.put('/', form())))?.ended).toBe('body-not-replayable');
    expect(server.hits).toHaveLength(1);
  });

  test('a form that was sent before is not taken for an empty one', async () => {
    const sent = packed(['a', '1']);
    server.script(200);
    await api.put('/', sent);
    const error = await rejection(api.put('/', sent, { timeout: 100 }));
    expect(reportOf(error)).toMatchObject({ ended: 'body-not-replayable', attempts: [{ failure: 'timeout' }] });
    expect(server.hits.map(({ body }) => body.includes('name="a"'))).toEqual([true]);
  });

  test('native FormData has the boundary its header says, each time anew', async () => {
    await api.put('/', form());
    const boundaries = server.hits.map(
      ({ headers }) => /boundary=(\S+)/.exec(headers['content-type'] ?? '')?.[1] ?? '',
    );
    expect(new Set(boundaries).size).toBe(2);
    expect(server.hits.map(({ body }, i) => body.split(boundaries[i] ?? '?').length)).toEqual([4, 4]);
  });

  test('a stream that resilience.body gives when the call has ended is let go of', async () => {
    const late: Readable[] = [];
    const body = async () => {
      await sleep(60);
      late.push(Readable.from([TEXT]));
      return late.at(-1);
    };
    const [missed, canceled] = await Promise.all([
      rejection(api.put('/', undefined, { resilience: { body, deadline: 20 } })),
      rejection(api.put('/', undefined, { resilience: { body }, signal: AbortSignal.timeout(20) })),
    ]);
    expect([missed.code, canceled.code]).toEqual(['ERR_DEADLINE_EXCEEDED', 'ERR_CANCELED']);
    await sleep(80);
    expect(late.map(({ destroyed }) => destroyed)).toEqual([true, true]);
    expect(server.hits).toHaveLength(0);
  });

  test('a stream that resilience.body gives a second time is used up, and is not sent as an empty one', async () => {
    const once = Readable.from(['abc']);
    const told: string[] = [];
    const hooks = {
      onRetry: () => told.push('retry'),
      onGiveUp: ({ because }: { because: string }) => told.push(because),
    };
    const error = await rejection(api.put('/', undefined, { resilience: { hooks, body: () => once } }));
    // Who heard of a retry hears that it did not come.
    expect(told).toEqual(['retry', 'body-not-replayable']);
    expect(error.message).toMatch(/503/);
    expect(reportOf(error)).toMatchObject({ ended: 'body-not-replayable', retries: 0 });
    expect(server.hits.map(({ body }) => body)).toEqual(['abc']);
  });

  test.each<[string, object]>([
    ['', {}],
    [', with a progress bar', { onUploadProgress: () => {} }],
  ])('nor does a web stream hide the failure%s: fetch would say that it is disturbed', async (_name, more) => {
    const once = new Blob(['abc']).stream();
    const resilience = { body: () => once };
    const error = await rejection(api.put('/', undefined, { adapter: 'fetch', resilience, ...more }));
    expect(error.message).toMatch(/503/);
    expect(reportOf(error)).toMatchObject({ ended: 'body-not-replayable', retries: 0 });
    expect(server.hits.map(({ body }) => body)).toEqual(['abc']);
  });

  test('nor is a web stream that somebody else reads', async () => {
    const taken = new Blob(['abc']).stream();
    taken.getReader();
    const beforeRetry = (config: { data?: unknown }): void => {
      config.data = taken;
    };
    const error = await rejection(api.put('/', 'first', { adapter: 'fetch', resilience: { retry: { beforeRetry } } }));
    expect(reportOf(error)).toMatchObject({ ended: 'body-not-replayable', retries: 0 });
    expect(server.hits.map(({ body }) => body)).toEqual(['first']);
  });

  test('nor is one that beforeRetry puts in place', async () => {
    const once = Readable.from(['abc']);
    const beforeRetry = async (config: { data?: unknown }): Promise<void> => {
      await once.toArray();
      config.data = once;
    };
    const error = await rejection(api.put('/', 'first', { resilience: { retry: { beforeRetry } } }));
    expect(reportOf(error)).toMatchObject({ ended: 'body-not-replayable', retries: 0 });
    expect(server.hits.map(({ body }) => body)).toEqual(['first']);
  });

  test('a form-data body made by resilience.body goes out whole each time', async () => {
    const body = () => {
      const form = new FormDataPackage();
      form.append('a', '1');
      return form;
    };
    expect((await api.put('/', undefined, { resilience: { body } })).status).toBe(200);
    for (const { headers, body: text } of server.hits) {
      expect(text).toContain(String(headers['content-type']).split('boundary=')[1]);
    }
    expect(server.hits).toHaveLength(2);
  });

  test('a stream partly read by a server that sheds load is not continued', async () => {
    const shedding = http.createServer((_req, res) => {
      res.writeHead(503, { connection: 'close' }).end();
    });
    const url = `http://127.0.0.1:${await listening(shedding)}/`;
    const error = await rejection(api.put(url, createReadStream(file)));
    expect(reportOf(error)).toMatchObject({ ended: 'body-not-replayable', retries: 0 });
  });

  test('a large file is streamed, not buffered', async () => {
    server.script((req, res) => res.end(req.headers['transfer-encoding']));
    const { data } = await api.put('/', createReadStream(file), { maxRedirects: 0 });
    expect(data).toBe('chunked');
    expect(server.hits[0]?.body).toHaveLength(4_000_000);
  });

  test('file streams made for attempts that failed are closed', async () => {
    server.script(503);
    const made: ReturnType<typeof createReadStream>[] = [];
    const body = () => {
      const stream = createReadStream(file);
      made.push(stream);
      return stream;
    };
    await rejection(api.put('/', undefined, { resilience: { body, retry: 2 } }));
    await sleep(20);
    expect(made.map(({ destroyed }) => destroyed)).toEqual([true, true, true]);
  });
});

describe.each(['http', 'fetch'] as const)('response bodies through the %s adapter', (adapter) => {
  let server: FlakyServer;

  beforeEach(async () => {
    server = await flakyServer();
  });
  afterEach(() => server.close());

  test('the stream of a failed attempt is let go before the wait: one socket is enough', async () => {
    const pausing = (_req: unknown, res: http.ServerResponse) => void res.writeHead(503).write('why');
    server.script(pausing, pausing, 200);
    const httpAgent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    const api = axios.create({ baseURL: server.url, adapter, proxy: false, httpAgent });
    attachResilience(api, { retry: NOW });
    const { status, data } = await api.get('/', { responseType: 'stream' });
    expect(status).toBe(200);
    let text = '';
    for await (const chunk of data) text += Buffer.from(chunk).toString();
    expect(text).toBe('{"hit":3}');
    await eventually(() => server.busy === 0);
    httpAgent.destroy();
  });

  const fails = () => {
    throw new Error('from a hook');
  };
  const late = async () => {
    await sleep(100);
    return true;
  };
  test.each<[string, ResilienceOverride]>([
    ['shouldRetry that throws', { retry: { shouldRetry: fails } }],
    ['shouldRetry that is late', { deadline: 60, retry: { backoff: () => 1, shouldRetry: late } }],
    ['a backoff that throws', { retry: { backoff: fails } }],
    ['beforeRetry that throws', { retry: { ...NOW, beforeRetry: fails } }],
    ['a fallback', { retry: 0, fallback: () => 'stale' }],
  ])('the stream of a failure that %s keeps from the caller is let go', async (_, resilience) => {
    server.script((_req, res) => {
      const timer = setInterval(() => res.write('why'), 10);
      res.writeHead(503).on('close', () => clearInterval(timer));
    });
    const httpAgent = new http.Agent({ keepAlive: true });
    const api = axios.create({ baseURL: server.url, adapter, proxy: false, httpAgent });
    attachResilience(api);
    const got = await api.get('/', { responseType: 'stream', resilience }).catch((error) => error);
    expect(got.response).toBeUndefined();
    await eventually(() => server.busy === 0 && Object.values(httpAgent.sockets).flat().length === 0);
    httpAgent.destroy();
  });

  test('a fallback may give the stream of the failure, or what it makes of it', async () => {
    server.script({ status: 503, body: TEXT });
    const api = axios.create({ baseURL: server.url, adapter, proxy: false });
    attachResilience(api, { retry: 0 });
    const fallback = (error: unknown) => (error as AxiosError).response;
    const { data } = await api.get('/', { responseType: 'stream', resilience: { fallback } });
    let text = '';
    for await (const chunk of data) text += Buffer.from(chunk).toString();
    expect(text).toBe(TEXT);
  });

  test('the stream of the last failure is the caller’s to read', async () => {
    server.script({ status: 503, body: 'why' });
    const api = axios.create({ baseURL: server.url, adapter, proxy: false });
    attachResilience(api, { retry: { ...NOW, maxRetries: 1 } });
    const error = (await rejection(api.get('/', { responseType: 'stream' }))) as {
      response?: { data: AsyncIterable<Buffer> };
    };
    let text = '';
    for await (const chunk of error.response?.data ?? []) text += Buffer.from(chunk).toString();
    expect(text).toBe('why');
    expect(server.hits).toHaveLength(2);
  });

  test('a stream that breaks in the caller’s hands is not retried behind their back', async () => {
    server.script('cut', 200);
    const api = axios.create({ baseURL: server.url, adapter, proxy: false });
    attachResilience(api, { retry: NOW });
    const response = await api.get('/', { responseType: 'stream' });
    await rejection(
      (async () => {
        for await (const _chunk of response.data);
      })(),
    );
    await sleep(20);
    expect(server.hits).toHaveLength(1);
    expect(reportOf(response)?.ended).toBe('success');
  });

  test('a body that stalls after a 200 is a timed-out attempt, and retried', async () => {
    server.script((_req, res) => void res.writeHead(200, { 'content-length': 10 }).write('half'), 200);
    const api = axios.create({ baseURL: server.url, adapter, proxy: false });
    attachResilience(api, { attemptTimeout: 100, retry: NOW });
    const response = await api.get('/');
    expect(response.data).toEqual({ hit: 2 });
    expect(reportOf(response)?.attempts[0]).toMatchObject({ failure: 'timeout', code: 'ETIMEDOUT' });
  });
});

test('uploads that are passed on, and whose senders go away, are sent once and say nothing of the server', async () => {
  let begun = 0;
  const states: string[] = [];
  const errors: unknown[] = [];
  const upstream = http.createServer((req) => {
    begun++;
    req.on('error', () => {}).resume();
  });
  const url = `http://127.0.0.1:${await listening(upstream)}/`;
  const api = axios.create({ adapter: 'http', proxy: false, headers: { 'Content-Type': 'text/plain' } });
  attachResilience(api, {
    retry: NOW,
    breaker: { consecutive: 1, minimumDuration: 0 },
    hooks: { onStateChange: ({ to }) => states.push(to) },
  });
  const gateway = http.createServer(async (req) => {
    errors.push(await rejection(api.post(url, req)));
  });
  const port = await listening(gateway);
  for (let i = 1; i <= 3; i++) {
    const sender = http.request({ port, host: '127.0.0.1', method: 'POST' }).on('error', () => {});
    sender.write(TEXT);
    await eventually(() => begun === i);
    sender.destroy();
    await eventually(() => errors.length === i);
  }
  expect([begun, errors.map((error) => reportOf(error)?.ended), states]).toEqual([
    3,
    Array(3).fill('not-retryable'),
    [],
  ]);
});

test('a stream that an adapter of one’s own destroys with the failure of the host is no failure of its own', async () => {
  const port = await deadPort();
  const states: string[] = [];
  const adapter = (config: InternalAxiosRequestConfig) =>
    new Promise<never>((_, reject) => {
      const request = http.request({ port, host: '127.0.0.1', method: 'PUT' });
      pipeline(config.data, request, (error) => error && reject(AxiosError.from(error, undefined, config)));
    });
  const api = axios.create({ adapter });
  attachResilience(api, {
    retry: NOW,
    breaker: { consecutive: 4, minimumDuration: 0 },
    hooks: { onStateChange: ({ to }) => states.push(to) },
  });
  const body = () => Readable.from(Array.from({ length: 20 }, () => TEXT));
  const error = await rejection(api.put('/', undefined, { resilience: { body } }));
  expect(reportOf(error)?.attempts.map(({ failure }) => failure)).toEqual(Array(4).fill('connect'));
  expect(states).toEqual(['open']);
});

test('a web stream that cannot be read for want of a connection is no proof that nothing was sent', async () => {
  const server = await flakyServer('hang');
  const api = axios.create({ adapter: 'fetch', headers: { 'Content-Type': 'text/plain' } });
  attachResilience(api, { retry: NOW });
  const lost = Object.assign(new Error('getaddrinfo EAI_AGAIN'), { code: 'EAI_AGAIN', syscall: 'getaddrinfo' });
  const body = () =>
    new ReadableStream({
      start: (controller) => controller.enqueue(new TextEncoder().encode(TEXT)),
      pull: async (controller) => {
        await sleep(20);
        controller.error(lost);
      },
    });
  const error = await rejection(api.post(server.url, undefined, { resilience: { body } }));
  expect([reportOf(error)?.ended, reportOf(error)?.attempts.length]).toEqual(['method-not-allowed', 1]);
  await server.close();
});

test('a server that answers before it has read what resilience.body makes goes on to read it', async () => {
  const read: string[] = [];
  const server = http.createServer((req, res) => {
    req.on('data', (data) => read.push(`${data}`)).on('end', () => read.push(', and its end'));
    res.end('accepted');
  });
  const url = `http://127.0.0.1:${await listening(server)}/`;
  const api = axios.create({ adapter: 'http', proxy: false });
  attachResilience(api);
  const slowly = async function* () {
    for (const part of 'abcd') {
      yield part;
      await sleep(20);
    }
  };
  const { data } = await api.put(url, undefined, {
    headers: { 'Content-Type': 'text/plain' },
    resilience: { body: () => Readable.from(slowly()) },
  });
  await eventually(() => read.at(-1) === ', and its end');
  expect([data, read.join('')]).toEqual(['accepted', 'abcd, and its end']);
});
