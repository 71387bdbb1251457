import { createReadStream } from 'node:fs';
import http from 'node:http';
import { connect } from 'node:net';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import axios, { type AxiosInstance, isCancel } from 'axios';
import { attachResilience, type ResilienceHandle, type ResiliencePolicy, reportOf } from 'axios-resilience';
import { deadPort, type FlakyServer, flakyServer } from '../helpers/flaky-server.js';
import { ownServers } from '../helpers/own-servers.js';
import { eventually, rejection, settlesAtOnce, sleep } from '../helpers/settled.js';

const MISSING = '/no/such/file';
const BROKEN = Object.assign(new Error('source broke'), { code: 'ESOURCE' });
const AT_ONCE = { backoff: () => 0 };

const { listening } = ownServers();

/** A stream of which something has come already, and more is to come. */
function source(): PassThrough {
  const stream = new PassThrough();
  stream.write('abc');
  return stream;
}

describe.each(['http', 'fetch'] as const)('a stream as the body of a call, through the %s adapter', (adapter) => {
  let server: FlakyServer;
  let api: AxiosInstance;
  let resilience: ResilienceHandle;
  /** How the uploads ended, and what was asked about them. */
  let told: string[];

  beforeEach(async () => {
    server = await flakyServer(200);
    api = axios.create({ baseURL: server.url, adapter, proxy: false });
    told = [];
  });
  afterEach(() => server.close());

  const attach = (policy: ResiliencePolicy = {}) => {
    resilience = attachResilience(api, {
      ...policy,
      hooks: {
        onGiveUp: ({ method, because }) => method === 'PUT' && told.push(`gave up: ${because}`),
        onEnd: ({ method, report }) => method === 'PUT' && told.push(`ended: ${report.ended}`),
      },
    });
  };
  const put = (data: unknown, more: object = {}) =>
    api.put('/upload', data, { headers: { 'Content-Type': 'text/plain' }, ...more });
  const uploads = () => server.hits.filter(({ url }) => url === '/upload').map(({ body }) => body);
  const areHeld = (calls: number) => eventually(() => resilience.stats().queued + resilience.stats().held === calls);

  /** Takes the only slot, until it is told to give it back. */
  const fill = async (policy: ResiliencePolicy = {}) => {
    attach({ bulkhead: 1, ...policy });
    let answer: (() => void) | undefined;
    server.script((_req, res) => {
      answer = () => res.end();
    }, 200);
    const busy = api.get('/busy');
    await eventually(() => answer !== undefined);
    return () => {
      answer?.();
      return busy;
    };
  };
  const coolDown = async () => {
    attach();
    server.script({ status: 429, headers: { 'retry-after': '20' } }, 200);
    const caller = new AbortController();
    const first = rejection(api.get('/first', { signal: caller.signal }));
    await eventually(() => resilience.stats().attempts === 1 && resilience.stats().inFlight === 0);
    return () => {
      caller.abort();
      return first;
    };
  };
  const isolate = async () => {
    attach();
    await api.get('/');
    const isolation = resilience.breakers.get(server.url)?.isolate();
    return async () => isolation?.dispose();
  };

  test.each([
    ['in the queue of a bulkhead', 'breaks', fill],
    ['in the queue of a bulkhead', 'is closed before its end', fill],
    ['in a cool-down', 'breaks', coolDown],
    ['in a cool-down', 'is closed before its end', coolDown],
  ] as const)('that %s %s ends its call at once, as through axios alone, unsent', async (_where, how, hold) => {
    const release = await hold();
    const { attempts } = resilience.stats();
    const stream = source();
    const call = put(stream, {
      resilience: {
        retry: { shouldRetry: () => told.push('shouldRetry') > 0 },
        fallback: () => told.push('fallback'),
      },
    });
    const end = rejection(call);
    await areHeld(1);
    stream.destroy(how === 'breaks' ? BROKEN : undefined);
    expect(await settlesAtOnce(call)).toBe(true);
    const error = await end;
    const [ended, failures, canceled] = how === 'breaks' ? ['not-retryable', 1, 0] : ['canceled', 0, 1];
    expect({ ...error, message: error.message, cause: error.cause }).toMatchObject(
      how === 'breaks'
        ? { message: 'source broke', code: 'ESOURCE', cause: BROKEN }
        : { message: 'Request stream has been aborted', code: 'ERR_CANCELED', cause: undefined },
    );
    expect([axios.isAxiosError(error), isCancel(error), 'request' in error]).toEqual([true, canceled === 1, false]);
    expect(reportOf(error)).toMatchObject({ attempts: [], retries: 0, ended });
    expect(told).toEqual([`ended: ${ended}`]);
    expect(resilience.stats()).toMatchObject({ calls: 2, attempts, failures, canceled, queued: 0, held: 0 });
    await release();
    await sleep(10);
    expect(uploads()).toEqual([]);
  });

  test('takes no slot once it is broken, and counts for nothing in the circuit', async () => {
    const release = await fill();
    const streams = Array.from({ length: 6 }, source);
    const ends = streams.map((stream) => rejection(put(stream)));
    await areHeld(6);
    for (const stream of streams) stream.destroy(BROKEN);
    await Promise.all(ends);
    await release();
    const { state, window } = resilience.breakers.get(server.url) ?? {};
    expect([state, window]).toEqual(['closed', { calls: 1, failures: 0, consecutiveFailures: 0 }]);
    expect((await put('text')).status).toBe(200);
    expect(resilience.stats()).toMatchObject({ calls: 8, attempts: 2, successes: 2, failures: 6, inFlight: 0 });
  });

  test.each<[string, () => Promise<unknown>]>([
    ['the caller gave', () => put(createReadStream(MISSING))],
    ['resilience.body made', () => put(undefined, { resilience: { body: () => createReadStream(MISSING) } })],
  ])('of a file that is not there, which %s, ends a call in the queue, and no process', async (_, call) => {
    const release = await fill();
    expect(await rejection(call())).toMatchObject({ code: 'ENOENT', cause: { code: 'ENOENT', path: MISSING } });
    expect(told).toEqual(['ended: not-retryable']);
    await release();
  });

  test.each<[string, string, () => Promise<() => Promise<unknown>>, () => object]>([
    ['was cancelled in the queue', 'ERR_CANCELED', fill, () => ({ signal: AbortSignal.timeout(30) })],
    ['missed its deadline there', 'ERR_DEADLINE_EXCEEDED', fill, () => ({ resilience: { deadline: 30 } })],
    ['found the queue full', 'ERR_BULKHEAD_FULL', () => fill({ bulkhead: { limit: 1, queue: 0 } }), () => ({})],
    ['had no time to cool down', 'ERR_COOLING_DOWN', coolDown, () => ({ resilience: { deadline: 5_000 } })],
    ['found the circuit open', 'ERR_CIRCUIT_OPEN', isolate, () => ({})],
  ])('may break after a call that %s: it is left open, and no process ends', async (_, code, prepare, request) => {
    const release = await prepare();
    const stream = source();
    expect((await rejection(put(stream, request()))).code).toBe(code);
    expect(stream.destroyed).toBe(false);
    expect(() => stream.emit('error', BROKEN)).not.toThrow();
    expect(told.at(-1)).toMatch(/^ended/);
    expect(told.filter((one) => one.startsWith('ended'))).toHaveLength(1);
    await release();
    expect(uploads()).toEqual([]);
  });

  test.each([
    [
      'was broken',
      () =>
        source()
          .on('error', () => {})
          .destroy(BROKEN),
      'ESOURCE',
    ],
    ['was closed', () => source().destroy(), 'ERR_CANCELED'],
  ] as const)('that %s before its call was made is not sent', async (_, make, code) => {
    attach();
    const stream = make();
    await sleep(1);
    expect((await rejection(put(stream))).code).toBe(code);
    expect(resilience.stats()).toMatchObject({ calls: 1, attempts: 0 });
  });

  test('that breaks once it is on its way is for the adapter to mind', async () => {
    const alone = axios.create({ baseURL: server.url, adapter, proxy: false });
    attach({ retry: AT_ONCE });
    const [expected, error] = await Promise.all(
      [alone, api].map(async (instance) => {
        const stream = source();
        const end = rejection(instance.put('/upload', stream));
        await sleep(50);
        stream.destroy(BROKEN);
        return end;
      }),
    );
    expect(error).toMatchObject({ name: expected?.name, message: expected?.message, code: expected?.code });
    expect(resilience.stats()).toMatchObject({ calls: 1, attempts: 1, failures: 1 });
  });

  test('that beforeRetry puts in place is minded while its call is held', async () => {
    attach({ bulkhead: 1 });
    server.script(503, (_req, res) => void setTimeout(() => res.end(), 100), 200);
    const stream = source();
    let busy: Promise<unknown> | undefined;
    const beforeRetry = async (config: { data?: unknown }) => {
      config.data = stream;
      busy = api.get('/busy');
      await eventually(() => resilience.stats().inFlight === 1);
    };
    const end = rejection(put('first', { resilience: { retry: { ...AT_ONCE, beforeRetry } } }));
    await areHeld(1);
    stream.destroy(BROKEN);
    const error = await end;
    expect(error.code).toBe('ESOURCE');
    expect(reportOf(error)).toMatchObject({ attempts: [{ status: 503 }], retries: 0, ended: 'not-retryable' });
    expect([told, uploads()]).toEqual([['gave up: not-retryable', 'ended: not-retryable'], ['first']]);
    await busy;
  });

  test('has one listener of each kind from us, however many calls wait with it, or have', async () => {
    const release = await fill();
    const warnings: Error[] = [];
    const warn = (warning: Error) => void warnings.push(warning);
    process.on('warning', warn);
    const stream = source();
    for (let round = 0; round < 2; round++) {
      await Promise.all(Array.from({ length: 12 }, () => rejection(put(stream, { resilience: { deadline: 20 } }))));
    }
    expect(['error', 'close'].map((event) => stream.listenerCount(event) - source().listenerCount(event))).toEqual([
      1, 1,
    ]);
    process.off('warning', warn);
    expect(warnings).toEqual([]);
    await release();
  });
});

describe('a stream as the body of a call, through the http adapter', () => {
  let server: FlakyServer;
  let api: AxiosInstance;

  beforeEach(async () => {
    server = await flakyServer(200);
    api = axios.create({ baseURL: server.url, adapter: 'http', proxy: false });
  });
  afterEach(() => server.close());

  test.each([
    ['', {}],
    [', unless beforeRetry has put another in its place', { beforeRetry: true }],
  ])(
    'that breaks in the wait for a retry ends it%s',
    async (_, { beforeRetry: replaces }: { beforeRetry?: boolean }) => {
      attachResilience(api);
      const stream = new PassThrough();
      let waitsSince = 0;
      const backoff = () => {
        waitsSince = performance.now();
        setImmediate(() => stream.destroy(BROKEN));
        return replaces ? 300 : 10_000;
      };
      const beforeRetry = (config: object) => void Object.assign(config, { url: server.url, data: 'new' });
      const retry = { backoff, ...(replaces && { beforeRetry }) };
      const end = await api
        .put(`http://127.0.0.1:${await deadPort()}/`, stream, { resilience: { retry } })
        .catch((e) => e);
      const waited = performance.now() - waitsSince;
      if (replaces) {
        expect([end.status, server.hits.map(({ body }) => body), waited > 290]).toEqual([200, ['new'], true]);
      } else {
        expect([end.code, reportOf(end)?.attempts.length, waited < 5_000]).toEqual(['ESOURCE', 1, true]);
      }
    },
  );

  test('that was read to its end goes out as an empty body, as through axios alone', async () => {
    attachResilience(api);
    const stream = source().end();
    await stream.toArray();
    await sleep(1);
    expect([stream.destroyed, (await api.put('/', stream)).status]).toEqual([true, 200]);
    expect(server.hits.map(({ body }) => body)).toEqual(['']);
  });

  test('that comes from a client who hangs up ends its call in the queue', async () => {
    attachResilience(api, { bulkhead: 1 });
    server.script('hang');
    const stop = new AbortController();
    const busy = rejection(api.get('/busy', { signal: stop.signal }));
    await eventually(() => server.hits.length === 1);
    let end: Promise<Error & { code?: string }> | undefined;
    const proxy = http.createServer((req) => {
      end = rejection(api.put('/', req));
    });
    const client = connect(await listening(proxy), '127.0.0.1');
    client.write('PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nabc');
    await eventually(() => end !== undefined);
    client.destroy();
    expect(await end).toMatchObject({ message: 'aborted', code: 'ECONNRESET' });
    stop.abort();
    await busy;
    expect(server.hits).toHaveLength(1);
  });
});
