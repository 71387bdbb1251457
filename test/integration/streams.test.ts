import { getEventListeners } from 'node:events';
import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import axios, { type AxiosError, type AxiosInstance } from 'axios';
import { attachResilience, type ResilienceHandle } from 'axios-resilience';
import { type FlakyServer, flakyServer } from '../helpers/flaky-server.js';
import { eventually, rejection, sleep } from '../helpers/settled.js';

const CHUNK = 'x'.repeat(16 * 1024);
const CHUNKS = 40;

/** What a caller may do with the body of either adapter. */
interface Body extends AsyncIterable<Uint8Array> {
  destroy?: Readable['destroy'];
  cancel?: ReadableStream['cancel'];
}

const drop = (body: Body) => (body.destroy ? body.destroy() : body.cancel?.());

describe.each(['http', 'fetch'] as const)('with countStreams, through the %s adapter,', (adapter) => {
  let server: FlakyServer;
  let api: AxiosInstance;
  let resilience: ResilienceHandle;
  /** What the server is sending now, but for what its caller has destroyed, and the most there was at once. */
  let sending: Set<string | undefined>;
  let most: number;

  beforeEach(async () => {
    sending = new Set();
    most = 0;
    server = await flakyServer(({ url }, res) => {
      sending.add(url);
      most = Math.max(most, sending.size);
      res.on('close', () => sending.delete(url));
      res.writeHead(200);
      let left = CHUNKS;
      const timer = setInterval(() => {
        if (--left > 0) res.write(CHUNK);
        else res.end(CHUNK);
      }, 2);
      res.on('close', () => clearInterval(timer));
    });
    api = axios.create({ baseURL: server.url, adapter, responseType: 'stream' });
    resilience = attachResilience(api, { deadline: 20_000, bulkhead: { limit: 2, countStreams: true } });
  });
  afterEach(() => server.close());

  /** How many can be sent at once: a slot that leaked is missing. */
  const slotsFree = async (): Promise<number> => {
    await sleep(30);
    server.script('hang');
    const hanging = Array.from({ length: 3 }, () => rejection(api.get('/', { resilience: { deadline: 100 } })));
    await sleep(50);
    const { inFlight } = resilience.stats();
    await Promise.all(hanging);
    return inFlight;
  };

  test('whoever cares when a body ends listens once, so that Node does not warn of a leak', async () => {
    const { signal } = new AbortController();
    const bodies = await Promise.all([
      axios.get<Readable>(`${server.url}/plain`, { adapter, responseType: 'stream', signal, proxy: false }),
      api.get<Readable>('/', { signal }),
    ]);
    const [plain, ours] = bodies.map(({ data }) => data.listenerCount?.('close') ?? 0);
    for (const { data } of bodies) drop(data);
    expect(ours).toBe(adapter === 'http' ? (plain ?? 0) + 1 : 0);
  });

  test('50 downloads of which half are destroyed midway are never more than two at once, and leave nothing behind', async () => {
    const callers = Array.from({ length: 50 }, () => new AbortController());
    const received = await Promise.all(
      callers.map(async ({ signal }, i) => {
        const { data } = await api.get<Body>(`/${i}`, { signal });
        let bytes = 0;
        for await (const chunk of data) {
          bytes += chunk.length;
          if (i % 2 === 0 || bytes < 5 * CHUNK.length) continue;
          sending.delete(`/${i}`);
          break;
        }
        return bytes;
      }),
    );
    expect(received.filter((bytes) => bytes === CHUNKS * CHUNK.length)).toHaveLength(25);
    expect(most).toBe(2);
    await eventually(() => server.busy === 0);
    expect(resilience.stats()).toMatchObject({ calls: 50, attempts: 50, successes: 50, inFlight: 0, queued: 0 });
    expect(callers.flatMap(({ signal }) => getEventListeners(signal, 'abort'))).toEqual([]);
    expect(await slotsFree()).toBe(2);
  });

  test('a slot is held while the body is open, and free once it is dropped unread', async () => {
    const first = await api.get<Body>('/1');
    const second = await api.get<Body>('/2');
    const third = api.get<Body>('/3');
    await sleep(40);
    expect([server.hits.length, resilience.stats().queued]).toEqual([2, 1]);
    await drop(first.data);
    const { data } = await third;
    expect(server.hits.map(({ url }) => url)).toEqual(['/1', '/2', '/3']);
    await Promise.all([drop(second.data), drop(data)]);
    expect(await slotsFree()).toBe(2);
  });

  test('a call cancelled while it streams gives its slot back', async () => {
    const callers = [new AbortController(), new AbortController()];
    const bodies = await Promise.all(callers.map(({ signal }) => api.get<Body>('/', { signal })));
    const reading = bodies.map(async ({ data }) => {
      for await (const _ of data);
    });
    const next = api.get<Body>('/next');
    await sleep(20);
    expect(resilience.stats().queued).toBe(1);
    for (const caller of callers) caller.abort();
    await Promise.all(reading.map(rejection));
    await drop((await next).data);
    expect(callers.map(({ signal }) => getEventListeners(signal, 'abort').length)).toEqual([0, 0]);
    expect(await slotsFree()).toBe(2);
  });

  test('a server that cuts the body off gives the slot back', async () => {
    server.script('cut');
    const bodies = await Promise.all([api.get<Body>('/1'), api.get<Body>('/2')]);
    await Promise.all(
      bodies.map(({ data }) =>
        rejection(
          (async () => {
            for await (const _ of data);
          })(),
        ),
      ),
    );
    expect(await slotsFree()).toBe(2);
  });

  test('answers without a body, errors nobody reads and answers that were retried hold nothing', async () => {
    const empty = { status: 200, headers: { 'content-length': '0' }, body: '' };
    // The fetch adapter of axios 1.7 cannot make a stream of a 204.
    const noContent = adapter === 'http' ? 204 : empty;
    server.script(noContent, noContent, 200, empty, empty, { status: 404, body: 'x'.repeat(100_000) }, 503, 503, 200);
    for (const method of ['GET', 'GET', 'HEAD', 'GET', 'GET']) await api.request({ url: '/empty', method });
    await rejection(api.get('/404'));
    await drop((await api.get<Body>('/503', { resilience: { retry: { backoff: () => 1 } } })).data);
    expect(server.hits).toHaveLength(9);
    expect(await slotsFree()).toBe(2);
  });

  test('without it, a body that streams has no slot', async () => {
    const other = axios.create({ baseURL: server.url, adapter, responseType: 'stream' });
    attachResilience(other, { bulkhead: 1 });
    const bodies = [];
    for (let i = 0; i < 3; i++) bodies.push(await other.get<Body>(`/${i}`));
    expect(server.busy).toBe(3);
    await Promise.all(bodies.map(({ data }) => drop(data)));
  });
});

test.each(['http', 'fetch'] as const)(
  'the body of an answer that is turned down is let go of, though it pauses for ever, through the %s adapter',
  async (adapter) => {
    const server = await flakyServer((_req, res) => void res.writeHead(200).write('{"ready":false}'), 200);
    const api = axios.create({ baseURL: server.url, adapter, responseType: 'stream', proxy: false });
    const turnedDown: number[] = [];
    attachResilience(api, {
      retry: {
        backoff: { baseDelay: 1 },
        retryResponse: ({ status }) => turnedDown.push(status) === 1,
        // By now, the adapter reads ahead in the body.
        shouldRetry: async () => {
          await sleep(30);
          return undefined;
        },
      },
    });
    const response = await api.get('/');
    for await (const _piece of response.data);
    await eventually(() => server.busy === 0);
    expect([server.hits.length, turnedDown]).toEqual([2, [200, 200]]);
    await server.close();
  },
);

test('with countStreams, a web stream of an adapter of one’s own gives its slot back at once, a Node stream when it closes', async () => {
  const bodies: unknown[] = [new ReadableStream(), new Readable({ read() {} }), '{}'];
  const api = axios.create({
    adapter: async (config) => ({ data: bodies.shift(), status: 200, statusText: 'OK', headers: {}, config }),
  });
  attachResilience(api, { deadline: 60, bulkhead: { limit: 1, countStreams: true } });
  await api.get('http://a.test/web');
  const { data } = await api.get('http://a.test/node');
  expect(await rejection(api.get('http://a.test/'))).toMatchObject({ code: 'ERR_DEADLINE_EXCEEDED' });
  data.destroy();
  await sleep(5);
  expect((await api.get('http://a.test/')).status).toBe(200);
});

test('with countStreams, a scope whose bodies are still open is not among those that are forgotten', async () => {
  const body = new Readable({ read() {} });
  const api = axios.create({
    adapter: async (config) => ({ data: body, status: 200, statusText: 'OK', headers: {}, config }),
  });
  const resilience = attachResilience(api, { bulkhead: { limit: 1, countStreams: true } });
  const plain = { resilience: { bulkhead: false } } as const;
  await api.get('http://held.test/');
  for (let i = 0; i < 1_500; i++) await api.get(`http://${i}.test/`, plain);
  expect(Object.keys(resilience.stats().scopes)).toContain('http://held.test');
  body.destroy();
  await sleep(5);
  for (let i = 0; i < 1_500; i++) await api.get(`http://${i}.test/`, plain);
  expect(Object.keys(resilience.stats().scopes)).not.toContain('http://held.test');
});

describe.each(['http', 'fetch'] as const)('a body of which nothing more comes, through the %s adapter,', (adapter) => {
  let server: FlakyServer;
  let api: AxiosInstance;

  beforeEach(async () => {
    server = await flakyServer((_req, res) => void res.writeHead(200).write('data: 1\n\n'));
    api = axios.create({ baseURL: server.url, adapter, responseType: 'stream' });
    attachResilience(api);
  });
  afterEach(() => server.close());

  const partsUntil = async (body: Body): Promise<string[]> => {
    const parts: string[] = [];
    for await (const part of body) {
      parts.push(new TextDecoder().decode(part));
      // Time for an adapter to read ahead.
      await sleep(30);
      break;
    }
    return parts;
  };

  test('is left at once, and its connection closed', async () => {
    const { data } = await api.get<Body>('/');
    expect(await partsUntil(data)).toEqual(['data: 1\n\n']);
    await eventually(() => server.busy === 0);
    expect(server.hits).toHaveLength(1);
  });

  test('is dropped at once after its first part, and its connection closed', async () => {
    const { data } = await api.get<Body & ReadableStream>('/');
    if (adapter === 'http') data.destroy?.();
    else {
      const reader = data.getReader();
      await reader.read();
      await sleep(30);
      await reader.cancel();
    }
    await eventually(() => server.busy === 0);
    expect(server.hits).toHaveLength(1);
  });
});

test.each([
  ['ends', (res: ServerResponse) => res.end(), undefined],
  ['breaks off', (res: ServerResponse) => res.destroy(), 'terminated'],
])('a body through fetch that %s tells so whoever is not reading', async (_, finish, words) => {
  const server = await flakyServer((_req, res) => {
    res.writeHead(200, { 'Content-Length': words ? 20 : 10 }).write('0123456789');
    setTimeout(() => finish(res), 20);
  });
  const api = axios.create({ baseURL: server.url, adapter: 'fetch', responseType: 'stream' });
  attachResilience(api);
  const { data } = await api.get<ReadableStream<Uint8Array>>('/');
  const reader = data.getReader();
  const { value } = await reader.read();
  expect(value).toHaveLength(10);
  const end = reader.closed.then(
    () => undefined,
    (error: Error) => error.message,
  );
  expect(await end).toBe(words);
  await server.close();
});

describe.each(['http', 'fetch'] as const)('a failed answer that streams, through the %s adapter,', (adapter) => {
  let server: FlakyServer;
  let api: AxiosInstance;

  beforeEach(async () => {
    server = await flakyServer((_req, res) => void res.writeHead(503).write('busy'));
    api = axios.create({ baseURL: server.url, adapter, responseType: 'stream', proxy: false });
  });
  afterEach(() => server.close());

  const text = async (body: Body): Promise<string> => {
    const { value } = await body[Symbol.asyncIterator]().next();
    return Buffer.from(value).toString();
  };
  const failed = (fallback: (error: unknown) => unknown) => {
    attachResilience(api, { retry: false, fallback });
    return rejection(api.get('/'));
  };

  test.each<[string, (error: unknown) => unknown]>([
    ['an error', () => Promise.reject(new Error('cache down'))],
    ['no error', () => Promise.reject('cache down')],
  ])('is let go of when the fallback throws %s of its own', async (_, fallback) => {
    await failed(fallback);
    await eventually(() => server.busy === 0);
    expect(server.hits).toHaveLength(1);
  });

  test.each<[string, (error: unknown) => unknown, (error: never) => Body]>([
    ['has nothing', () => undefined, (error: AxiosError) => error.response?.data as Body],
    ['throws it again', (error) => Promise.reject(error), (error: AxiosError) => error.response?.data as Body],
    [
      'throws one with it as cause',
      (cause) => Promise.reject(new Error('mine', { cause })),
      ({ cause }: { cause: AxiosError }) => cause.response?.data as Body,
    ],
    [
      'throws one that has its answer',
      (error) => Promise.reject(Object.assign(new Error('mine'), { of: (error as AxiosError).response })),
      ({ of }: { of: { data: Body } }) => of.data,
    ],
  ])('can be read when the fallback %s', async (_, fallback, bodyOf) => {
    const body = bodyOf((await failed(fallback)) as never);
    await sleep(20);
    expect(server.busy).toBe(1);
    expect(await text(body)).toBe('busy');
  });
});
