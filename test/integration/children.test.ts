import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import axios, { type AxiosInstance } from 'axios';
import { attachResilience, reportOf } from 'axios-resilience';
import { type FlakyServer, flakyServer } from '../helpers/flaky-server.js';
import { elapsed, rejection } from '../helpers/settled.js';

const NOW = { backoff: () => 0 };

describe('instances made of an attached one', () => {
  let server: FlakyServer;
  let parent: AxiosInstance;
  let create: AxiosInstance['create'];

  beforeEach(async () => {
    server = await flakyServer(503);
    parent = axios.create({ baseURL: server.url });
    create = parent.create.bind(parent);
  });
  afterEach(() => server.close());

  test('are their own: a child of an attached parent is plain axios, and has its defaults', async () => {
    const { stats } = attachResilience(parent, { retry: NOW });
    const child = create({ headers: { 'X-Child': 'yes' } });
    const error = await rejection(child.get('/'));
    expect(server.hits.map(({ headers }) => headers['x-child'])).toEqual(['yes']);
    expect(reportOf(error)).toBeUndefined();
    expect(stats()).toMatchObject({ calls: 0 });
  });

  test('may be attached with a policy of their own, and neither sends what the other counts', async () => {
    const ofParent = attachResilience(parent, { retry: { ...NOW, maxRetries: 1 } });
    const child = create();
    const ofChild = attachResilience(child, { retry: { ...NOW, maxRetries: 2 } });
    await rejection(parent.get('/parent'));
    await rejection(child.get('/child'));
    expect(server.hits.map(({ url }) => url)).toEqual(['/parent', '/parent', '/child', '/child', '/child']);
    expect(ofParent.stats()).toMatchObject({ calls: 1, attempts: 2 });
    expect(ofChild.stats()).toMatchObject({ calls: 1, attempts: 3 });
  });

  test('have circuits of their own', async () => {
    const eager = { retry: false, breaker: { consecutive: 1, minimumDuration: 0, openFor: 5_000 } } as const;
    attachResilience(parent, eager);
    const child = create();
    const ofChild = attachResilience(child, eager);
    await rejection(parent.get('/'));
    expect(await rejection(parent.get('/'))).toMatchObject({ code: 'ERR_CIRCUIT_OPEN' });
    expect(await rejection(child.get('/'))).toMatchObject({ code: 'ERR_BAD_RESPONSE' });
    expect(ofChild.breakers.get(server.url)?.state).toBe('open');
    expect(server.hits).toHaveLength(2);
  });

  test("take over the parent's defaults.resilience, which counts once they are attached", async () => {
    attachResilience(parent, { retry: NOW });
    parent.defaults.resilience = { retry: 1 };
    const child = create();
    attachResilience(child, { retry: { ...NOW, maxRetries: 5 } });
    await rejection(child.get('/'));
    expect(server.hits).toHaveLength(2);
  });

  test('outlive the detaching of the other', async () => {
    const ofParent = attachResilience(parent, { retry: { ...NOW, maxRetries: 1 } });
    const child = create();
    attachResilience(child, { retry: { ...NOW, maxRetries: 1 } });
    ofParent.detach();
    await rejection(parent.get('/parent'));
    await rejection(child.get('/child'));
    expect(server.hits.map(({ url }) => url)).toEqual(['/parent', '/child', '/child']);
  });

  test('a request of one, sent again by the other, is retried by the policy of who sends it', async () => {
    attachResilience(parent, { retry: { ...NOW, maxRetries: 1 } });
    const child = create();
    attachResilience(child, { retry: { ...NOW, maxRetries: 2 } });
    const error = await rejection(parent.get('/'));
    await rejection(child.request((error as unknown as { config: object }).config));
    expect(server.hits).toHaveLength(5);
  });
});

describe.each(['before', 'after'] as const)('an interceptor that logs, registered %s attaching', (order) => {
  test('writes one line a call with the time the whole call took, whatever came between', async () => {
    const server = await flakyServer(503, 503, 200, 404);
    const api = axios.create({ baseURL: server.url });
    const lines: string[] = [];
    const times: number[] = [];
    const log = () => {
      const began = new WeakMap<object, number>();
      api.interceptors.request.use((config) => {
        began.set(config, performance.now());
        lines.push(`→ ${config.method} ${config.url}`);
        return config;
      });
      const note = (config: object, status: unknown) => {
        times.push(performance.now() - (began.get(config) ?? Number.NaN));
        lines.push(`← ${status}`);
      };
      api.interceptors.response.use(
        (response) => {
          note(response.config, response.status);
          return response;
        },
        (error) => {
          note(error.config, error.response?.status ?? error.code);
          return Promise.reject(error);
        },
      );
    };
    if (order === 'before') log();
    attachResilience(api, { retry: { backoff: () => 30 } });
    if (order === 'after') log();
    const took = [await elapsed(api.get('/a')), await elapsed(api.get('/b'))];
    expect(lines).toEqual(['→ get /a', '← 200', '→ get /b', '← 404']);
    expect(times[0]).toBeGreaterThanOrEqual(58);
    expect(times[0]).toBeLessThanOrEqual(Number(took[0]));
    expect(times[1]).toBeLessThanOrEqual(Number(took[1]));
    expect(server.hits).toHaveLength(4);
    await server.close();
  });
});
