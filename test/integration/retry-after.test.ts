import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import axios, { type AxiosInstance } from 'axios';
import { attachResilience, reportOf } from 'axios-resilience';
import { type FlakyServer, flakyServer } from '../helpers/flaky-server.js';
import { rejection } from '../helpers/settled.js';

// A place where reading an asctime date as local time would be nine hours off.
process.env.TZ = 'Asia/Tokyo';

describe.each(['http', 'fetch'] as const)('Retry-After through the %s adapter', (adapter) => {
  let server: FlakyServer;
  let api: AxiosInstance;

  beforeEach(async () => {
    server = await flakyServer();
    api = axios.create({ baseURL: server.url, adapter });
  });
  afterEach(() => server.close());

  const gap = ({ hits } = server) => (hits[1]?.at ?? Number.NaN) - (hits[0]?.at ?? Number.NaN);

  test('Retry-After: 2 is waited for, never less, at most a tenth more', async () => {
    server.script({ status: 503, headers: { 'retry-after': '2' } }, 200);
    attachResilience(api);
    const response = await api.get('/');
    const { delayMs = Number.NaN, retryAfterMs } = reportOf(response)?.attempts[0] ?? {};
    expect(retryAfterMs).toBe(2_000);
    expect(delayMs).toBeGreaterThanOrEqual(2_000);
    expect(delayMs).toBeLessThanOrEqual(2_200);
    expect(gap()).toBeGreaterThanOrEqual(delayMs - 5);
  });

  test('Retry-After: 3600 ends the call at once, and the report has the hint', async () => {
    server.script({ status: 503, headers: { 'retry-after': '3600' } });
    attachResilience(api);
    const error = await rejection(api.get('/'));
    expect(error).toMatchObject({ response: { status: 503 } });
    expect(server.hits).toHaveLength(1);
    expect(reportOf(error)).toMatchObject({
      ended: 'retry-after-too-long',
      waitedMs: 0,
      attempts: [{ status: 503, retryAfterMs: 3_600_000 }],
    });
  });

  const date = {
    'IMF-fixdate': (at: Date) => at.toUTCString(),
    'RFC 850': (at: Date) => {
      const [, day, month, year, time] = at.toUTCString().split(/,? /);
      const weekday = at.toLocaleDateString('en-US', { weekday: 'long', timeZone: 'UTC' });
      return `${weekday}, ${day}-${month}-${year?.slice(2)} ${time} GMT`;
    },
    asctime: (at: Date) => {
      const [weekday, day, month, year, time] = at.toUTCString().split(/,? /);
      return `${weekday} ${month} ${day?.replace(/^0/, ' ')} ${time} ${year}`;
    },
  };

  test('429 with an HTTP-date in any of its three forms is waited for, whatever the time zone', async () => {
    const isWaitedFor = async (write: (at: Date) => string) => {
      // The server's clock is an hour ahead of ours; its Date header says so.
      const serverNow = new Date(Date.now() + 3_600_000);
      const headers = { date: serverNow.toUTCString(), 'retry-after': write(new Date(serverNow.getTime() + 1_000)) };
      const ahead = await flakyServer({ status: 429, headers }, 200);
      const { delayMs = Number.NaN, ...first } = reportOf(await api.get(ahead.url))?.attempts[0] ?? {};
      expect(first).toMatchObject({ status: 429, retryAfterMs: 1_000 });
      expect(delayMs).toBeLessThanOrEqual(1_100);
      expect(gap(ahead)).toBeGreaterThanOrEqual(995);
      await ahead.close();
    };
    attachResilience(api);
    await Promise.all(Object.values(date).map(isWaitedFor));
  });

  test.each([
    ['retry-after-ms', { 'retry-after-ms': '150', 'retry-after': '60' }, 150],
    ['x-ms-retry-after-ms', { 'x-ms-retry-after-ms': '150' }, 150],
    ['RateLimit-Reset', { 'ratelimit-reset': '1' }, 1_000],
    ['RateLimit with nothing left', { ratelimit: '"default";r=0;t=1' }, 1_000],
  ])('%s is waited for', async (_name, headers, ms) => {
    server.script({ status: 429, headers }, 200);
    attachResilience(api);
    const response = await api.get('/');
    expect(reportOf(response)?.attempts[0]?.retryAfterMs).toBe(ms);
    expect(gap()).toBeGreaterThanOrEqual(ms - 5);
  });

  test.each(['soon', '-5', '1.5', '0x1', 'Infinity', '', '1,2', 'Thu, 99 Foo 2026'])(
    'Retry-After: "%s" is garbage, and the backoff decides',
    async (value) => {
      server.script({ status: 503, headers: { 'retry-after': value } }, 200);
      attachResilience(api, { retry: { backoff: () => 20 } });
      const response = await api.get('/');
      expect(server.hits).toHaveLength(2);
      expect(reportOf(response)?.attempts[0]?.delayMs).toBe(20);
    },
  );

  test.each(['0', 'Sun, 06 Nov 1994 08:49:37 GMT'])(
    'Retry-After: %s is over already, and the backoff decides',
    async (value) => {
      server.script({ status: 503, headers: { 'retry-after': value } }, 200);
      attachResilience(api, { retry: { backoff: () => 20 } });
      expect(reportOf(await api.get('/'))?.attempts[0]).toMatchObject({ retryAfterMs: 0, delayMs: 20 });
    },
  );

  test.each([
    [['1', '120'], 1_000],
    [[new Date(0).toUTCString(), '120'], 0],
  ])('of two lines of Retry-After (%j), the first counts', async (lines, ms) => {
    server.script((_req, res) => void res.setHeader('retry-after', lines).writeHead(503).end(), 200);
    attachResilience(api);
    expect(reportOf(await api.get('/'))?.attempts[0]?.retryAfterMs).toBe(ms);
    expect(server.hits).toHaveLength(2);
  });

  test('413 is retried only if the server says when', async () => {
    server.script(413, { status: 413, headers: { 'retry-after-ms': '10' } }, 200);
    attachResilience(api);
    expect(reportOf(await rejection(api.get('/')))?.ended).toBe('not-retryable');
    expect((await api.get('/')).status).toBe(200);
    expect(server.hits).toHaveLength(3);
  });

  test('respectRetryAfter: false leaves it to the backoff', async () => {
    server.script({ status: 503, headers: { 'retry-after': '3600' } }, 200);
    attachResilience(api, { retry: { respectRetryAfter: false, backoff: () => 5 } });
    expect((await api.get('/')).status).toBe(200);
  });

  test('the largest Retry-After that a header can hold never turns into a hot loop', async () => {
    server.script({ status: 429, headers: { 'retry-after': '9'.repeat(400) } });
    attachResilience(api, { retry: { maxRetryAfter: 2 ** 31 - 1 }, deadline: false });
    expect(reportOf(await rejection(api.get('/')))?.ended).toBe('retry-after-too-long');
    expect(server.hits).toHaveLength(1);
  });
});
