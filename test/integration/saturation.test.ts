import { afterEach, beforeEach, expect, test } from '@jest/globals';
import axios, { type AxiosInstance } from 'axios';
import { attachResilience, type SaturationEvent } from 'axios-resilience';
import { type FlakyServer, flakyServer } from '../helpers/flaky-server.js';

let server: FlakyServer;
let api: AxiosInstance;

beforeEach(async () => {
  server = await flakyServer((_req, res) => void setTimeout(() => res.end('{}'), 5));
  api = axios.create({ baseURL: server.url });
});
afterEach(() => server.close());

const burst = (calls: number) => Promise.allSettled(Array.from({ length: calls }, () => api.get('/')));

test('a bulkhead that is full says so once an episode, to hooks and log', async () => {
  const events: SaturationEvent[] = [];
  const warnings: string[] = [];
  const resilience = attachResilience(api, {
    bulkhead: { limit: 3 },
    logger: { warn: (_fields, message) => warnings.push(message), error: () => {} },
  });
  const stop = resilience.subscribe({ onSaturation: (event) => events.push(event) });
  await burst(3);
  expect(events).toEqual([]);
  for (let episode = 1; episode <= 2; episode++) await burst(30);
  const event = { scope: server.url, limit: 3, queued: 1 };
  expect(events).toEqual([event, event]);
  expect(Object.isFrozen(events[0])).toBe(true);
  expect(warnings).toEqual(Array(2).fill(`axios-resilience: bulkhead of ${server.url} is full: 3 in flight`));
  stop();
  await burst(30);
  expect([events.length, warnings.length]).toEqual([2, 3]);
});

test('a hook that throws or calls back does no harm', async () => {
  let nested: Promise<unknown> | undefined;
  const resilience = attachResilience(api, {
    bulkhead: { limit: 1, queue: 50 },
    hooks: {
      onSaturation: () => {
        nested = api.get('/nested');
        throw new Error('broken listener');
      },
    },
    logger: { warn: () => {}, error: () => {} },
  });
  const ends = await burst(20);
  await nested;
  expect(new Set(ends.map(({ status }) => status))).toEqual(new Set(['fulfilled']));
  expect(server.hits).toHaveLength(21);
  expect(resilience.stats()).toMatchObject({ inFlight: 0, queued: 0, successes: 21 });
});
