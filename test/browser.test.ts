import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { Browser, JSHandle, Page } from 'playwright-core';
import { type Bundle, type Consumer, consumer } from './browser/bundle.js';
import { launch } from './browser/chromium.js';
import type { Lab } from './browser/page.js';
import { deadPort, type FlakyServer, flakyServer, requestsIn, type Step } from './helpers/flaky-server.js';
import { eventually } from './helpers/settled.js';

// The package as a site's users get it: packed, installed, bundled, minified, and run in Chromium against servers that fail.

jest.setTimeout(30_000);

/** No call that is cut short takes longer, however slow the machine; if nothing cut it, each would last 10 s or more. */
const PROMPTLY = 3_000;

const ADAPTERS = ['xhr', 'fetch'] as const;
type Adapter = (typeof ADAPTERS)[number];

/** An answer on a connection of its own: on one that was kept alive, the browser sends a lost request again by itself. */
const answer = (status: number, headers: Record<string, string> = {}, body = '"hello"'): Step => ({
  status,
  headers: { connection: 'close', 'cache-control': 'no-store', ...headers },
  body,
});
const OK = answer(200);
const UNAVAILABLE = answer(503);

const CLOSED = { connection: 'close' };

const CORS = { 'access-control-allow-origin': '*' };

/** What the package may add to a page that has axios, minified and gzipped. */
const MAX_BYTES = 27_400;
/** The same by `require`, of which nothing can be left out. */
const MAX_BYTES_REQUIRED = 54_500;

const CANCELED = {
  error: { name: 'CanceledError', code: 'ERR_CANCELED', isAxiosError: true, isCancel: true, isResilienceError: false },
  report: { ended: 'canceled' },
};

const HTML = '<!doctype html><link rel="icon" href="data:,"><script type="module" src="/page.js"></script>';

/** What the browser itself says of requests that fail. */
const NETWORK_MESSAGE = /^(Failed to load resource: |Access to (fetch|XMLHttpRequest) at )/;

interface Message {
  readonly type: string;
  readonly text: string;
  /** What was given after the text. */
  readonly fields: Promise<unknown>;
}

let site: Consumer;
let browser: Browser;
let page: Page;
let lab: JSHandle<Lab>;
/** Serves the page, and the API that is on its origin. */
let server: FlakyServer;
/** An API on another origin. */
let other: FlakyServer;
let bundle: Bundle;
const errors: string[] = [];
const messages: Message[] = [];

async function open(url: string): Promise<{ page: Page; lab: JSHandle<Lab> }> {
  server.script(answer(200, { 'content-type': 'text/html' }, HTML), {
    status: 200,
    headers: { 'content-type': 'text/javascript', connection: 'close' },
    body: bundle.code,
  });
  const opened = await browser.newPage();
  opened.on('pageerror', (error) => errors.push(String(error)));
  opened.on('console', (message) => {
    const fields = Promise.resolve(message.args()[1]?.jsonValue()).catch(() => undefined);
    messages.push({ type: message.type(), text: message.text(), fields });
  });
  await opened.goto(url);
  await opened.waitForFunction(() => 'lab' in globalThis);
  return { page: opened, lab: await opened.evaluateHandle(() => (globalThis as unknown as { lab: Lab }).lab) };
}

beforeAll(async () => {
  browser = await launch();
  server = await flakyServer();
  site = consumer();
  bundle = await site.bundle({ file: 'page.ts' });
  ({ page, lab } = await open(server.url));
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await server?.close();
  site?.remove();
}, 60_000);

/** What was requested since the test began. */
const requests = (of = server, from = of === server ? hitsBefore : 0) => requestsIn(of.hits.slice(from));
const waitsBetween = (of: FlakyServer, from = 0) =>
  of.hits.slice(from).flatMap(({ at }, i, hits) => (i === 0 ? [] : [at - (hits[i - 1]?.at ?? 0)]));
let hitsBefore = 0;

beforeEach(async () => {
  hitsBefore = server.hits.length;
  other = await flakyServer();
});

/** Nothing may reach the console, and nothing may go unhandled, but what the browser itself says of the network. */
afterEach(async () => {
  await other.close();
  const unhandled = await page.evaluate((lab) => lab.unhandled.splice(0), lab);
  const said = messages.splice(0).filter(({ type, text }) => type === 'error' && !NETWORK_MESSAGE.test(text));
  const unexpected = said.map(({ text }) => text);
  expect({ unhandled, errors: errors.splice(0), unexpected }).toEqual({ unhandled: [], errors: [], unexpected: [] });
});

describe.each(ADAPTERS)('in Chromium, through the %s adapter', (adapter) => {
  test('503, 503, 200: three requests, and the page sees the 200 and its report', async () => {
    server.script(UNAVAILABLE, UNAVAILABLE, OK);
    const ending = await page.evaluate(
      ({ lab, adapter }) => {
        const { api } = lab.attached({ adapter }, { retry: { backoff: { baseDelay: 10 } } });
        return lab.ending(api.get('/users'));
      },
      { lab, adapter },
    );
    expect(requests()).toEqual(['GET /users', 'GET /users', 'GET /users']);
    expect(ending).toMatchObject({ status: 200, data: 'hello', error: undefined });
    expect(ending.report).toMatchObject({
      attempts: [
        { attempt: 1, status: 503, code: 'ERR_BAD_RESPONSE', failure: 'status' },
        { attempt: 2, status: 503, code: 'ERR_BAD_RESPONSE', failure: 'status' },
        { attempt: 3, status: 200 },
      ],
      retries: 2,
      ended: 'success',
    });
  });

  test('four requests at most: the last 503 is the error, as axios makes it', async () => {
    server.script(UNAVAILABLE);
    const ending = await page.evaluate(
      ({ lab, adapter }) => {
        const { api } = lab.attached({ adapter }, { retry: { backoff: { baseDelay: 10 } } });
        return lab.ending(api.get('/users'));
      },
      { lab, adapter },
    );
    expect(requests()).toHaveLength(4);
    expect(ending).toMatchObject({
      status: 503,
      error: {
        name: 'AxiosError',
        code: 'ERR_BAD_RESPONSE',
        message: 'Request failed with status code 503',
        isResilienceError: false,
      },
      report: { retries: 3, ended: 'max-retries' },
    });
  });

  describe('Retry-After', () => {
    /** Of the backoff's own it would be 1 ms. */
    const call = ({ lab, adapter, url }: { lab: Lab; adapter: Adapter; url: string }) => {
      const { api } = lab.attached({ adapter, baseURL: url }, { retry: { backoff: () => 1 } });
      return lab.ending(api.get('/users'));
    };

    test('from the page’s own origin: waited for', async () => {
      server.script(answer(503, { 'retry-after': '1' }), OK);
      const ending = await page.evaluate(call, { lab, adapter, url: '' });
      expect(ending.status).toBe(200);
      expect(ending.report?.attempts[0]).toMatchObject({ retryAfterMs: 1_000 });
      expect(requests()).toEqual(['GET /users', 'GET /users']);
      expect(waitsBetween(server, hitsBefore)[0]).toBeGreaterThanOrEqual(999);
    });

    test('from another origin, exposed: waited for', async () => {
      const exposed = { ...CORS, 'access-control-expose-headers': 'Retry-After', 'retry-after': '1' };
      other.script(answer(503, exposed), answer(200, CORS));
      const ending = await page.evaluate(call, { lab, adapter, url: other.url });
      expect(ending.status).toBe(200);
      expect(ending.report?.attempts[0]).toMatchObject({ retryAfterMs: 1_000 });
      expect(ending.report?.waitedMs).toBeGreaterThanOrEqual(999);
      expect(requests(other)).toEqual(['GET /users', 'GET /users']);
      expect(waitsBetween(other)[0]).toBeGreaterThanOrEqual(999);
    });

    test('from another origin, not exposed: the page cannot see it, the backoff decides', async () => {
      other.script(answer(503, { ...CORS, 'retry-after': '30' }), answer(200, CORS));
      const ending = await page.evaluate(call, { lab, adapter, url: other.url });
      expect(ending.status).toBe(200);
      expect(ending.report?.attempts[0]).toMatchObject({ status: 503, delayMs: 1 });
      expect(ending.report?.attempts[0]).not.toHaveProperty('retryAfterMs');
      expect(requests(other)).toEqual(['GET /users', 'GET /users']);
    });

    test('on an answer without CORS headers: all that the page sees is a network error', async () => {
      other.script(answer(503, { 'retry-after': '30' }), answer(200, CORS));
      const ending = await page.evaluate(call, { lab, adapter, url: other.url });
      expect(ending.status).toBe(200);
      expect(ending.report?.attempts[0]).toMatchObject({ code: 'ERR_NETWORK', failure: 'read', delayMs: 1 });
      expect(requests(other)).toEqual(['GET /users', 'GET /users']);
    });
  });

  describe('a POST is not sent twice', () => {
    const call = ({ lab, adapter, url }: { lab: Lab; adapter: Adapter; url: string }) => {
      const { api } = lab.attached({ adapter, baseURL: url }, { retry: { backoff: () => 1 } });
      return lab.ending(api.post('/orders', 'item=7'));
    };

    test('when it is answered 503', async () => {
      server.script(UNAVAILABLE, OK);
      const ending = await page.evaluate(call, { lab, adapter, url: '' });
      expect(requests()).toEqual(['POST /orders']);
      expect(ending).toMatchObject({ status: 503, report: { retries: 0, ended: 'method-not-allowed' } });
    });

    test('when the connection is lost', async () => {
      other.script('reset', OK);
      const ending = await page.evaluate(call, { lab, adapter, url: other.url });
      expect(requests(other)).toEqual(['POST /orders']);
      expect(ending).toMatchObject({
        error: { code: 'ERR_NETWORK', message: 'Network Error' },
        report: { retries: 0, ended: 'method-not-allowed' },
      });
    });

    test.each([
      ['the connection was refused', async () => `http://127.0.0.1:${await deadPort()}`],
      ['there is no such host', async () => 'http://nowhere.test'],
      ['TLS failed', async () => other.url.replace('http:', 'https:')],
    ])('nor when %s, for a browser does not tell', async (_name, urlOf) => {
      const ending = await page.evaluate(call, { lab, adapter, url: await urlOf() });
      expect(requests(other)).toEqual([]);
      expect(ending).toMatchObject({
        error: { code: 'ERR_NETWORK', message: 'Network Error' },
        report: { attempts: [{ failure: 'read' }], retries: 0, ended: 'method-not-allowed' },
      });
    });

    test('but with an Idempotency-Key it is, to another origin if that allows the header', async () => {
      let posts = 0;
      const allow = { ...CORS, 'access-control-allow-headers': 'Content-Type, Idempotency-Key' };
      other.script((req, res) => {
        const status = req.method === 'OPTIONS' ? 204 : ++posts === 1 ? 503 : 200;
        res.writeHead(status, { ...allow, connection: 'close' }).end();
      });
      const ending = await page.evaluate(
        ({ lab, adapter, url }) => {
          const { api } = lab.attached(
            { adapter, baseURL: url },
            { retry: { backoff: () => 1, idempotencyKey: true } },
          );
          return lab.ending(api.post('/orders', { item: 7 }));
        },
        { lab, adapter, url: other.url },
      );
      const [preflight] = other.hits;
      const keys = other.hits.filter(({ method }) => method === 'POST').map((hit) => hit.headers['idempotency-key']);
      expect(ending).toMatchObject({ status: 200, report: { retries: 1 } });
      expect(preflight).toMatchObject({ method: 'OPTIONS' });
      expect(preflight?.headers['access-control-request-headers']).toBe('content-type,idempotency-key');
      expect(keys).toEqual([expect.any(String), keys[0]]);
    });

    test('nor does the key need TLS: both requests carry the same, also where the page is not served over TLS', async () => {
      const insecure = await open(server.url.replace('127.0.0.1', 'page.test'));
      const before = server.hits.length;
      server.script(UNAVAILABLE, OK);
      const { secure, status } = await insecure.page.evaluate(
        async ({ lab, adapter }) => {
          const { api } = lab.attached({ adapter }, { retry: { backoff: () => 1, idempotencyKey: true } });
          const { status } = await lab.ending(api.post('/orders', { item: 7 }));
          return { secure: isSecureContext, status };
        },
        { lab: insecure.lab, adapter },
      );
      await insecure.page.close();
      const sent = server.hits.slice(before).map(({ body, headers }) => ({ body, key: headers['idempotency-key'] }));
      expect({ secure, status }).toEqual({ secure: false, status: 200 });
      expect(sent).toEqual(
        Array(2).fill({ body: '{"item":7}', key: expect.stringMatching(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/) }),
      );
      expect(sent[0]).toEqual(sent[1]);
    });
  });

  describe('lost on the way', () => {
    const call = ({ lab, adapter, url, progress }: { lab: Lab; adapter: Adapter; url: string; progress?: boolean }) => {
      const { api } = lab.attached({ adapter, baseURL: url }, { retry: { backoff: () => 1 } });
      return lab.ending(api.get('/users', progress ? { onDownloadProgress: () => {} } : {}));
    };
    const fine = answer(200, CORS);
    const cut: Step = (req, res) => {
      res.writeHead(200, { ...CORS, 'content-type': 'application/json', 'content-length': 100 });
      res.write('{"half":', () => setTimeout(() => req.socket.destroy(), 10));
    };
    const cutChunked: Step = (req, res) => {
      res.writeHead(200, { ...CORS, 'content-type': 'application/json' });
      res.write('{"half":', () => setTimeout(() => req.socket.destroy(), 10));
    };

    test.each<[string, Step, boolean]>([
      ['a connection, before the answer', 'reset', false],
      ['half a body of known length', cut, false],
      ['half a body of unknown length', cutChunked, false],
      ['half a body of known length, with a progress bar', cut, true],
      ['half a body of unknown length, with a progress bar', cutChunked, true],
    ])('%s: the request is sent again', async (_name, step, progress) => {
      other.script(step, fine);
      const ending = await page.evaluate(call, { lab, adapter, url: other.url, progress });
      expect(requests(other)).toEqual(['GET /users', 'GET /users']);
      expect(ending).toMatchObject({
        status: 200,
        data: 'hello',
        report: { attempts: [{ failure: 'read' }, { status: 200 }], retries: 1, ended: 'success' },
      });
    });

    test('a connection that is refused: sent again, and after the last time axios’s own error', async () => {
      const url = `http://127.0.0.1:${await deadPort()}`;
      const ending = await page.evaluate(call, { lab, adapter, url });
      expect(ending).toMatchObject({
        error: { name: 'AxiosError', code: 'ERR_NETWORK', message: 'Network Error' },
        report: { retries: 3, ended: 'max-retries' },
      });
    });
  });

  describe('a cancelled call rejects at once', () => {
    test('in an attempt, and the server sees it go', async () => {
      other.script('hang');
      const ended = page.evaluate(
        ({ lab, adapter, url }) => {
          const { api } = lab.attached({ adapter, baseURL: url });
          return lab.ending(api.get('/users', { signal: lab.canceller().signal }));
        },
        { lab, adapter, url: other.url },
      );
      await eventually(() => other.hits.length === 1);
      const canceledAt = await page.evaluate((lab) => lab.cancel(), lab);
      const ending = await ended;
      await eventually(() => other.busy === 0);
      expect(ending).toMatchObject(CANCELED);
      expect(ending.at - canceledAt).toBeLessThan(PROMPTLY);
      expect(requests(other)).toEqual(['GET /users']);
    });

    test('in a wait, with no further request', async () => {
      server.script(UNAVAILABLE);
      const { ending, canceledAt } = await page.evaluate(
        async ({ lab, adapter }) => {
          const { api, handle } = lab.attached({ adapter }, { retry: { backoff: () => 20_000 } });
          const call = lab.ending(api.get('/users', { signal: lab.canceller().signal }));
          await new Promise((resolve) => handle.subscribe({ onRetry: resolve }));
          await lab.turn();
          const canceledAt = lab.cancel();
          return { ending: await call, canceledAt };
        },
        { lab, adapter },
      );
      expect(ending).toMatchObject(CANCELED);
      expect(ending.report?.attempts).toEqual([expect.objectContaining({ status: 503, delayMs: 20_000 })]);
      expect(ending.at - canceledAt).toBeLessThan(PROMPTLY);
      expect(requests()).toEqual(['GET /users']);
    });

    test('in the queue, with nothing sent', async () => {
      other.script('hang');
      const { ending, canceledAt, first, stats } = await page.evaluate(
        async ({ lab, adapter, url }) => {
          const { api, handle } = lab.attached({ adapter, baseURL: url }, { bulkhead: 1 });
          const ahead = new AbortController();
          const first = lab.ending(api.get('/first', { signal: ahead.signal }));
          const second = lab.ending(api.get('/second', { signal: lab.canceller().signal }));
          await lab.until(() => handle.stats().queued === 1);
          const canceledAt = lab.cancel();
          const ending = await second;
          ahead.abort();
          return { ending, canceledAt, first: await first, stats: handle.stats() };
        },
        { lab, adapter, url: other.url },
      );
      expect(ending).toMatchObject({ ...CANCELED, report: { attempts: [], retries: 0, ended: 'canceled' } });
      expect(ending.at - canceledAt).toBeLessThan(PROMPTLY);
      expect(first).toMatchObject(CANCELED);
      expect(requests(other).filter((request) => request !== 'GET /first')).toEqual([]);
      expect(stats).toMatchObject({ canceled: 2, inFlight: 0, queued: 0 });
    });
  });

  describe('a call that takes too long', () => {
    test('attemptTimeout ends an attempt, and the next one may succeed', async () => {
      other.script('hang', answer(200, CORS));
      const ending = await page.evaluate(
        ({ lab, adapter, url }) => {
          const policy = { attemptTimeout: 1_000, retry: { backoff: () => 1 } };
          return lab.ending(lab.attached({ adapter, baseURL: url }, policy).api.get('/users'));
        },
        { lab, adapter, url: other.url },
      );
      expect(requests(other)).toEqual(['GET /users', 'GET /users']);
      expect(ending).toMatchObject({
        status: 200,
        report: { attempts: [{ code: 'ETIMEDOUT', failure: 'timeout' }, { status: 200 }], ended: 'success' },
      });
      expect(ending.report?.attempts[0]?.durationMs).toBeGreaterThanOrEqual(999);
    });

    test('attemptTimeout, deadline and axios’s own timeout each say which of them it was', async () => {
      other.script('hang');
      const endings = await page.evaluate(
        ({ lab, adapter, url }) => {
          const { api } = lab.attached({ adapter, baseURL: url }, { retry: false });
          return Promise.all([
            lab.ending(api.get('/1', { resilience: { attemptTimeout: 200 } })),
            lab.ending(api.get('/2', { resilience: { deadline: 300 } })),
            lab.ending(api.get('/3', { timeout: 400 })),
          ]);
        },
        { lab, adapter, url: other.url },
      );
      await eventually(() => other.busy === 0);
      expect(endings.map(({ error }) => error)).toMatchObject([
        { code: 'ETIMEDOUT', message: 'attemptTimeout of 200 ms exceeded', isResilienceError: false },
        {
          code: 'ERR_DEADLINE_EXCEEDED',
          message: 'deadline of 300 ms exceeded',
          isResilienceError: true,
          isAxiosError: true,
          scope: other.url,
        },
        {
          code: adapter === 'xhr' ? 'ECONNABORTED' : 'ETIMEDOUT',
          message: 'timeout of 400ms exceeded',
          isResilienceError: false,
        },
      ]);
      expect(endings.map(({ report }) => report?.ended)).toEqual(['max-retries', 'deadline', 'max-retries']);
      for (const { report } of endings) expect(report?.elapsedMs).toBeLessThan(400 + PROMPTLY);
    });

    test('deadline ends a wait too, with the last failure as the cause', async () => {
      server.script(UNAVAILABLE);
      const ending = await page.evaluate(
        ({ lab, adapter }) => {
          // The wait as decided would end in time, but a hook holds it up.
          const retry = { backoff: () => 1, beforeRetry: () => new Promise<void>(() => {}) };
          return lab.ending(lab.attached({ adapter }, { deadline: 500, retry }).api.get('/users'));
        },
        { lab, adapter },
      );
      expect(requests()).toEqual(['GET /users']);
      expect(ending).toMatchObject({
        error: {
          code: 'ERR_DEADLINE_EXCEEDED',
          message: 'deadline of 500 ms exceeded; last failure: Request failed with status code 503',
          cause: { code: 'ERR_BAD_RESPONSE' },
        },
        report: { ended: 'deadline' },
      });
    });
  });

  test('what a page may not ask for does not open the circuit of a host that answers, nor does a page that is offline', async () => {
    const good = answer(200, CORS);
    other.script(good, OK, OK, OK, good);
    const attached = await page.evaluateHandle(
      ({ lab, adapter, baseURL }) =>
        lab.attached(
          { adapter, baseURL },
          { retry: { backoff: () => 0, budget: false }, breaker: { consecutive: 2, minimumDuration: 0 } },
        ),
      { lab, adapter, baseURL: other.url },
    );
    const ending = async (path: string) => {
      const { status, error } = await page.evaluate(({ lab, attached, path }) => lab.ending(attached.api.get(path)), {
        lab,
        attached,
        path,
      });
      return status ?? error?.code;
    };
    expect([await ending('/answered'), await ending('/kept-back')]).toEqual([200, 200]);
    await page.context().setOffline(true);
    expect([await ending('/offline'), await ending('/offline')]).toEqual(['ERR_NETWORK', 'ERR_NETWORK']);
    await page.context().setOffline(false);
    expect(await ending('/online')).toBe(200);
    const state = await attached.evaluate(({ handle }, scope) => handle.breakers.get(scope)?.state, other.url);
    expect([state, requests(other).length]).toEqual(['closed', 6]);
  });

  test.each(['the host is lost', 'the page is offline'])(
    'an open circuit lets one probe through, and no more, when %s',
    async (loss) => {
      const failed = answer(503, CORS);
      other.script(answer(200, CORS), failed, failed, 'reset', 'reset');
      const attached = await page.evaluateHandle(
        ({ lab, adapter, baseURL }) =>
          lab.attached(
            { adapter, baseURL },
            { retry: false, breaker: { consecutive: 2, minimumDuration: 0, openFor: 100 } },
          ),
        { lab, adapter, baseURL: other.url },
      );
      const ending = ({ lab, attached }: { lab: Lab; attached: ReturnType<Lab['attached']> }) =>
        lab.ending(attached.api.get('/'));
      for (const status of [200, 503, 503])
        expect(await page.evaluate(ending, { lab, attached })).toMatchObject({ status });
      await page.context().setOffline(loss === 'the page is offline');
      const { probe, next } = await page.evaluate(
        async ({ lab, attached: { api, handle }, scope }) => {
          await lab.until(() => handle.breakers.get(scope)?.retryInMs === 0);
          return { probe: await lab.ending(api.get('/probe')), next: await lab.ending(api.get('/next')) };
        },
        { lab, attached, scope: other.url },
      );
      await page.context().setOffline(false);
      expect([probe.error?.code, next.error?.code]).toEqual(['ERR_NETWORK', 'ERR_CIRCUIT_OPEN']);
    },
  );

  test('the circuit opens, refuses without a request, probes, and closes', async () => {
    server.script(UNAVAILABLE, UNAVAILABLE, OK);
    const { failed, refused, retryInMs, probe, after, states, keys } = await page.evaluate(
      async ({ lab, adapter }) => {
        const states: string[] = [];
        const { api, handle } = lab.attached(
          { adapter },
          {
            retry: false,
            breaker: { consecutive: 2, minimumDuration: 0, openFor: 500 },
            hooks: { onStateChange: ({ from, to }) => states.push(`${from} → ${to}`) },
          },
        );
        const failed = [await lab.ending(api.get('/1')), await lab.ending(api.get('/2'))];
        const refused = await lab.ending(api.get('/refused'));
        const breaker = handle.breakers.get(location.origin);
        const retryInMs = breaker?.retryInMs;
        await lab.until(() => breaker?.retryInMs === 0);
        const probe = await lab.ending(api.get('/probe'));
        const after = await lab.ending(api.get('/after'));
        return { failed, refused, retryInMs, probe, after, states, keys: [...handle.breakers.keys()] };
      },
      { lab, adapter },
    );
    expect(requests()).toEqual(['GET /1', 'GET /2', 'GET /probe', 'GET /after']);
    expect(failed.map(({ status }) => status)).toEqual([503, 503]);
    expect(refused).toMatchObject({
      error: {
        code: 'ERR_CIRCUIT_OPEN',
        message: `Circuit of ${server.url} is open`,
        isAxiosError: true,
        isResilienceError: true,
        cause: { message: 'Request failed with status code 503' },
      },
      report: { retries: 0, ended: 'circuit-open' },
    });
    expect(retryInMs).toBeGreaterThan(0);
    expect([probe.status, after.status]).toEqual([200, 200]);
    expect(states).toEqual(['closed → open', 'open → half-open', 'half-open → closed']);
    expect(keys).toEqual([server.url]);
  });

  test('a relative URL belongs to the page’s origin, an absolute one to its own', async () => {
    server.script(OK);
    other.script(answer(200, CORS));
    const scopes = await page.evaluate(
      async ({ lab, adapter, url }) => {
        const { api, handle } = lab.attached({ adapter });
        await Promise.all([api.get('/a'), api.get('b'), api.get('c', { baseURL: '/api' }), api.get(`${url}/d`)]);
        return Object.fromEntries(Object.entries(handle.stats().scopes).map(([name, { calls }]) => [name, calls]));
      },
      { lab, adapter, url: other.url },
    );
    expect(scopes).toEqual({ [server.url]: 3, [other.url]: 1 });
    expect(requests().sort()).toEqual(['GET /a', 'GET /api/c', 'GET /b']);
    expect(requests(other)).toEqual(['GET /d']);
  });

  test('to what its <base> says, as soon as it has one', async () => {
    server.script(OK);
    const based = await open(server.url);
    other.script(answer(503, CORS), answer(200, CORS));
    const { url, scopes } = await based.page.evaluate(
      async ({ lab, adapter, url }) => {
        const { api, handle } = lab.attached({ adapter }, { retry: { backoff: () => 1 } });
        await api.get('users');
        document.head.append(Object.assign(document.createElement('base'), { href: `${url}/v1/` }));
        const retried = new Promise<string>((resolve) => handle.subscribe({ onRetry: ({ url }) => resolve(url) }));
        await api.get('users');
        return { url: await retried, scopes: Object.keys(handle.stats().scopes) };
      },
      { lab: based.lab, adapter, url: other.url },
    );
    await based.page.close();
    expect({ url, scopes }).toEqual({ url: `${other.url}/v1/users`, scopes: [server.url, other.url] });
    expect(requests(other)).toEqual(['GET /v1/users', 'GET /v1/users']);
  });

  test('the console as logger gets a message and its fields for each retry', async () => {
    server.script(UNAVAILABLE, OK);
    await page.evaluate(
      ({ lab, adapter }) => {
        const { api } = lab.attached({ adapter }, { logger: console, retry: { backoff: () => 1 } });
        return lab.ending(api.get('/users?token=secret'));
      },
      { lab, adapter },
    );
    const ours = () => messages.filter(({ text }) => text.startsWith('axios-resilience: '));
    await eventually(() => ours().length === 2);
    const [retried, recovered] = ours();
    expect(retried).toMatchObject({
      type: 'warning',
      text: expect.stringMatching(/^axios-resilience: attempt 1 failed \(status\), again in 1 ms /),
    });
    expect(await retried?.fields).toMatchObject({
      'http.request.method': 'GET',
      'url.full': `${server.url}/users?token=REDACTED`,
      'http.response.status_code': 503,
      'resilience.scope': server.url,
      'resilience.because': 'status',
    });
    expect(recovered).toMatchObject({
      type: 'info',
      text: expect.stringMatching(/^axios-resilience: recovered after 1 retry /),
    });
    expect(await recovered?.fields).toMatchObject({ 'http.request.resend_count': 1, 'resilience.attempts': 2 });
  });

  test('errors keep their names when the site minifies its code', async () => {
    server.script(UNAVAILABLE);
    other.script('hang');
    const names = await page.evaluate(
      async ({ lab, adapter, url }) => {
        const { api } = lab.attached(
          { adapter },
          { retry: false, bulkhead: { limit: 1, queue: 0 }, breaker: { consecutive: 1, minimumDuration: 0 } },
        );
        const timedOut = [{ attemptTimeout: 50 }, { deadline: 50 }].map((resilience, i) =>
          lab.ending(api.get(url, { resilience: { ...resilience, scope: String(i) } })),
        );
        const [, full] = await Promise.all([lab.ending(api.get('/')), lab.ending(api.get('/'))]);
        const endings = [...(await Promise.all(timedOut)), full, await lab.ending(api.get('/'))];
        return endings.map(({ error }) => error?.name);
      },
      { lab, adapter, url: other.url },
    );
    expect(names).toEqual(['AttemptTimeoutError', 'DeadlineExceededError', 'BulkheadFullError', 'CircuitOpenError']);
  });
});

test('a body that streams through fetch is the page’s, and its signal still ends it', async () => {
  other.script((_req, res) => {
    res.writeHead(200, CORS).write('a');
  });
  const { first, second } = await page.evaluate(
    async ({ lab, url }) => {
      const { api } = lab.attached({ adapter: 'fetch', baseURL: url }, { attemptTimeout: 300 });
      const { signal } = lab.canceller();
      const { data } = await api.get<ReadableStream<Uint8Array>>('/', { responseType: 'stream', signal });
      const reader = data.getReader();
      const first = await reader.read();
      // Longer than an attempt may take: this one ended when the headers were in.
      await new Promise((resolve) => setTimeout(resolve, 400));
      lab.cancel();
      const second = await reader.read().catch((error) => error.code);
      return { first: first.value?.length, second };
    },
    { lab, url: other.url },
  );
  expect({ first, second }).toEqual({ first: 1, second: 'ERR_CANCELED' });
  await eventually(() => other.busy === 0);
  expect(requests(other)).toEqual(['GET /']);
});

describe.each(ADAPTERS)('what no page can prevent, through the %s adapter', (adapter) => {
  test('the browser sends a POST again by itself when a connection that was kept alive is lost', async () => {
    const used = new WeakSet<object>();
    let lost = 0;
    other.script((req, res) => {
      if (lost === 0 && used.has(req.socket)) {
        lost++;
        req.socket.destroy();
      }
      used.add(req.socket);
      res.writeHead(200, CORS).end('{}');
    });
    const send = () =>
      page.evaluate(
        ({ lab, adapter, url }) => {
          const { api } = lab.attached({ adapter, baseURL: url }, { retry: false });
          return lab.ending(api.post('/orders', 'item=7'));
        },
        { lab, adapter, url: other.url },
      );
    let calls = 0;
    for (; lost === 0 && calls < 50; calls++) {
      expect(await send()).toMatchObject({ status: 200, report: { attempts: [{ attempt: 1 }], ended: 'success' } });
    }
    expect(lost).toBe(1);
    expect(requests(other)).toHaveLength(calls + 1);
  });
});

describe.each(ADAPTERS)('the browser’s cache, through the %s adapter', (adapter) => {
  const PASSED_BY = { 'Cache-Control': 'no-cache' };

  test.each<[string, object, number, number]>([
    ['answers all retries with a 503 that may be stored', {}, 503, 1],
    ['does not, where it is passed by', PASSED_BY, 200, 3],
  ])('%s', async (_name, headers, status, sent) => {
    const stored = answer(503, { 'cache-control': 'max-age=60' });
    server.script(stored, stored, OK);
    const ending = await page.evaluate(
      ({ lab, adapter, headers, url }) => {
        const { api } = lab.attached({ adapter, headers }, { retry: { backoff: () => 1 } });
        return lab.ending(api.get(url));
      },
      { lab, adapter, headers, url: `/stored/${adapter}/${status}` },
    );
    expect(ending.status).toBe(status);
    expect(requests()).toHaveLength(sent);
  });

  test.each<[string, object, string]>([
    ['has a hedge wait for the first answer', {}, 'slow'],
    ['does not, where it is passed by', PASSED_BY, 'quick'],
  ])('%s', async (_name, headers, data) => {
    const slow: Step = (_req, res) => void setTimeout(() => res.writeHead(200, CLOSED).end('"slow"'), 1_000);
    server.script(slow, answer(200, {}, '"quick"'));
    const ending = await page.evaluate(
      ({ lab, adapter, headers, url }) => {
        const { api } = lab.attached({ adapter, headers }, { hedge: { delay: 50 } });
        return lab.ending(api.get(url));
      },
      { lab, adapter, headers, url: `/hedged/${adapter}/${data}` },
    );
    expect(ending.data).toBe(data);
  });
});

describe.each(ADAPTERS)('the browser’s queue, through the %s adapter', (adapter) => {
  test.each<[string, number, boolean]>([
    ['counts for attemptTimeout', 256, true],
    ['does not fill while the bulkhead lets no more than six through', 6, false],
  ])('%s', async (_name, bulkhead, fail) => {
    other.script((_req, res) => void setTimeout(() => res.writeHead(200, CORS).end(), 400));
    const failures = await page.evaluate(
      async ({ lab, adapter, bulkhead, url }) => {
        const { api } = lab.attached({ adapter, baseURL: url }, { bulkhead, attemptTimeout: 1_000 });
        const calls = Array.from({ length: 30 }, () => lab.ending(api.post('/', 'item=7')));
        return (await Promise.all(calls)).flatMap(({ error }) => (error ? [error.name] : []));
      },
      { lab, adapter, bulkhead, url: other.url },
    );
    expect([failures.length > 0, new Set(failures)]).toEqual([fail, new Set(fail ? ['AttemptTimeoutError'] : [])]);
  });
});

describe('the bundle', () => {
  const AXIOS = "import axios from 'axios'; globalThis.site = { axios };";
  const WITH = AXIOS.replace('axios }', 'axios, attachResilience, isResilienceError, reportOf }');
  const IMPORT = "import { attachResilience, isResilienceError, reportOf } from 'axios-resilience';";
  const kB = (bytes: number) => `${(bytes / 1_000).toFixed(1)} kB`;

  test('holds nothing of Node, and one axios', () => {
    const packages = new Set(bundle.files.map((file) => /^node_modules\/([^/]+)/.exec(file)?.[1] ?? file));
    expect([...packages].sort()).toEqual([
      'axios',
      'axios-resilience',
      'axios-retry',
      'cockatiel',
      'is-retry-allowed',
      'page.ts',
    ]);
    expect(bundle.imports).toEqual([]);
    expect(bundle.files.filter((file) => /\bnode:|\/node\/|adapters\/http|\.cjs$|\/cjs\//.test(file))).toEqual([]);
    expect(/\brequire\(/.exec(bundle.code)).toBeNull();
    expect(/addRequest|diagnostics_channel|getBuffer/.exec(bundle.code)).toBeNull();
  });

  test(`adds less than ${kB(MAX_BYTES)} to axios, minified and gzipped`, async () => {
    const [alone, together, guard] = await Promise.all([
      site.bundle({ source: AXIOS }),
      site.bundle({ source: IMPORT + WITH }),
      site.bundle({ source: "export { isResilienceError } from 'axios-resilience';" }),
    ]);
    const added = together.gzipped - alone.gzipped;
    console.info(
      `axios alone ${kB(alone.gzipped)}, with axios-resilience ${kB(together.gzipped)}: ${kB(added)} more;`,
      `isResilienceError alone ${kB(guard.gzipped)}`,
    );
    expect(added).toBeLessThan(MAX_BYTES);
  });

  test(`by require it adds less than ${kB(MAX_BYTES_REQUIRED)}, and asks for nothing of Node either`, async () => {
    const required = AXIOS.replace("import axios from 'axios'", "const axios = require('axios')");
    const [alone, together] = await Promise.all([
      site.bundle({ source: required }),
      site.bundle({ source: `${required} globalThis.site.resilience = require('axios-resilience');` }),
    ]);
    expect(together.gzipped - alone.gzipped).toBeLessThan(MAX_BYTES_REQUIRED);
    expect(together.imports).toEqual([]);
  });
});

test('the watch over the page hears of what goes wrong', async () => {
  await page.evaluate(() => {
    void Promise.reject(new Error('nobody cares'));
    console.error('something is wrong');
  });
  await eventually(() => errors.length > 0 && messages.length > 0);
  expect(errors.splice(0)).toEqual(['Error: nobody cares']);
  expect(messages.splice(0)).toMatchObject([{ type: 'error', text: 'something is wrong' }]);
  expect(await page.evaluate((lab) => lab.unhandled.splice(0), lab)).toEqual(['Error: nobody cares']);
});
