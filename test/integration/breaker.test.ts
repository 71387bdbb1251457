import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import axios, { type AxiosInstance } from 'axios';
import { attachResilience, isResilienceError, reportOf } from 'axios-resilience';
import { type FlakyServer, flakyServer } from '../helpers/flaky-server.js';
import { eventually, rejection, sleep } from '../helpers/settled.js';

const EAGER = { consecutive: 5, minimumDuration: 0, openFor: 200 };

describe('the circuit breaker', () => {
  let server: FlakyServer;
  let api: AxiosInstance;

  beforeEach(async () => {
    server = await flakyServer();
    api = axios.create({ baseURL: server.url });
  });
  afterEach(() => server.close());

  const codes = async (calls: Promise<unknown>[]): Promise<Record<string, number>> => {
    const tally: Record<string, number> = {};
    for (const end of await Promise.allSettled(calls)) {
      const key = end.status === 'fulfilled' ? 'ok' : String((end.reason as { code?: string }).code);
      tally[key] = (tally[key] ?? 0) + 1;
    }
    return tally;
  };

  test('dead host, 40 concurrent calls, bulkhead 4: nothing reaches the network once the circuit is open', async () => {
    server.script((_req, res) => {
      setTimeout(() => res.writeHead(503).end(), 10);
    });
    let openedAfter = 0;
    const resilience = attachResilience(api, {
      retry: false,
      bulkhead: 4,
      breaker: EAGER,
      hooks: {
        onStateChange: ({ to }) => {
          if (to === 'open') openedAfter ||= resilience.stats().attempts;
        },
      },
    });
    const tally = await codes(Array.from({ length: 40 }, () => api.get('/')));
    await sleep(50);
    // Those that were sent when the circuit opened may have been on their way.
    expect(openedAfter).toBeGreaterThanOrEqual(5);
    expect(server.hits).toHaveLength(openedAfter);
    expect(server.hits.length).toBeLessThanOrEqual(8);
    expect(tally).toEqual({ ERR_BAD_RESPONSE: server.hits.length, ERR_CIRCUIT_OPEN: 40 - server.hits.length });
    expect(resilience.breakers.get(server.url)?.state).toBe('open');
    expect(resilience.stats()).toMatchObject({ inFlight: 0, queued: 0, calls: 40 });
  });

  test('a 5xx counts though the caller takes it as good, and it is none that is retried', async () => {
    server.script(507);
    const { breakers, stats } = attachResilience(api, { breaker: EAGER });
    const statuses: unknown[] = [];
    for (let i = 0; i < 5; i++) statuses.push((await api.get('/', { validateStatus: () => true })).status);
    expect(await rejection(api.get('/'))).toMatchObject({ code: 'ERR_CIRCUIT_OPEN', cause: { message: 'status 507' } });
    expect([statuses, server.hits.length]).toEqual([[507, 507, 507, 507, 507], 5]);
    expect([breakers.get(server.url)?.state, stats()]).toMatchObject(['open', { successes: 5, rejected: 1 }]);
  });

  test('after the open period one probe goes out alone, and when it succeeds, all', async () => {
    server.script(503);
    const transitions: string[] = [];
    attachResilience(api, {
      retry: false,
      bulkhead: 4,
      breaker: EAGER,
      hooks: { onStateChange: ({ from, to }) => transitions.push(`${from} → ${to}`) },
    });
    await codes(Array.from({ length: 5 }, () => api.get('/')));
    const hitsWhenOpen = server.hits.length;
    server.script((_req, res) => {
      setTimeout(() => res.end('{}'), 30);
    });
    await sleep(260);
    const first = await codes(Array.from({ length: 20 }, () => api.get('/')));
    expect(first).toEqual({ ok: 1, ERR_CIRCUIT_OPEN: 19 });
    expect(server.hits).toHaveLength(hitsWhenOpen + 1);
    const second = await codes(Array.from({ length: 20 }, () => api.get('/')));
    expect(second).toEqual({ ok: 20 });
    expect(transitions).toEqual(['closed → open', 'open → half-open', 'half-open → closed']);
  });

  test('a refusal is an AxiosError that says when to come back, why it opened, and holds no response', async () => {
    server.script({ status: 503, body: 'secret body' });
    attachResilience(api, { retry: false, breaker: { ...EAGER, openFor: 60_000 } });
    await codes(Array.from({ length: 5 }, () => api.get('/')));
    const error = await rejection(api.get('/x'));
    expect(isResilienceError(error)).toBe(true);
    expect(error).toMatchObject({
      isAxiosError: true,
      name: 'CircuitOpenError',
      code: 'ERR_CIRCUIT_OPEN',
      scope: server.url,
      config: { url: '/x' },
      cause: { message: 'Request failed with status code 503', status: 503, code: 'ERR_BAD_RESPONSE' },
    });
    expect((error as { retryInMs?: number }).retryInMs).toBeGreaterThan(40_000);
    expect((error as { retryInMs?: number }).retryInMs).toBeLessThanOrEqual(72_000);
    expect(Object.keys(error.cause as object)).not.toContain('response');
    expect(reportOf(error)).toMatchObject({ ended: 'circuit-open', retries: 0 });
  });

  test('a circuit that opens between the retries of a call ends it, with its last failure as the cause', async () => {
    server.script(503);
    attachResilience(api, { retry: { maxRetries: 9, backoff: { baseDelay: 1 } }, breaker: EAGER });
    const error = await rejection(api.get('/'));
    expect(server.hits).toHaveLength(5);
    expect(error).toMatchObject({ code: 'ERR_CIRCUIT_OPEN', cause: { response: { status: 503 } } });
    expect(reportOf(error)).toMatchObject({ ended: 'circuit-open', retries: 4 });
  });

  test('no wait is begun for a retry that the circuit would refuse', async () => {
    server.script(503);
    const waits: string[] = [];
    const resilience = attachResilience(api, {
      retry: { backoff: { baseDelay: 2_000, jitter: 'none' } },
      breaker: { ...EAGER, openFor: 60_000 },
      hooks: { onRetry: ({ url }) => void waits.push(url), onReject: ({ because }) => void waits.push(because) },
    });
    await codes(Array.from({ length: 4 }, () => api.get('/', { resilience: { retry: false } })));
    const error = await rejection(api.get('/'));
    expect(error).toMatchObject({ code: 'ERR_CIRCUIT_OPEN', cause: { response: { status: 503 } } });
    expect(reportOf(error)).toMatchObject({
      ended: 'circuit-open',
      retries: 0,
      waitedMs: 0,
      attempts: [{ status: 503 }, { failure: 'refused' }],
    });
    expect([waits, server.hits.length]).toEqual([['circuit-open'], 5]);
    expect(resilience.stats()).toMatchObject({ calls: 5, failures: 4, rejected: 1 });
  });

  test('… unless a hook may turn it to a host that would not', async () => {
    const other = await flakyServer(200);
    server.script(503);
    attachResilience(api, {
      retry: {
        backoff: () => 0,
        budget: false,
        beforeRetry: (config, { attempt }) => {
          if (attempt === 2) config.baseURL = other.url;
        },
      },
      breaker: { ...EAGER, consecutive: 2 },
    });
    const { config } = await api.get('/');
    expect([config.baseURL, server.hits.length, other.hits.length]).toEqual([server.url, 2, 1]);
    await other.close();
  });

  test('a cancelled probe is handed on: the circuit stays open and the next call probes at once', async () => {
    server.script(503);
    const resilience = attachResilience(api, { retry: false, breaker: EAGER });
    await codes(Array.from({ length: 5 }, () => api.get('/')));
    await sleep(260);
    server.script('hang', 200);
    const caller = new AbortController();
    const probe = rejection(api.get('/', { signal: caller.signal }));
    await eventually(() => server.busy === 1);
    caller.abort();
    expect(await probe).toMatchObject({ code: 'ERR_CANCELED' });
    expect(resilience.breakers.get(server.url)?.state).toBe('open');
    expect((await api.get('/')).status).toBe(200);
    expect(resilience.breakers.get(server.url)?.state).toBe('closed');
  });

  test('4xx answers and cancellations never open it', async () => {
    server.script(404);
    const resilience = attachResilience(api, { retry: false, breaker: { ...EAGER, minimumCalls: 5 } });
    await codes(Array.from({ length: 10 }, () => api.get('/')));
    server.script('hang');
    const caller = new AbortController();
    setTimeout(() => caller.abort(), 20);
    await codes(Array.from({ length: 10 }, () => api.get('/', { signal: caller.signal })));
    expect(resilience.breakers.get(server.url)?.state).toBe('closed');
    expect(resilience.stats()).toMatchObject({ failures: 10, canceled: 10, rejected: 0 });
  });

  test('a probe answered 503 with Retry-After keeps the circuit open for that long', async () => {
    server.script(503);
    const resilience = attachResilience(api, { retry: false, breaker: EAGER });
    await codes(Array.from({ length: 5 }, () => api.get('/')));
    await sleep(260);
    server.script({ status: 503, headers: { 'retry-after': '2' } });
    await rejection(api.get('/'));
    expect(resilience.breakers.get(server.url)?.retryInMs).toBeGreaterThan(1_900);
  });

  test('the failing answer that opens the circuit keeps it open for as long as it asks', async () => {
    server.script(503, 503, 503, 503, { status: 503, headers: { 'retry-after': '3' } });
    const resilience = attachResilience(api, { retry: false, breaker: EAGER });
    for (let i = 0; i < 5; i++) await rejection(api.get('/'));
    expect(resilience.breakers.get(server.url)?.retryInMs).toBeGreaterThan(2_900);
  });

  test('answers that take too long open it, though each caller gets theirs', async () => {
    server.script((_req, res) => {
      setTimeout(() => res.end('{}'), 60);
    });
    const resilience = attachResilience(api, { retry: false, breaker: { ...EAGER, slowCallDuration: 40 } });
    expect(await codes(Array.from({ length: 5 }, () => api.get('/')))).toEqual({ ok: 5 });
    expect(await rejection(api.get('/'))).toMatchObject({
      code: 'ERR_CIRCUIT_OPEN',
      cause: { message: expect.stringMatching(/^answered after \d+ ms$/), status: 200 },
    });
    expect(resilience.breakers.get(server.url)?.window).toEqual({ calls: 5, failures: 5, consecutiveFailures: 5 });
  });

  test('with a success threshold of 2 it takes two good probes, and stats tell the state between them', async () => {
    server.script(503, 503, 503, 503, 503, 200);
    const transitions: string[] = [];
    const resilience = attachResilience(api, {
      retry: false,
      breaker: { ...EAGER, successThreshold: 2 },
      hooks: { onStateChange: ({ from, to }) => transitions.push(`${from} → ${to}`) },
    });
    const circuit = () => resilience.stats().scopes[server.url];
    await codes(Array.from({ length: 5 }, () => api.get('/')));
    expect(circuit()).toMatchObject({ circuit: 'open', retryInMs: expect.closeTo(200, -2) });
    await sleep(260);
    await api.get('/');
    expect(circuit()).toMatchObject({ circuit: 'half-open', retryInMs: 0 });
    await api.get('/');
    expect(circuit()).toMatchObject({ circuit: 'closed', retryInMs: 0 });
    expect(transitions).toEqual(['closed → open', 'open → half-open', 'half-open → closed']);
    expect(Object.keys(resilience.stats())).not.toContain('circuit');
  });

  test('each origin has its own circuit, and a request may pass it by', async () => {
    server.script(503);
    const other = await flakyServer(200);
    attachResilience(api, { retry: false, breaker: EAGER });
    await codes(Array.from({ length: 5 }, () => api.get('/')));
    expect(await rejection(api.get('/'))).toMatchObject({ code: 'ERR_CIRCUIT_OPEN' });
    expect((await api.get(`${other.url}/`)).status).toBe(200);
    expect(await rejection(api.get('/', { resilience: { breaker: false } }))).toMatchObject({
      code: 'ERR_BAD_RESPONSE',
    });
    await other.close();
  });

  test('isolated by hand, it refuses until released, and is then what it was', async () => {
    const resilience = attachResilience(api);
    await api.get('/');
    const hold = resilience.breakers.get(server.url)?.isolate();
    expect(resilience.breakers.get(server.url)).toMatchObject({ state: 'isolated', retryInMs: Infinity });
    expect(await rejection(api.get('/'))).toMatchObject({ code: 'ERR_CIRCUIT_OPEN', retryInMs: Infinity });
    hold?.dispose();
    hold?.dispose();
    expect((await api.get('/')).status).toBe(200);
    expect(server.hits).toHaveLength(2);
  });

  test('twenty concurrent calls that meet a short blip are all served, and the circuit stays closed', async () => {
    const blipEndsAt = performance.now() + 150;
    server.script((_req, res) => {
      res.writeHead(performance.now() < blipEndsAt ? 503 : 200).end('{}');
    });
    // Waits of 50 to 100, 100 to 200 and 200 to 400 ms: the third retry comes after the blip for certain.
    const resilience = attachResilience(api, { retry: { backoff: { jitter: 'equal' } } });
    expect(await codes(Array.from({ length: 20 }, () => api.get('/')))).toEqual({ ok: 20 });
    expect(resilience.breakers.get(server.url)?.state).toBe('closed');
  });
});
