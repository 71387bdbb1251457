import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import axios, { AxiosError, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios';
import { attachResilience, type ResiliencePolicy, type ResilienceReport, reportOf } from 'axios-resilience';
import { type Step, scriptedAdapter } from 'axios-resilience/testing';
import { countAbortListeners } from '../helpers/left-over.js';

/** An instance on a script, with waits of 100, 200, 400 ms, and what its hooks were told. */
function scripted(script: readonly Step[], policy: ResiliencePolicy = {}) {
  const adapter = scriptedAdapter(script);
  const api = axios.create({ adapter, baseURL: 'https://api.test' });
  const told: string[] = [];
  const retry = typeof policy.retry === 'object' ? policy.retry : {};
  const handle = attachResilience(api, {
    ...policy,
    retry: { backoff: { jitter: 'none' }, ...retry },
    hooks: {
      onRetry: ({ attempt, delayMs, because }) => told.push(`retry after ${attempt}: ${delayMs} ms, ${because}`),
      onSuccess: ({ report }) => told.push(`success of ${report.attempts.length}`),
      onGiveUp: ({ because }) => told.push(`gave up: ${because}`),
      onReject: ({ because }) => told.push(`rejected: ${because}`),
    },
  });
  return { api, handle, told, sent: adapter.hits };
}

/** What a call settles with, either way, once its waits are over. */
async function settled<T>(call: Promise<T>): Promise<unknown> {
  const end = call.catch((error: unknown) => error);
  await jest.advanceTimersByTimeAsync(60_000);
  return end;
}

const inShort = ({ attempts, retries, waitedMs, elapsedMs, ended }: ResilienceReport) => ({
  attempts: attempts.map(({ attempt, status, code, delayMs }) => [attempt, status ?? code, delayMs]),
  retries,
  waitedMs,
  elapsedMs,
  ended,
});

describe('a call', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  test('that succeeds at once is sent once, waits for nothing and leaves no timer', async () => {
    const { api, told, sent } = scripted([200]);
    const response = await api.get('/users');
    expect(inShort(reportOf(response) as ResilienceReport)).toEqual({
      attempts: [[1, 200, undefined]],
      retries: 0,
      waitedMs: 0,
      elapsedMs: 0,
      ended: 'success',
    });
    expect([sent.length, told, jest.getTimerCount()]).toEqual([1, ['success of 1'], 0]);
  });

  test('whose answer cannot be read, at whichever look, has one end', async () => {
    for (let look = 1; look <= 20; look++) {
      let looks = 0;
      const answer = {
        data: '',
        statusText: '',
        headers: {},
        get status() {
          if (++looks === look) throw new Error('unreadable');
          return 200;
        },
      };
      const api = axios.create({ adapter: async (config) => Object.assign(Object.create(answer), { config }) });
      const ends: unknown[] = [];
      const { stats } = attachResilience(api, { hooks: { onEnd: ({ report }) => ends.push(report.ended) } });
      await settled(api.get('https://api.test/'));
      const { calls, successes, failures, inFlight } = stats();
      expect([look, ends.length, calls, successes + failures, inFlight]).toEqual([look, 1, 1, 1, 0]);
    }
  });

  test('is sent again after each wait until it succeeds, and tells so in order', async () => {
    const { api, told, sent } = scripted([503, 'ECONNRESET', 200]);
    const response = await settled(api.get('/users'));
    expect(told).toEqual(['retry after 1: 100 ms, status', 'retry after 2: 200 ms, read', 'success of 3']);
    expect(inShort(reportOf(response) as ResilienceReport)).toEqual({
      attempts: [
        [1, 503, 100],
        [2, 'ECONNRESET', 200],
        [3, 200, undefined],
      ],
      retries: 2,
      waitedMs: 300,
      elapsedMs: 300,
      ended: 'success',
    });
    expect(sent.length).toBe(3);
  });

  test('is not sent before its wait is over', async () => {
    const { api, sent } = scripted([503, 200]);
    const call = api.get('/users');
    await jest.advanceTimersByTimeAsync(99);
    expect(sent.length).toBe(1);
    await jest.advanceTimersByTimeAsync(1);
    expect([sent.length, (await call).status]).toEqual([2, 200]);
  });

  test('that never succeeds ends after four attempts with axios’s own error', async () => {
    const { api, told, sent } = scripted([503]);
    const error = await settled(api.get('/users'));
    expect(error).toMatchObject({ code: 'ERR_BAD_RESPONSE', response: { status: 503 } });
    expect(inShort(reportOf(error) as ResilienceReport)).toMatchObject({
      retries: 3,
      waitedMs: 700,
      ended: 'max-retries',
    });
    expect([sent.length, told.at(-1)]).toEqual([4, 'gave up: max-retries']);
  });

  test('that may have been acted on is not sent twice', async () => {
    const { api, told, sent } = scripted(['ECONNRESET', 200]);
    const error = await settled(api.post('/orders', { item: 7 }));
    expect([reportOf(error)?.ended, sent.length, told]).toEqual(['method-not-allowed', 1, []]);
  });

  test('waits as long as the server asks', async () => {
    const random = jest.spyOn(Math, 'random').mockReturnValue(0);
    const { api, told } = scripted([{ status: 429, headers: { 'retry-after': '7' } }, 200]);
    await settled(api.get('/users'));
    random.mockRestore();
    expect(told).toEqual(['retry after 1: 7000 ms, retry-after', 'success of 2']);
  });

  test('that comes back when it was asked to takes no token of the budget', async () => {
    const random = jest.spyOn(Math, 'random').mockReturnValue(0);
    const asks = { status: 503, headers: { 'retry-after': '1' } };
    const { api, sent } = scripted([asks, asks, 503, 503, 200], {
      retry: { maxRetries: 2, budget: { ratio: 0, reserve: 1 }, backoff: () => 0 },
    });
    const asked = api.get('/').catch((error: unknown) => error);
    const next = asked.then(() => api.get('/'));
    const ends = [await settled(asked), await settled(next)].map((end) => reportOf(end) as ResilienceReport);
    random.mockRestore();
    expect(ends.map(({ retries, waitedMs, ended }) => [retries, waitedMs, ended])).toEqual([
      [2, 2_000, 'max-retries'],
      // Without its token it would have waited for its turn, 499 ms more.
      [1, 1, 'success'],
    ]);
    expect(sent).toHaveLength(5);
  });

  test('cancelled in its wait ends at once, with nothing more sent and no timer', async () => {
    const { api, handle, told, sent } = scripted([503]);
    const controller = new AbortController();
    const call = api.get('/users', { signal: controller.signal }).catch((error: unknown) => error);
    await jest.advanceTimersByTimeAsync(50);
    controller.abort();
    const error = await call;
    expect(inShort(reportOf(error) as ResilienceReport)).toMatchObject({ waitedMs: 50, ended: 'canceled' });
    expect([sent.length, jest.getTimerCount(), handle.stats().canceled]).toEqual([1, 0, 1]);
    expect(told).toEqual(['retry after 1: 100 ms, status']);
  });

  test('does not begin a wait that its deadline would cut short', async () => {
    const { api, told, sent } = scripted([503], { deadline: 250 });
    const error = await settled(api.get('/users'));
    expect([reportOf(error)?.ended, reportOf(error)?.elapsedMs, sent.length]).toEqual(['deadline', 100, 2]);
    expect(told).toEqual(['retry after 1: 100 ms, status', 'gave up: deadline']);
  });

  test('whose hook leaves the body alone has it transformed once, whatever the transform makes of it', async () => {
    class Message {
      constructor(readonly body: unknown) {}
    }
    const { api, sent } = scripted([503, 200], { retry: { beforeRetry: () => {} } });
    const transformRequest = [(body: unknown) => new Message(body)];
    await settled(api.put('/', { a: 1 }, { transformRequest }));
    expect(sent.map(({ body }) => body)).toEqual([new Message({ a: 1 }), new Message({ a: 1 })]);
  });

  test('vetoed by beforeRetry ends with its last error', async () => {
    const { api, told, sent } = scripted([503], { retry: { beforeRetry: () => false } });
    const error = await settled(api.get('/users'));
    expect([(error as { code: string }).code, reportOf(error)?.ended]).toEqual(['ERR_BAD_RESPONSE', 'vetoed']);
    expect([sent.length, told.at(-1)]).toEqual([1, 'gave up: vetoed']);
  });

  test.each<[string, (config: object) => object | undefined]>([
    ['no config', () => undefined],
    ['a config of its own', (config) => ({ ...config })],
  ])('whose adapter answers with %s has its report all the same', async (_which, make) => {
    const { api } = scripted([200]);
    const adapter = async (config: object) => {
      const answer = { data: '', status: 200, statusText: 'OK', headers: {} };
      return { ...answer, config: make({ ...config, signal: undefined }) };
    };
    const response = await api.get('/users', { adapter: adapter as never });
    expect(reportOf(response)).toMatchObject({ ended: 'success', retries: 0 });
  });

  test('is counted once, its attempts each', async () => {
    const { api, handle } = scripted([503, 200, 404, 503]);
    for (const path of ['/a', '/b', '/c']) await settled(api.get(path));
    expect(handle.stats()).toMatchObject({
      calls: 3,
      attempts: 7,
      retries: 4,
      successes: 1,
      failures: 2,
      rejected: 0,
      canceled: 0,
      inFlight: 0,
    });
  });

  test('refused by an open circuit sends nothing, and says so', async () => {
    const { api, handle, told, sent } = scripted([200]);
    await api.get('/users');
    handle.breakers.get('https://api.test')?.isolate();
    const error = await settled(api.get('/users'));
    expect([(error as { code: string }).code, reportOf(error)?.ended]).toEqual(['ERR_CIRCUIT_OPEN', 'circuit-open']);
    expect([sent.length, handle.stats().rejected]).toEqual([1, 1]);
    expect(told.slice(1)).toEqual(['rejected: circuit-open', 'gave up: circuit-open']);
  });

  test('given up without a retry says so where the reason is not in the answer alone', async () => {
    const asked = { status: 503, headers: { 'retry-after': '3600' } };
    const early = scripted([asked]);
    await settled(early.api.get('/users'));
    const late = scripted(['hang'], { deadline: 50, attemptTimeout: false });
    await settled(late.api.get('/users'));
    const plain = scripted([404]);
    await settled(plain.api.get('/users'));
    expect([early.told, late.told, plain.told]).toEqual([['gave up: retry-after-too-long'], ['gave up: deadline'], []]);
  });

  describe('in the log', () => {
    /** What is logged of one call, and of what is done to it in its second wait. */
    async function logged(script: readonly Step[], meanwhile = (_: { cancel(): void; isolate(): void }) => {}) {
      const lines: string[] = [];
      const at =
        (level: string) =>
        (...line: unknown[]) =>
          void lines.push(`${level}: ${line.find((part) => typeof part === 'string')}`);
      const logger = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
      const { api, handle } = scripted(script, { coolDown: false, logger });
      const controller = new AbortController();
      const end = api.get('/users', { signal: controller.signal }).catch(() => {});
      await jest.advanceTimersByTimeAsync(150);
      meanwhile({
        cancel: () => controller.abort(),
        isolate: () => void handle.breakers.get('https://api.test')?.isolate(),
      });
      await jest.advanceTimersByTimeAsync(60_000);
      await end;
      return lines.map((line) => line.replace('axios-resilience: ', '')).filter((line) => !line.includes('circuit of'));
    }
    const RETRIED = 'warn: attempt 1 failed (status), again in 100 ms';

    test('a success is told after retries only', async () => {
      expect(await logged([200])).toEqual([]);
      expect(await logged([503, 200])).toEqual([RETRIED, 'info: recovered after 1 retry']);
    });

    test('a failure is told louder if there was something to give up', async () => {
      expect(await logged([404])).toEqual(['debug: not retried: not-retryable']);
      const asked = { status: 503, headers: { 'retry-after': '3600' } };
      expect(await logged([asked])).toEqual(['error: gave up after 1 attempt: retry-after-too-long']);
    });

    test('a refusal after retries is a failure, a cancellation never is', async () => {
      const refused = await logged([503], ({ isolate }) => isolate());
      expect(refused.slice(2)).toEqual([
        'warn: refused: circuit-open',
        'error: gave up after 2 attempts: circuit-open',
      ]);
      const canceled = await logged([503], ({ cancel }) => cancel());
      expect(canceled.slice(2)).toEqual(['info: canceled after 2 attempts']);
    });
  });

  test('lets go of its caller’s signal, unless its answer streams, which may still be cancelled', async () => {
    const streamed: (AbortSignal | undefined)[] = [];
    const answers: unknown[] = ['text', new PassThrough()];
    const api = axios.create({
      adapter: async (config) => {
        streamed.push(config.signal as AbortSignal);
        return { status: 200, statusText: '', headers: {}, data: answers.shift(), config };
      },
    });
    attachResilience(api);
    const { signal } = new AbortController();
    await api.get('https://api.test/', { signal });
    expect(countAbortListeners(signal)).toBe(0);
    const controller = new AbortController();
    await api.get('https://api.test/', { signal: controller.signal });
    expect([countAbortListeners(controller.signal), streamed[1]?.aborted]).toEqual([1, false]);
    controller.abort();
    expect(streamed[1]?.aborted).toBe(true);
  });

  test('is measured from when it was sent, and its time in the queue by itself', async () => {
    const adapter = (config: InternalAxiosRequestConfig) =>
      new Promise<AxiosResponse>((resolve) => {
        setTimeout(() => resolve({ status: 200, statusText: '', headers: {}, data: '', config }), 30);
      });
    const api = axios.create({ adapter });
    attachResilience(api, { bulkhead: 1, attemptTimeout: false });
    await jest.advanceTimersByTimeAsync(500);
    const calls = [api.get('https://api.test/a'), api.get('https://api.test/b')];
    await jest.advanceTimersByTimeAsync(100);
    const reports = (await Promise.all(calls)).map((response) => reportOf(response) as ResilienceReport);
    expect(reports.map(({ queuedMs, elapsedMs, attempts }) => [queuedMs, attempts[0]?.durationMs, elapsedMs])).toEqual([
      [0, 30, 30],
      [30, 30, 60],
    ]);
  });

  test.each<[string, number, string, unknown[]]>([
    ['whose deadline comes in the queue', 200, 'deadline', []],
    ['that the circuit lets go of', 503, 'circuit-open', [0]],
  ])('%s tells how long it waited there, and of no request', async (_, status, ended, durations) => {
    const adapter = (config: InternalAxiosRequestConfig) =>
      new Promise<AxiosResponse>((resolve, reject) => {
        const response = { status, statusText: '', headers: {}, data: '', config };
        const end = () => (status === 200 ? resolve(response) : reject(new AxiosError('', '', config, {}, response)));
        setTimeout(end, status === 200 ? 90 : 30);
      });
    const api = axios.create({ adapter });
    attachResilience(api, { bulkhead: 1, breaker: { consecutive: 1, minimumDuration: 0 }, retry: false });
    await jest.advanceTimersByTimeAsync(500);
    const first = api.get('https://api.test/a').catch(() => {});
    const error = await settled(api.get('https://api.test/b', { resilience: { deadline: 40 } }));
    await first;
    const { queuedMs, elapsedMs, attempts, ended: end } = reportOf(error) as ResilienceReport;
    const waited = ended === 'deadline' ? 40 : 30;
    expect([queuedMs, elapsedMs, end]).toEqual([waited, waited, ended]);
    expect(attempts.map(({ durationMs }) => durationMs)).toEqual(durations);
  });

  test('turned to another origin counts there from then on', async () => {
    const beforeRetry = (config: InternalAxiosRequestConfig) => {
      config.baseURL = 'https://backup.test';
    };
    const { api, handle } = scripted([503, 200], { retry: { beforeRetry } });
    await settled(api.get('/users'));
    const { scopes } = handle.stats();
    expect(Object.entries(scopes).map(([name, { attempts }]) => [name, attempts])).toEqual([
      ['https://api.test', 1],
      ['https://backup.test', 1],
    ]);
  });

  test('refused because its scope cools down for longer than it has, it was given up on', async () => {
    const { api, told, sent } = scripted([{ status: 503, headers: { 'retry-after': '20' } }], { deadline: 5_000 });
    for (const method of ['post', 'get']) await api.request({ method, url: '/orders' }).catch(() => {});
    expect([sent.length, told]).toEqual([1, ['rejected: cooling-down', 'gave up: cooling-down']]);
  });

  test('shows a backoff of one’s own which attempt failed', async () => {
    const { api, told } = scripted([503, 503, 200], { retry: { backoff: ({ attempt }) => attempt * 40 } });
    await settled(api.get('/users'));
    expect(told.slice(0, 2)).toEqual(['retry after 1: 40 ms, status', 'retry after 2: 80 ms, status']);
  });

  test('waits for the end of a cool-down, which counts as waiting', async () => {
    const random = jest.spyOn(Math, 'random').mockReturnValue(0);
    const { api, sent } = scripted([{ status: 503, headers: { 'retry-after': '2' } }, 200]);
    await jest.advanceTimersByTimeAsync(500);
    await api.post('/orders', {}).catch(() => {});
    const response = await settled(api.get('/users'));
    random.mockRestore();
    expect([sent.length, inShort(reportOf(response) as ResilienceReport)]).toMatchObject([
      2,
      { retries: 0, waitedMs: 2_000, elapsedMs: 2_000 },
    ]);
  });

  test('asks shouldRetry only where its word counts', async () => {
    const asked: string[] = [];
    const shouldRetry = (_: object, { because }: { because: string }) => void asked.push(because);
    const { api } = scripted(['ECONNRESET', 404, 503, 200], { retry: { shouldRetry } });
    await settled(api.post('/orders', {}));
    await settled(api.get('/users'));
    await settled(api.get('/users'));
    expect(asked).toEqual(['not-retryable', 'status']);
  });
});
