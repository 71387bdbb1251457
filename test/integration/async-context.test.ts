import { AsyncLocalStorage } from 'node:async_hooks';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import axios, { type AxiosAdapter, type AxiosInstance, getAdapter } from 'axios';
import { attachResilience, type ResiliencePolicy } from 'axios-resilience';
import { type FlakyServer, flakyServer } from '../helpers/flaky-server.js';
import { rejection } from '../helpers/settled.js';

let server: FlakyServer;
let api: AxiosInstance;
/** What was sent, and by whom as far as its async context knows. */
let sent: string[];
const caller = new AsyncLocalStorage<string>();

beforeEach(async () => {
  server = await flakyServer();
  sent = [];
  const send = getAdapter('http');
  api = axios.create({
    baseURL: server.url,
    adapter: (config) => {
      sent.push(`${config.url} by ${caller.getStore()}`);
      return send(config);
    },
  });
});
afterEach(() => server.close());

const PATHS = ['/a', '/b', '/c', '/d'];
const OWN = PATHS.map((path) => `${path} by ${path}`);
const get = (url: string, config = {}) => caller.run(url, () => api.get(url, config));

describe('a call is sent in the async context of its caller', () => {
  test('that waited for a slot of the bulkhead', async () => {
    attachResilience(api, { bulkhead: 1 });
    await Promise.all(PATHS.map((path) => get(path)));
    expect(sent).toEqual(OWN);
    expect(server.hits.map(({ url }) => url)).toEqual(PATHS);
  });

  test('that waited for the end of another body', async () => {
    attachResilience(api, { bulkhead: { limit: 1, countStreams: true } });
    const read = async (path: string) => (await get(path, { responseType: 'stream' })).data.resume();
    await Promise.all(PATHS.map(read));
    expect(sent).toEqual(OWN);
  });

  test('that waited for a cool-down', async () => {
    server.script({ status: 429, headers: { 'retry-after-ms': '30' } }, 200);
    attachResilience(api, { retry: { maxRetries: 1 } });
    await get('/first');
    server.script({ status: 429, headers: { 'retry-after-ms': '30' } }, 200);
    await rejection(get('/heard', { resilience: { retry: false } }));
    sent = [];
    await Promise.all(PATHS.map((path) => get(path)));
    expect(sent).toEqual(OWN);
  });

  test('and so is each of its retries, and each hook called', async () => {
    server.script(...Array(PATHS.length * 2).fill(503), 200);
    const heard: string[] = [];
    const hear = ({ url }: { url: string }) => heard.push(`${new URL(url).pathname} by ${caller.getStore()}`);
    const policy: ResiliencePolicy = {
      bulkhead: 1,
      breaker: false,
      retry: { maxRetries: 3, backoff: () => 1, budget: { reserve: 6 } },
      hooks: { onRetry: hear, onSuccess: hear },
    };
    attachResilience(api, policy);
    await Promise.all(PATHS.map((path) => get(path)));
    expect(sent.length).toBe(PATHS.length * 3);
    expect(new Set(sent)).toEqual(new Set(OWN));
    expect(heard.length).toBe(PATHS.length * 3);
    expect(new Set(heard)).toEqual(new Set(OWN));
  });
});

test('a call that is cancelled at any step between the end of another and its own turn gives its slot back unused', async () => {
  const resilience = attachResilience(api, { bulkhead: 1 });
  const { adapter: send } = api.defaults as { adapter: AxiosAdapter };
  const sentAt: number[] = [];
  for (let steps = 0; steps < 30; steps++) {
    const controller = new AbortController();
    api.defaults.adapter = async (config) => {
      if (config.url === '/b') sentAt.push(controller.signal.aborted ? Number.NaN : steps);
      const response = await send(config);
      if (config.url === '/a') void after(steps, () => controller.abort());
      return response;
    };
    const [a, b, c] = await Promise.allSettled([get('/a'), get('/b', { signal: controller.signal }), get('/c')]);
    expect([a.status, b.status, c.status]).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(resilience.stats()).toMatchObject({ inFlight: 0, queued: 0, canceled: steps + 1 });
  }
  // Cancelled early it is never sent; late, it is cut off.
  expect(sentAt.length).toBeGreaterThan(0);
  expect(sentAt).toEqual(Array.from(sentAt, (_, i) => 30 - sentAt.length + i));
  expect(resilience.stats().attempts).toBe(60 + sentAt.length);
});

/** After so many steps of the microtask queue. */
async function after(steps: number, act: () => void): Promise<void> {
  for (let i = 0; i < steps; i++) await undefined;
  act();
}
