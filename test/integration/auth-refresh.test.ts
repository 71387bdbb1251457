import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import axios, { type AxiosError, type AxiosInstance, type InternalAxiosRequestConfig } from 'axios';
import { attachResilience, type ResilienceHandle, type ResiliencePolicy } from 'axios-resilience';
import { type FlakyServer, flakyServer, requestsIn, type Step } from '../helpers/flaky-server.js';
import { rejection, sleep } from '../helpers/settled.js';

const NOW = { backoff: () => 0 };
const ORDERS = ['before', 'after'] as const;

/** Answers by the token, and hands out a new one. */
const guarded: Step = (req, res) => {
  const { url, headers } = req;
  if (url === '/token') res.end('{"token":"new"}');
  else res.writeHead(headers.authorization === 'Bearer new' ? 200 : 401).end('{}');
};

describe.each(ORDERS)('an interceptor that renews the token, registered %s attaching', (order) => {
  let server: FlakyServer;
  let api: AxiosInstance;
  let ends: string[];

  beforeEach(async () => {
    server = await flakyServer(guarded);
    api = axios.create({ baseURL: server.url });
    ends = [];
  });
  afterEach(() => server.close());

  /** On 401: asks the same instance for a token, and sends the request again as it came back. */
  const renew = async (error: AxiosError) => {
    const config = error.config as InternalAxiosRequestConfig & { renewed?: boolean };
    if (error.response?.status !== 401 || config.renewed) throw error;
    const { data } = await api.post('/token');
    config.headers.set('Authorization', `Bearer ${data.token}`);
    config.renewed = true;
    return api.request(config);
  };

  const attach = (policy: ResiliencePolicy): ResilienceHandle => {
    const hooks = {
      onSuccess: ({ url }: { url: string }) => void ends.push(`${new URL(url).pathname} success`),
      onGiveUp: ({ url }: { url: string }) => void ends.push(`${new URL(url).pathname} gave up`),
    };
    if (order === 'before') api.interceptors.response.use(undefined, renew);
    const handle = attachResilience(api, { ...policy, hooks });
    if (order === 'after') api.interceptors.response.use(undefined, renew);
    return handle;
  };

  test('the caller gets the answer to the second request, and each call ends once', async () => {
    const { stats } = attach({ retry: NOW });
    const response = await api.put('/me', { a: 1 });
    expect(response.status).toBe(200);
    expect(requestsIn(server.hits)).toEqual(['PUT /me', 'POST /token', 'PUT /me']);
    expect(server.hits.map(({ body }) => body)).toEqual(['{"a":1}', '', '{"a":1}']);
    expect(stats()).toMatchObject({ calls: 3, attempts: 3, successes: 2, failures: 1, inFlight: 0 });
    expect(ends).toEqual(['/token success', '/me success']);
  });

  test('the request that is sent again has a full set of attempts, and each of its calls its own', async () => {
    server.script(503, guarded, guarded, 503, 503, guarded);
    attach({ retry: { ...NOW, maxRetries: 2 } });
    expect((await api.get('/me')).status).toBe(200);
    expect(requestsIn(server.hits)).toEqual(['GET /me', 'GET /me', 'POST /token', 'GET /me', 'GET /me', 'GET /me']);
    expect(ends).toEqual(['/me gave up', '/token success', '/me success']);
  });

  test('one slot is enough: a call that ended has given its slot back before its interceptors run', async () => {
    const { stats } = attach({ retry: NOW, bulkhead: { limit: 1, queue: 0 }, deadline: 2_000 });
    expect((await api.get('/me')).status).toBe(200);
    expect(stats()).toMatchObject({ calls: 3, rejected: 0, inFlight: 0, queued: 0 });
  });

  test('twenty at the same time behind one slot all get through', async () => {
    const { stats } = attach({ retry: NOW, bulkhead: { limit: 1 }, deadline: 5_000 });
    const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => api.get(`/${i}`)));
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
    expect(stats()).toMatchObject({ calls: 60, successes: 40, failures: 20, rejected: 0, inFlight: 0, queued: 0 });
  });

  test('a probe that is answered 401 has closed the circuit before the token is asked for', async () => {
    const { breakers, stats } = attach({
      retry: NOW,
      bulkhead: { limit: 1, queue: 0 },
      breaker: { consecutive: 1, minimumDuration: 0, openFor: 30 },
      deadline: 2_000,
    });
    server.script(503, guarded);
    await rejection(api.get('/down', { resilience: { retry: false } }));
    expect(breakers.get(server.url)?.state).toBe('open');
    await sleep(50);
    expect((await api.get('/me')).status).toBe(200);
    expect(breakers.get(server.url)?.state).toBe('closed');
    expect(requestsIn(server.hits)).toEqual(['GET /down', 'GET /me', 'POST /token', 'GET /me']);
    expect(stats()).toMatchObject({ calls: 4, rejected: 0, inFlight: 0, queued: 0 });
  });

  test('a token that cannot be had ends the call with that failure', async () => {
    server.script(401, 503);
    const { stats } = attach({ retry: { ...NOW, maxRetries: 1 } });
    expect(await rejection(api.get('/me'))).toMatchObject({ config: { url: '/token' }, response: { status: 503 } });
    expect(requestsIn(server.hits)).toEqual(['GET /me', 'POST /token']);
    expect(stats()).toMatchObject({ calls: 2, failures: 2, inFlight: 0 });
  });
});
