import { spawn } from 'node:child_process';
import { Agent } from 'node:http';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import axios, { type AxiosRequestConfig } from 'axios';
import { type Service, startService } from '../../examples/service/service.js';
import { startUpstream, type Upstream } from '../../examples/service/upstream.js';
import { elapsed, elapsedAwake, eventually, rejection, sleep } from '../helpers/settled.js';

/** A caller of the service: a socket for each request, every status an answer. */
const http = axios.create({ httpAgent: new Agent(), proxy: false, validateStatus: () => true });

/** How long a caller would wait who is refused in a fortieth of it. */
const PATIENT_MS = 10_000;

describe('the service of the examples', () => {
  let upstream: Upstream;
  let service: Service;
  let log: Record<string, unknown>[];

  beforeEach(async () => {
    // Waits are half of what they may be.
    jest.spyOn(Math, 'random').mockReturnValue(0.5);
    upstream = await startUpstream();
    upstream.mode = 'up';
    log = [];
    const stream = { write: (line: string) => void log.push(JSON.parse(line)) };
    service = await startService({ upstreamUrl: upstream.url, logger: { level: 'debug', stream } });
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await service.close();
    await upstream.close();
  });

  async function ask(path: string, deadlineMs?: number, config: AxiosRequestConfig = {}) {
    const headers = { ...config.headers, ...(deadlineMs && { 'x-deadline-ms': deadlineMs }) };
    const answer = http.get(`${service.url}${path}`, { ...config, headers });
    const tookMs = elapsedAwake(answer);
    const { status, data, headers: got } = await answer;
    return { status, data, retryAfter: got['retry-after'], tookMs: await tookMs };
  }
  const health = async () => (await ask('/health')).data;
  const circuit = async () => (await health()).circuits[upstream.url];

  /** The sum of a metric over all its series that say this. */
  async function metric(name: string, label = ''): Promise<number> {
    const { data } = await ask('/metrics');
    const series = [...String(data).matchAll(/^(?<name>\w+)\{(?<labels>.*)\} (?<value>\d+)/gm)];
    const found = series.filter(({ groups }) => groups?.name === name && groups?.labels?.includes(label));
    return found.reduce((sum, { groups }) => sum + Number(groups?.value), 0);
  }

  test('tells the upstream what is left of its caller’s time, anew for each attempt', async () => {
    upstream.mode = 'down';
    const answer = ask('/products/7', 500, { headers: { 'x-request-id': 'order-66' } });
    await eventually(() => upstream.seen.length === 1);
    upstream.mode = 'up';
    const { status, data } = await answer;
    expect({ status, data }).toEqual({
      status: 200,
      data: { product: { id: '7', price: 17 }, source: 'upstream', ageMs: 0 },
    });
    const [first, second] = upstream.seen;
    expect(upstream.seen).toHaveLength(2);
    expect(first?.deadlineMs).toBeLessThanOrEqual(480);
    expect(first?.deadlineMs).toBeGreaterThan(380);
    const passedMs = Number(second?.at) - Number(first?.at);
    expect(passedMs).toBeGreaterThanOrEqual(49);
    expect(Number(first?.deadlineMs) - Number(second?.deadlineMs)).toBeGreaterThan(passedMs - 10);
    expect(upstream.seen.map(({ requestId }) => requestId)).toEqual(['order-66', 'order-66']);
    const retry = log.filter((record) => record['resilience.because'] === 'status');
    expect(retry).toMatchObject([{ reqId: 'order-66', 'http.response.status_code': 500, 'resilience.delay_ms': 50 }]);
  });

  test('a caller who waits 300 ms is answered in time, and nothing is sent for them afterwards', async () => {
    upstream.mode = 'slow';
    const answer = ask('/products/7', 300);
    expect(await elapsed(answer)).toBeGreaterThan(250);
    const { status, data, tookMs } = await answer;
    expect({ status, data }).toEqual({ status: 504, data: { error: 'ERR_DEADLINE_EXCEEDED' } });
    expect(tookMs).toBeLessThan(400);
    await eventually(() => upstream.seen[0]?.hungUp === true);
    await sleep(150);
    expect(upstream.seen).toHaveLength(1);
    expect(await ask('/products/7', -5)).toMatchObject({ status: 400 });
  });

  test('a caller who hangs up takes the request to the upstream along', async () => {
    upstream.mode = 'slow';
    const controller = new AbortController();
    const hungUp = rejection(ask('/products/7', undefined, { signal: controller.signal }));
    await eventually(() => upstream.seen.length === 1);
    controller.abort();
    expect(await elapsedAwake(eventually(() => upstream.seen[0]?.hungUp === true))).toBeLessThan(200);
    expect(upstream.seen[0]?.hungUp).toBe(true);
    expect(await hungUp).toMatchObject({ code: 'ERR_CANCELED' });
    expect((await health()).calls).toMatchObject({ calls: 1, attempts: 1, canceled: 1, inFlight: 0 });
  });

  test('an outage: stale answers, an open circuit, quick refusals, the same figures everywhere, and recovery', async () => {
    let asked = 0;
    const product = (id: number, deadlineMs?: number) => {
      asked++;
      return ask(`/products/${id}`, deadlineMs);
    };
    expect((await product(1)).data.source).toBe('upstream');
    expect(await circuit()).toMatchObject({ state: 'closed', retryInMs: 0 });
    upstream.mode = 'down';
    expect(await product(2)).toMatchObject({ status: 502, data: { error: 'ERR_BAD_RESPONSE' } });
    const known = [];
    for (let i = 0; i < 12; i++) {
      known.push(product(1, 400));
      await sleep(100);
    }
    for (const { status, data } of await Promise.all(known)) {
      expect({ status, data }).toMatchObject({ status: 200, data: { product: { price: 17 }, source: 'stale' } });
      expect(data.ageMs).toBeGreaterThan(0);
    }

    // A probe, which fails, opens it anew.
    while ((await circuit()).retryInMs < 500) await product(1);
    const sent = upstream.seen.length;
    const { status, data, retryAfter, tookMs } = await product(2, PATIENT_MS);
    expect({ status, data }).toEqual({ status: 503, data: { error: 'ERR_CIRCUIT_OPEN' } });
    expect(['1', '2']).toContain(retryAfter);
    expect(tookMs).toBeLessThan(PATIENT_MS / 40);
    expect(upstream.seen).toHaveLength(sent);
    const { status: overall, circuits, calls } = await health();
    expect(overall).toBe('degraded');
    expect(circuits[upstream.url]).toMatchObject({ state: 'open', openedBy: 'Request failed with status code 500' });

    expect(calls).toMatchObject({ calls: asked, attempts: sent, inFlight: 0, queued: 0, held: 0 });
    expect(await metric('axios_resilience_calls_total')).toBe(asked);
    expect(await metric('axios_resilience_attempts_total')).toBe(sent);
    expect(await metric('axios_resilience_attempts_total', 'attempt_kind="retry"')).toBe(calls.retries);
    expect(await metric('axios_resilience_rejections_total', '"circuit-open"')).toBe(calls.rejected);
    expect(await metric('axios_resilience_circuit_state', 'circuit_state="open"')).toBe(1);
    expect(calls.rejected).toBeGreaterThan(0);

    upstream.mode = 'up';
    await sleep(circuits[upstream.url].retryInMs + 5);
    expect((await product(1)).data).toMatchObject({ source: 'upstream', ageMs: 0 });
    expect(await health()).toMatchObject({ status: 'ok', circuits: { [upstream.url]: { state: 'closed' } } });
    const changes = log.map(({ msg }) => /circuit of \S+: (.*)/.exec(String(msg))?.[1]).filter(Boolean);
    expect([changes[0], changes.at(-1)]).toEqual(['closed → open', 'half-open → closed']);
    expect(await metric('axios_resilience_circuit_transitions_total')).toBe(changes.length);
  });

  test('an upstream that asks for rest gets it, and callers are told as much', async () => {
    upstream.mode = 'busy';
    expect(await ask('/products/1')).toMatchObject({ status: 503, retryAfter: '30' });
    const second = await ask('/products/2', PATIENT_MS);
    expect(second).toMatchObject({ status: 503, data: { error: 'ERR_COOLING_DOWN' } });
    expect(Number(second.retryAfter)).toBeGreaterThanOrEqual(30);
    expect(Number(second.retryAfter)).toBeLessThanOrEqual(31);
    expect(second.tookMs).toBeLessThan(PATIENT_MS / 40);
    expect(upstream.seen).toHaveLength(1);
  });

  test('twenty are sent, twenty wait no longer than their callers do, and one more is refused at once', async () => {
    Object.assign(upstream, { mode: 'slow', slowMs: 10_000 });
    const twenty = (deadlineMs: number) => Array.from({ length: 20 }, (_, i) => ask(`/products/${i}`, deadlineMs));
    const sent = twenty(2_500);
    await eventually(() => upstream.seen.length === 20);
    const waiting = twenty(1_200);
    let { calls } = await health();
    for (let asked = 1; calls.queued < 20 && asked < 200; asked++) calls = (await health()).calls;
    expect(calls).toMatchObject({ inFlight: 20, queued: 20 });
    const refused = await ask('/products/41', PATIENT_MS);
    expect(refused).toMatchObject({ status: 503, data: { error: 'ERR_BULKHEAD_FULL' }, retryAfter: '1' });
    expect(refused.tookMs).toBeLessThan(PATIENT_MS / 40);
    const late = [...(await Promise.all(waiting)), ...(await Promise.all(sent))];
    expect(late.filter(({ status }) => status === 504)).toHaveLength(40);
    expect(upstream.seen).toHaveLength(20);
  });

  test('what the upstream does not have is not there, and no failure', async () => {
    expect(await ask('/products/none')).toMatchObject({ status: 404, data: { error: 'ERR_NOT_FOUND' } });
    expect(upstream.seen).toHaveLength(1);
    expect((await health()).status).toBe('ok');
  });
});

test('told to end, the service answers who is waiting, and its process ends by itself: no socket, no timer is left', async () => {
  const env = { ...process.env, PORT: '0', UPSTREAM_PORT: '0' };
  const child = spawn(process.execPath, ['--import', 'tsx', 'examples/service/main.ts'], { env, timeout: 20_000 });
  const exited = new Promise<number | null>((resolve) => child.on('exit', resolve));
  try {
    const [url, upstreamUrl] = await new Promise<string[]>((resolve) => {
      createInterface(child.stdout).on('line', (line) => {
        if (line.startsWith('service ')) resolve(line.match(/http:[^,\s]+/g) ?? []);
      });
    });
    await http.put(`${upstreamUrl}/mode/slow`);
    const answer = http.get(`${url}/products/1`);
    await sleep(150);
    const toldAt = performance.now();
    child.kill('SIGTERM');
    expect((await answer).data).toMatchObject({ source: 'upstream' });
    expect(await exited).toBe(0);
    expect(performance.now() - toldAt).toBeLessThan(4_000);
    expect((await rejection(http.get(`${url}/health`))).code).toBe('ECONNREFUSED');
  } finally {
    child.kill('SIGKILL');
  }
}, 20_000);
