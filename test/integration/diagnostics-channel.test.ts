import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import axios, { type AxiosInstance } from 'axios';
import { attachResilience, type ResilienceHandle, type ResilienceHooks } from 'axios-resilience';
import { publishEvents } from 'axios-resilience/diagnostics-channel';
import { type FlakyServer, flakyServer } from '../helpers/flaky-server.js';
import { rejection } from '../helpers/settled.js';

const NAMES = [
  'retry',
  'success',
  'give-up',
  'end',
  'reject',
  'state-change',
  'saturation',
  'hedge',
  'cool-down',
  'budget-exhausted',
];

let server: FlakyServer;
let api: AxiosInstance;
let resilience: ResilienceHandle;
let published: [channel: string, event: object][];
const listener = (event: unknown, channel: string | symbol) => published.push([String(channel), event as object]);

beforeEach(async () => {
  server = await flakyServer();
  api = axios.create({ baseURL: server.url });
  published = [];
  const breaker = { consecutive: 2, minimumDuration: 0 };
  resilience = attachResilience(api, { breaker, retry: { maxRetries: 1, backoff: () => 0 } });
});
afterEach(() => {
  for (const name of NAMES) unsubscribe(`axios-resilience:${name}`, listener);
  return server.close();
});
const channels = () => published.map(([channel]) => channel.replace(/^axios-resilience:/, ''));

test('each event is published on its own channel, and printing it gives no secret away', async () => {
  const stop = publishEvents(resilience);
  for (const name of NAMES) subscribe(`axios-resilience:${name}`, listener);
  await api.get('/?token=hunter2');
  server.script(503);
  await rejection(api.get('/'));
  await rejection(api.get('/'));
  expect(channels()).toEqual(['success', 'end', 'retry', 'state-change', 'give-up', 'end', 'reject', 'give-up', 'end']);
  expect(published[2]?.[1]).toMatchObject({ method: 'GET', scope: server.url, attempt: 1, because: 'status' });
  expect(JSON.stringify(published)).not.toContain('hunter2');
  stop();
  await rejection(api.get('/'));
  expect(published).toHaveLength(9);
});

test('no event is made while nobody listens to its channel', async () => {
  let told: ResilienceHooks = {};
  const unheard = publishEvents({
    subscribe: (hooks) => {
      told = hooks;
      return resilience.subscribe(hooks);
    },
  });
  const heard = () => Object.entries(told).flatMap(([hook, listener]) => (listener ? [hook] : []));
  expect([Object.keys(told).length, heard()]).toEqual([NAMES.length, []]);
  await api.get('/');
  subscribe('axios-resilience:end', listener);
  expect(heard()).toEqual(['onEnd']);
  await api.get('/');
  unsubscribe('axios-resilience:end', listener);
  expect(heard()).toEqual([]);
  await api.get('/');
  expect(channels()).toEqual(['end']);
  expect(server.hits).toHaveLength(3);
  unheard();
});

test('what is no handle is refused by name', () => {
  for (const handle of [undefined, {}, axios]) {
    expect(() => publishEvents(handle as never)).toThrow(
      /^`resilience` must be what attachResilience\(\) gave back, got/,
    );
  }
});
