import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import axios, { type AxiosInstance } from 'axios';
import { attachResilience } from 'axios-resilience';
import { type FlakyServer, flakyServer } from '../helpers/flaky-server.js';
import { rejection, sleep } from '../helpers/settled.js';

const PROMPTLY = { deadline: 1_000, retry: false } as const;

// A deadlock would show as ERR_DEADLINE_EXCEEDED.
describe.each(['http', 'fetch'] as const)(
  'calls made by interceptors through the same instance, %s adapter:',
  (adapter) => {
    let server: FlakyServer;
    let api: AxiosInstance;

    beforeEach(async () => {
      server = await flakyServer();
      api = axios.create({ baseURL: server.url, adapter });
    });
    afterEach(() => server.close());

    const urls = () => server.hits.map(({ url }) => url);

    /** Each call of `/data` asks for a token first. */
    const tokenFirst = () => {
      api.interceptors.request.use(async (config) => {
        if (config.url !== '/data') return config;
        const { data } = await api.get('/token');
        config.headers.set('x-token', String(data.hit));
        return config;
      });
    };
    /** A 401 is answered by a refresh and the same call again. */
    const refreshOn401 = () => {
      api.interceptors.response.use(undefined, async (error) => {
        if (error.response?.status !== 401) throw error;
        await api.get('/token');
        return api.request({ ...error.config, url: '/again' });
      });
    };

    describe('while the circuit is half-open', () => {
      beforeEach(async () => {
        attachResilience(api, { ...PROMPTLY, breaker: { consecutive: 1, minimumDuration: 0, openFor: 50 } });
        server.script(503);
        await rejection(api.get('/down'));
        await sleep(70);
      });

      test('a request interceptor’s call is the probe, and its own call follows', async () => {
        tokenFirst();
        server.script(200);
        expect((await api.get('/data')).status).toBe(200);
        expect(urls()).toEqual(['/down', '/token', '/data']);
      });

      test('of many at once, one call’s nested one is the probe and the others are refused, none waits', async () => {
        tokenFirst();
        server.script((_req, res) => void setTimeout(() => res.end('{"hit":1}'), 30));
        const ends = await Promise.allSettled(Array.from({ length: 10 }, () => api.get('/data')));
        const codes = ends.map((end) => (end.status === 'fulfilled' ? 'ok' : end.reason.code));
        expect(codes.sort()).toEqual([...Array(9).fill('ERR_CIRCUIT_OPEN'), 'ok']);
      });

      test('a response interceptor’s calls come after the probe, which a 401 closes', async () => {
        refreshOn401();
        server.script(401, 200);
        expect((await api.get('/data')).status).toBe(200);
        expect(urls()).toEqual(['/down', '/data', '/token', '/again']);
      });

      test('a response interceptor’s call after a probe that failed is refused at once', async () => {
        api.interceptors.response.use(undefined, async (error) => {
          if (error.config.url === '/data') await api.get('/token');
          throw error;
        });
        expect(await rejection(api.get('/data'))).toMatchObject({ code: 'ERR_CIRCUIT_OPEN' });
        expect(urls()).toEqual(['/down', '/data']);
      });
    });

    describe('while the bulkhead has one slot', () => {
      test.each([
        ['a queue', { limit: 1, queue: 10 }],
        ['no queue', { limit: 1, queue: 0 }],
      ])('and %s, no call waits for the slot it holds itself', async (_, bulkhead) => {
        attachResilience(api, { ...PROMPTLY, bulkhead });
        tokenFirst();
        refreshOn401();
        server.script(200, 401, 200);
        expect((await api.get('/data')).status).toBe(200);
        expect(urls()).toEqual(['/token', '/data', '/token', '/again']);
      });

      test('20 calls that each nest three share it, and all are served', async () => {
        const resilience = attachResilience(api, { ...PROMPTLY, deadline: 5_000, bulkhead: 1 });
        tokenFirst();
        refreshOn401();
        server.script(({ url }, res) => void setTimeout(() => res.writeHead(url === '/data' ? 401 : 200).end('{}'), 1));
        const ends = await Promise.all(Array.from({ length: 20 }, () => api.get('/data')));
        expect(ends.map(({ status }) => status)).toEqual(Array(20).fill(200));
        expect(resilience.stats()).toMatchObject({ calls: 80, attempts: 80, inFlight: 0, queued: 0 });
      });
    });
  },
);
