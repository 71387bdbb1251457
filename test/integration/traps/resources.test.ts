import { getEventListeners, setMaxListeners } from 'node:events';
import { Agent } from 'node:http';
import type { Readable } from 'node:stream';
import { inspect } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import axios, { type AxiosInstance, type AxiosResponse } from 'axios';
import { attachResilience } from 'axios-resilience';
import { type FlakyServer, flakyServer } from '../../helpers/flaky-server.js';
import { countTimers } from '../../helpers/left-over.js';
import { rejection, sleep } from '../../helpers/settled.js';

const NOW = { backoff: () => 0 };

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

describe('what is held, and for how long', () => {
  let server: FlakyServer;
  let api: AxiosInstance;

  beforeEach(async () => {
    server = await flakyServer();
    api = axios.create({ baseURL: server.url });
  });
  afterEach(() => server.close());

  test('the answers of failed attempts are let go, though the last one is still held', async () => {
    const failed: WeakRef<AxiosResponse>[] = [];
    const onRetry = ({ response }: { response?: AxiosResponse }) => {
      failed.push(new WeakRef(response as AxiosResponse));
    };
    attachResilience(api, { retry: NOW, hooks: { onRetry } });
    server.script({ status: 503, body: 'x'.repeat(100_000) }, 503, 503, 200);
    const last = await api.get('/');
    const isCollected = (answer: WeakRef<AxiosResponse>) => answer.deref() === undefined;
    for (let round = 0; round < 10 && !failed.every(isCollected); round++) {
      await sleep(2);
      collect();
    }
    expect(failed.map(isCollected)).toEqual([true, true, true]);
    expect(last.data).toEqual({ hit: 4 });
  });

  test.each([[undefined], [1e6]])(
    'maxContentLength %p: the socket of a failed stream is there for the next attempt',
    async (limit) => {
      const httpAgent = new Agent({ keepAlive: true, maxSockets: 1 });
      attachResilience(api, { attemptTimeout: 1_000, retry: NOW });
      server.script(503, 503, { body: 'x'.repeat(100_000) });
      const options = {
        httpAgent,
        proxy: false,
        responseType: 'stream',
        ...(limit && { maxContentLength: limit }),
      } as const;
      const { data } = await api.get<Readable>('/', options);
      let length = 0;
      for await (const chunk of data) length += (chunk as Buffer).length;
      expect([server.hits.length, length]).toEqual([3, 100_000]);
      httpAgent.destroy();
    },
  );

  test('100 retried calls of two big answers each leave the heap as it was', async () => {
    attachResilience(api, { retry: NOW, breaker: false });
    const big = 'x'.repeat(500_000);
    server.script((_req, res, hit) => void res.writeHead(hit % 2 ? 503 : 200).end(big));
    const used = () => {
      collect();
      return process.memoryUsage().heapUsed;
    };
    const call = async (times: number) => {
      for (let i = 0; i < times; i++) await api.get('/');
    };
    await call(20);
    server.script((_req, res) => void res.end());
    await api.get('/');
    (server.hits as unknown[]).length = 0;
    const before = used();
    server.script((_req, res, hit) => void res.writeHead(hit % 2 ? 503 : 200).end(big));
    await call(100);
    expect(server.hits).toHaveLength(200);
    (server.hits as unknown[]).length = 0;
    expect((used() - before) / 1e6).toBeLessThan(5);
  });

  test('1,000 calls, one in ten of them retried, leave no listener, no timer and nothing counted as under way', async () => {
    const { stats } = attachResilience(api, { retry: NOW, breaker: false });
    server.script((_req, res, hit) => void res.writeHead(hit % 11 === 1 ? 503 : 200).end('{}'));
    const { signal } = new AbortController();
    setMaxListeners(60, signal);
    const before = countTimers();
    for (let round = 0; round < 20; round++) {
      await Promise.all(Array.from({ length: 50 }, () => api.get('/', { signal })));
    }
    expect(stats()).toMatchObject({ calls: 1_000, successes: 1_000, inFlight: 0, queued: 0 });
    expect(stats().retries).toBeGreaterThanOrEqual(80);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    await sleep(5);
    expect(countTimers()).toBeLessThanOrEqual(before + 1);
    expect(Object.keys(stats().scopes)).toEqual([server.url]);
  });

  test('an error printed after retries holds no secret more than one of plain axios, and is not longer for each', async () => {
    server.script({ status: 503, body: 'x'.repeat(2_000) });
    const printed = async (instance: AxiosInstance, retry: number) => {
      const request = { headers: { Authorization: 'Bearer hunter2' }, resilience: { retry } };
      const text = inspect(await rejection(instance.get('/', request)), { depth: 8 });
      return { length: text.length, secrets: text.split('hunter2').length - 1 };
    };
    const plain = await printed(axios.create({ baseURL: server.url }), 0);
    attachResilience(api, { retry: NOW, breaker: false });
    const [once, often] = [await printed(api, 0), await printed(api, 9)];
    expect(plain.secrets).toBeGreaterThan(0);
    expect(once.secrets).toBe(plain.secrets);
    expect(often.secrets).toBe(plain.secrets);
    expect(often.length / once.length).toBeLessThan(1.01);
    expect(often.length / plain.length).toBeLessThan(1.5);
  });

  test('a hundred calls on a dead service send far fewer than two hundred requests, ten at a time', async () => {
    let [now, peak] = [0, 0];
    server.script((_req, res) => {
      peak = Math.max(peak, ++now);
      setTimeout(() => {
        now--;
        res.writeHead(503).end();
      }, 5);
    });
    attachResilience(api, { retry: NOW, bulkhead: 10, breaker: { consecutive: 5, minimumDuration: 0 } });
    const ends = await Promise.all(Array.from({ length: 100 }, () => rejection(api.get('/'))));
    expect(server.hits.length).toBeLessThan(25);
    expect(peak).toBeLessThanOrEqual(10);
    expect(ends.filter(({ code }) => code === 'ERR_CIRCUIT_OPEN').length).toBeGreaterThan(75);
  });
});
