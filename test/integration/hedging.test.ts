import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import axios, { type AxiosAdapter, type AxiosInstance, type AxiosRequestConfig, type AxiosResponse } from 'axios';
import { attachResilience, type ResilienceHandle, type ResiliencePolicy, reportOf } from 'axios-resilience';
import { type FlakyServer, flakyServer } from '../helpers/flaky-server.js';
import { countTimers } from '../helpers/left-over.js';
import { eventually, rejection, sleep } from '../helpers/settled.js';

describe.each(['http', 'fetch'] as const)('hedging through the %s adapter', (adapter) => {
  let server: FlakyServer;
  let api: AxiosInstance;
  let resilience: ResilienceHandle;
  let hedges: number[];

  const attach = (policy: ResiliencePolicy) => {
    hedges = [];
    const hooks = { onHedge: ({ delayMs }: { delayMs: number }) => hedges.push(delayMs) };
    resilience = attachResilience(api, { hooks, ...policy });
  };
  /** Answers to requests that have come, none of which is begun. */
  let held: ServerResponse[];
  const hold = (_req: IncomingMessage, res: ServerResponse) => void held.push(res);

  beforeEach(async () => {
    held = [];
    server = await flakyServer(200);
    api = axios.create({ baseURL: server.url, adapter, proxy: false });
  });
  afterEach(() => server.close());

  test('a slow answer is overtaken by that of a second request, and the first is aborted', async () => {
    attach({ hedge: 50 });
    server.script('hang', { status: 200, body: '"second"' });
    const response = await api.get('/');
    expect(response.data).toBe('second');
    const report = reportOf(response);
    expect(report?.attempts.map(({ status, failure, hedge }) => [status, failure, hedge])).toEqual([
      [undefined, 'canceled', undefined],
      [200, undefined, true],
    ]);
    expect([report?.retries, report?.ended, hedges]).toEqual([0, 'success', [50]]);
    expect(report?.elapsedMs).toBeLessThan(1_000);
    await eventually(() => server.busy === 0);
    expect(resilience.stats()).toMatchObject({ calls: 1, attempts: 2, successes: 1, inFlight: 0 });
    expect(response.config.signal).toBeUndefined();
    expect(server.hits).toHaveLength(2);
  });

  test('neither of the two leaves a timer behind', async () => {
    attach({ hedge: 30 });
    const before = countTimers();
    server.script('hang', 200);
    await api.get('/', { headers: { connection: 'close' } });
    await eventually(() => server.busy === 0 && countTimers() <= before);
    expect(server.hits).toHaveLength(2);
  });

  test('a body that streams is not shared between two requests', async () => {
    attach({ hedge: 20 });
    const slow = async function* () {
      for (const part of ['a', 'b', 'c']) {
        await sleep(40);
        yield part;
      }
    };
    const headers = { 'Content-Type': 'text/plain' };
    await api.request({ method: 'QUERY', url: '/', data: Readable.from(slow()), headers });
    expect([server.hits.map(({ body }) => body), hedges]).toEqual([['abc'], []]);
  });

  test('an answer in time is not hedged, nor is a method that does something, nor without the option', async () => {
    attach({ hedge: 300 });
    await api.get('/');
    server.script((_req, res) => void setTimeout(() => res.end('{}'), 400));
    await Promise.all([api.post('/', {}), api.put('/', {}), api.delete('/')]);
    await api.get('/', { resilience: { hedge: false } });
    expect([server.hits.length, hedges]).toEqual([5, []]);
  });

  test('the first may still win, and then the second is aborted', async () => {
    attach({ hedge: 50 });
    server.script(hold);
    const call = api.get('/');
    await eventually(() => held.length === 2);
    held[0]?.end('"first"');
    expect((await call).data).toBe('first');
    await eventually(() => server.busy === 0);
    expect([server.hits.length, hedges.length]).toEqual([2, 1]);
  });

  test('one that fails waits for the other; when both fail, that is one failure, and a retry follows', async () => {
    attach({ hedge: 200, retry: { backoff: () => 0 } });
    server.script(hold, hold, 200);
    const call = api.get('/');
    await eventually(() => held.length === 2);
    held[0]?.writeHead(503).end();
    await eventually(() => resilience.stats().inFlight === 1);
    held[1]?.writeHead(503).end();
    const report = reportOf(await call);
    expect(report?.attempts.map(({ status }) => status)).toEqual([503, 503, 200]);
    expect([report?.retries, server.hits.length]).toEqual([1, 3]);
  });

  test.each<[string, string | undefined, string | undefined, string]>([
    ['the one', '1', undefined, 'success'],
    ['the other', undefined, '1', 'success'],
    ['the one that asked for more', '1', '0', 'success'],
    ['neither, if one asks for too long', '3600', undefined, 'retry-after-too-long'],
  ])('when both fail, the retry waits as long as was asked by %s', async (_which, first, second, ended) => {
    attach({ hedge: 30, coolDown: false, retry: { backoff: () => 0 } });
    server.script(hold, hold, 200);
    const call = api.get('/').catch((error) => error);
    await eventually(() => held.length === 2);
    const asking = (seconds: string | undefined) => (seconds ? { 'Retry-After': seconds } : {});
    const toldAt = performance.now();
    held[0]?.writeHead(500, asking(first)).end();
    await eventually(() => resilience.stats().inFlight === 1);
    held[1]?.writeHead(500, asking(second)).end();
    const report = reportOf(await call);
    expect(report?.ended).toBe(ended);
    expect(report?.attempts.map(({ retryAfterMs }) => retryAfterMs)).toEqual(
      [first, second, undefined].slice(0, report?.attempts.length).map((seconds) => seconds && Number(seconds) * 1_000),
    );
    if (ended === 'success') expect(performance.now() - toldAt).toBeGreaterThanOrEqual(1_000);
    else expect(server.hits).toHaveLength(2);
  });

  test('one that beforeRetry has made of a safe request is not hedged', async () => {
    const beforeRetry = (config: { method?: string | undefined }) => {
      config.method = 'post';
    };
    attach({ hedge: 50, retry: { backoff: () => 0, beforeRetry } });
    server.script(({ method }, res) => {
      if (method === 'POST') setTimeout(() => res.end('{}'), 200);
      else res.writeHead(503).end();
    });
    await api.get('/');
    expect(server.hits.filter(({ method }) => method === 'POST')).toHaveLength(1);
  });

  test('an answer that no other would better, such as a 404, ends both', async () => {
    attach({ hedge: 30 });
    server.script('hang', 404);
    const error = await rejection(api.get('/'));
    expect(reportOf(error)?.ended).toBe('not-retryable');
    await eventually(() => server.busy === 0);
    expect(server.hits).toHaveLength(2);
  });

  test('of the two, all tell the one that counts: it is the last in the report, and what is decided on', async () => {
    const asked: unknown[] = [];
    const records: Record<string, unknown>[] = [];
    const write = (fields: object) => void records.push(fields as Record<string, unknown>);
    attach({
      hedge: 30,
      logger: { warn: write, error: write, info: write },
      retry: {
        backoff: () => 0,
        shouldRetry: ({ attempt, status, failure }) => {
          asked.push([attempt, status, failure]);
          return status === 404;
        },
      },
    });
    server.script(hold, 'hang', 'hang', 200);
    const call = api.get('/');
    await eventually(() => server.hits.length === 2);
    held[0]?.writeHead(404).end();
    const report = reportOf(await call);
    expect(report?.attempts.map(({ attempt, status, hedge, delayMs }) => [attempt, status, hedge, delayMs])).toEqual([
      [1, undefined, true, undefined],
      [2, 404, undefined, 0],
      [3, undefined, undefined, undefined],
      [4, 200, true, undefined],
    ]);
    expect([asked, report?.retries]).toEqual([[[2, 404, 'status']], 1]);
    expect(records.map((fields) => [fields['http.response.status_code'], fields['error.type']])).toEqual([
      [undefined, undefined],
      [404, '404'],
      [undefined, undefined],
      [200, undefined],
    ]);
  });

  test.each([
    ['cancelled', true, 30_000, 'ERR_CANCELED'],
    ['out of time', false, 500, 'ERR_DEADLINE_EXCEEDED'],
  ])('a call that is %s ends both at once', async (_, cancel, deadline, code) => {
    attach({ hedge: 30, deadline });
    server.script('hang');
    const controller = new AbortController();
    const call = rejection(api.get('/', { signal: controller.signal }));
    await eventually(() => server.hits.length === 2);
    if (cancel) controller.abort();
    expect((await call).code).toBe(code);
    await eventually(() => server.busy === 0);
    expect(resilience.stats()).toMatchObject({ inFlight: 0, queued: 0 });
  });

  test('a call that is out of time while the second is under way says what the first had failed with', async () => {
    attach({ hedge: 30, deadline: 400 });
    server.script((_req, res) => void setTimeout(() => res.writeHead(503).end(), 90), 'hang');
    const error = await rejection(api.get('/'));
    const { message } = error.cause as Error;
    expect([error.code, message]).toEqual(['ERR_DEADLINE_EXCEEDED', 'Request failed with status code 503']);
    expect(reportOf(error)?.attempts.map(({ failure }) => failure)).toEqual(['status', 'timeout']);
    expect([server.hits.length, hedges.length]).toEqual([2, 1]);
  });

  test('a failure that is no answer leaves it to the other attempt, an answer that no retry would change does not', async () => {
    attach({ hedge: 30 });
    const slow = (_req: unknown, res: ServerResponse) => void setTimeout(() => res.end('{}'), 150);
    server.script(slow, 404, slow);
    expect(await rejection(api.get('/'))).toMatchObject({ response: { status: 404 } });
    let sent = 0;
    const real = axios.getAdapter(adapter);
    const fails: AxiosAdapter = (config) =>
      ++sent === 2 ? Promise.reject(new Error('certificate has expired')) : real(config);
    const { attempts } = reportOf(await api.get('/', { adapter: fails })) ?? {};
    expect(attempts?.map(({ status, failure }) => status ?? failure)).toEqual(['other', 200]);
    expect([sent, server.hits.length]).toEqual([2, 3]);
  });

  test('a hedge takes a token of the budget, a slot of the bulkhead, and is not sent without', async () => {
    const cutOffAfter = async (hits: number) => {
      const caller = new AbortController();
      const call = rejection(api.get('/', { signal: caller.signal }));
      await eventually(() => server.hits.length === hits);
      // Time enough for one more.
      await sleep(100);
      caller.abort();
      await call;
    };
    attach({ hedge: 20, bulkhead: 2, retry: { budget: { reserve: 1 } } });
    server.script('hang');
    await cutOffAfter(2);
    expect([server.hits.length, hedges.length]).toEqual([2, 1]);
    await cutOffAfter(3);
    expect([server.hits.length, hedges.length]).toEqual([3, 1]);
    resilience.detach();
    attach({ hedge: 20, bulkhead: 1, retry: { budget: false } });
    await cutOffAfter(4);
    expect([server.hits.length, hedges.length]).toEqual([4, 0]);
  });

  test('the wait for a slot is none for an answer: the time begins when the first is sent', async () => {
    const within = (ms: number) => (_req: unknown, res: ServerResponse) => void setTimeout(() => res.end('{}'), ms);
    const busy = () => [1, 2].map(() => api.get('/', { resilience: { hedge: false } }));
    attach({ bulkhead: 2, hedge: 400, deadline: 5_000 });
    server.script(within(300), within(300), 200);
    await Promise.all([...busy(), api.get('/')]);
    expect([server.hits.length, hedges]).toEqual([3, []]);
    server.script(within(300), within(300), 'hang', 200);
    await Promise.all([...busy(), api.get('/')]);
    expect([server.hits.length, hedges]).toEqual([7, [400]]);
  });

  test('a hedge is told of once it is sent, not when the scope that the retry was turned to has no room for it', async () => {
    attach({
      hedge: 30,
      bulkhead: { limit: 1, queue: 0 },
      scope: ({ url }) => `scope ${url}`,
      retry: {
        backoff: () => 0,
        beforeRetry: (config) => {
          config.url = '/other';
        },
      },
    });
    server.script(503, (_req, res) => void setTimeout(() => res.end('{}'), 100));
    const report = reportOf(await api.get('/'));
    expect([report?.attempts.map(({ status }) => status), server.hits.length, hedges]).toEqual([[503, 200], 2, []]);
  });

  describe('nor does it wait in the scope that the retry was turned to', () => {
    const turned = (policy: ResiliencePolicy) =>
      attach({
        hedge: 60,
        scope: ({ url }) => (url === '/' ? 'one' : 'other'),
        retry: {
          backoff: () => 0,
          beforeRetry: (config) => {
            config.url = '/other';
          },
        },
        ...policy,
      });
    const answeredIn = (ms: number) => (_req: IncomingMessage, res: ServerResponse) =>
      void setTimeout(() => res.end('{}'), ms);

    test('for a slot', async () => {
      const saturated: string[] = [];
      turned({ bulkhead: 1, hooks: { onSaturation: ({ scope }) => saturated.push(scope) } });
      server.script(503, answeredIn(200));
      const report = reportOf(await api.get('/'));
      expect([report?.attempts.map(({ status }) => status), report?.queuedMs]).toEqual([[503, 200], 0]);
      expect([server.hits.length, saturated]).toEqual([2, []]);
    });

    test.each([30_000, 2_000])(
      'for the end of a cool-down, whether or not the deadline of %i ms allows',
      async (deadline) => {
        // The hedge is due long after the cool-down has begun, also on a busy machine.
        turned({ deadline, hedge: 500 });
        server.script(503, answeredIn(1_000), { status: 429, headers: { 'Retry-After': '3' } });
        const call = api.get('/');
        await eventually(() => server.hits.length === 2);
        await rejection(api.get('/cool', { resilience: { retry: false } }));
        const report = reportOf(await call);
        expect(report?.attempts.map(({ status }) => status)).toEqual([503, 200]);
        expect(report?.waitedMs).toBeLessThan(400);
        expect([server.hits.length, hedges]).toEqual([3, []]);
      },
    );
  });

  test('a hedge after a quantile waits until enough is known', async () => {
    attach({ hedge: { quantile: 0.9 } });
    server.script(200);
    for (let i = 0; i < 20; i++) await api.get('/');
    server.script('hang', 200);
    await api.get('/');
    expect(hedges).toHaveLength(1);
    expect(hedges[0]).toBeLessThan(500);
    expect(server.hits).toHaveLength(22);
  });

  test('each attempt has its own time limit', async () => {
    attach({ hedge: 50, attemptTimeout: 300, retry: false });
    server.script('hang');
    const error = await rejection(api.get('/'));
    const report = reportOf(error);
    expect(report?.attempts.map(({ failure }) => failure)).toEqual(['timeout', 'timeout']);
    expect(report?.elapsedMs).toBeGreaterThanOrEqual(349);
    await eventually(() => server.busy === 0);
    expect(server.hits).toHaveLength(2);
  });

  describe('the body of an attempt that nobody gets is let go of', () => {
    /** Both requests are under way, and the first has failed. */
    const firstFails = async () => {
      await eventually(() => held.length === 2);
      busy(held[0] as ServerResponse);
      await eventually(() => resilience.stats().inFlight === 1);
    };
    /** Its body streams, and never ends. */
    const busy = (res: ServerResponse) => {
      res.writeHead(503);
      const timer = setInterval(() => res.write('busy'), 10);
      res.on('close', () => clearInterval(timer));
    };
    const stream = { responseType: 'stream' } as const;

    test('when it failed, and the other was answered', async () => {
      attach({ hedge: 30 });
      server.script(hold);
      const call = api.get('/', stream);
      await firstFails();
      held[1]?.end('{}');
      const response = await call;
      for await (const _piece of response.data);
      expect(reportOf(response)?.attempts.map(({ status }) => status)).toEqual([503, 200]);
      await eventually(() => server.busy === 0);
      expect([server.hits.length, hedges.length]).toEqual([2, 1]);
    });

    test('when both failed, and the call is sent again', async () => {
      // The third is not to have one, on a busy machine either.
      attach({ hedge: 200, retry: { backoff: { baseDelay: 1 } } });
      server.script(hold, hold, 200);
      const call = api.get('/', stream);
      await firstFails();
      busy(held[1] as ServerResponse);
      const response = await call;
      for await (const _piece of response.data);
      expect(reportOf(response)?.attempts.map(({ status }) => status)).toEqual([503, 503, 200]);
      await eventually(() => server.busy === 0);
      expect([server.hits.length, hedges.length]).toEqual([3, 1]);
    });

    test('when it failed, and the caller cancels', async () => {
      attach({ hedge: 30 });
      server.script(hold);
      const caller = new AbortController();
      const call = rejection(api.get('/', { ...stream, signal: caller.signal }));
      await firstFails();
      caller.abort();
      const error = await call;
      expect(reportOf(error)?.attempts.map(({ failure }) => failure)).toEqual(['status', 'canceled']);
      await eventually(() => server.busy === 0);
      expect([server.hits.length, hedges.length]).toEqual([2, 1]);
    });
  });
});

describe('two answers in the same moment, as streams', () => {
  /** Sends both attempts, and answers them as `end` says. */
  const hedged = async (end: (answers: (() => void)[]) => void, request: AxiosRequestConfig = {}) => {
    const bodies: Readable[] = [];
    const answers: (() => void)[] = [];
    const adapter: AxiosAdapter = (config) =>
      new Promise((resolve) => {
        const data = new Readable({ read() {} });
        // As axios's own do, once they have the head of an answer.
        const answer = () => {
          bodies.push(data);
          config.signal?.addEventListener?.('abort', () => data.destroy());
          resolve({ data, status: 200, statusText: 'OK', headers: {}, config });
        };
        answers.push(answer);
        if (answers.length === 2) end(answers);
      });
    const api = axios.create({ adapter, responseType: 'stream' });
    attachResilience(api, { hedge: 10 });
    const settled: unknown = await api.get('http://api.test/', request).catch((error: unknown) => error);
    await sleep(20);
    const { data } = settled as { data?: Readable };
    return { settled, left: bodies.filter((body) => !body.destroyed && body !== data).length, open: data?.destroyed };
  };

  test('one is the answer, and the other is let go of', async () => {
    const { left, open } = await hedged((answers) => {
      for (const answer of answers) answer();
    });
    expect({ left, open }).toEqual({ left: 0, open: false });
  });

  test('one that comes as the call is cancelled is the answer, or let go of', async () => {
    const kept: number[] = [];
    const ends = new Set<unknown>();
    for (let steps = 0; steps <= 20; steps++) {
      const controller = new AbortController();
      const cancel = async () => {
        for (let step = 0; step < steps; step++) await undefined;
        controller.abort();
      };
      const { settled, left } = await hedged(
        ([answer]) => {
          answer?.();
          void cancel();
        },
        { signal: controller.signal },
      );
      ends.add(axios.isCancel(settled) ? 'canceled' : (settled as AxiosResponse).status);
      kept.push(left);
    }
    expect([...ends]).toEqual(['canceled', 200]);
    expect(kept).toEqual(Array(21).fill(0));
  });
});
