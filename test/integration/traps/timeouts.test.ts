import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import axios, { type AxiosRequestConfig } from 'axios';
import { attachResilience, type ResiliencePolicy, reportOf } from 'axios-resilience';
import { type FlakyServer, flakyServer } from '../../helpers/flaky-server.js';
import { rejection, rejectionAfter } from '../../helpers/settled.js';

const NOW = { backoff: () => 0 };
const CLARIFIED = { silentJSONParsing: true, forcedJSONParsing: true, clarifyTimeoutError: true };

let server: FlakyServer;

beforeEach(async () => {
  server = await flakyServer('hang');
});
afterEach(() => server.close());

describe.each<[string, AxiosRequestConfig, ResiliencePolicy, string]>([
  ['ECONNABORTED of the http adapter', { adapter: 'http', timeout: 150 }, {}, 'ECONNABORTED'],
  ['ETIMEDOUT by clarifyTimeoutError', { adapter: 'http', timeout: 150, transitional: CLARIFIED }, {}, 'ETIMEDOUT'],
  ['timeout of the fetch adapter', { adapter: 'fetch', timeout: 150 }, {}, 'ETIMEDOUT'],
  ['attemptTimeout, http', { adapter: 'http' }, { attemptTimeout: 150 }, 'ETIMEDOUT'],
  ['attemptTimeout, fetch', { adapter: 'fetch' }, { attemptTimeout: 150 }, 'ETIMEDOUT'],
])('a timeout with the face of %s', (_face, config, policy, code) => {
  test('is the same to the rules: a GET is sent again, a POST is not', async () => {
    const api = axios.create({ baseURL: server.url, ...config });
    attachResilience(api, { ...policy, retry: { ...NOW, maxRetries: 2 } });
    const get = await rejection(api.get('/'));
    expect(get).toMatchObject({ code });
    expect(reportOf(get)).toMatchObject({ ended: 'max-retries', retries: 2 });
    const post = await rejection(api.post('/', {}));
    expect(reportOf(post)).toMatchObject({
      ended: 'method-not-allowed',
      retries: 0,
      attempts: [{ failure: 'timeout' }],
    });
    expect(server.hits.map(({ method }) => method)).toEqual(['GET', 'GET', 'GET', 'POST']);
  });
});

test('every attempt has the whole timeout, and the caller finds it on the error as it was set', async () => {
  server.script((_req, res) => {
    setTimeout(() => res.writeHead(503).end(), 150);
  });
  const api = axios.create({ baseURL: server.url, timeout: 500 });
  attachResilience(api, { retry: { ...NOW, maxRetries: 3 } });
  const error = await rejection(api.get('/'));
  expect(error).toMatchObject({ response: { status: 503 }, config: { timeout: 500 } });
  expect(server.hits).toHaveLength(4);
});

test('timeouts, retries and waits together stay within the deadline', async () => {
  const api = axios.create({ baseURL: server.url, timeout: 150 });
  attachResilience(api, { deadline: 500, retry: { backoff: () => 30 } });
  const error = await rejectionAfter(500, () => api.get('/'), { slack: 35 });
  const { ended, retries, attempts: [first, ...others] = [] } = reportOf(error) ?? {};
  expect([ended, first?.code, others.length]).toEqual(['deadline', 'ECONNABORTED', retries]);
  // Attempts that are late, which only makes them fewer, may leave no time for another wait.
  expect([1, 2]).toContain(retries);
  const last = error.code === 'ERR_DEADLINE_EXCEEDED' ? error.cause : error;
  expect(last).toMatchObject({ code: 'ECONNABORTED' });
});
