import { afterEach, describe, expect, jest, test } from '@jest/globals';
import axios from 'axios';
import { attachResilience, reportOf } from 'axios-resilience';
import { attemptsOf, scriptedAdapter, waitsOf, withFakeClock } from 'axios-resilience/testing';
import { after, now } from '../../src/base/clock.js';
import { rejection, sleep } from '../helpers/settled.js';

const HOUR = 3_600_000;
const RETRY = { backoff: { jitter: 'none' } } as const;

describe('the clock', () => {
  afterEach(() => void jest.restoreAllMocks());

  test('goes on from where it was when another is put in its place', () => {
    const reads = [HOUR, HOUR + 5, 0, 7, HOUR + 100];
    jest.spyOn(performance, 'now').mockImplementation(() => reads.shift() ?? Number.NaN);
    const start = now();
    expect([now(), now(), now(), now()].map((at) => at - start)).toEqual([5, 5, 12, HOUR + 105]);
  });

  test('is the wall’s where a mock of performance that was reset gives nothing, as React Native’s in Jest', async () => {
    jest.spyOn(performance, 'now').mockReturnValue(undefined as never);
    const api = axios.create({ adapter: scriptedAdapter(['hang']) });
    attachResilience(api, { retry: false, attemptTimeout: 20 });
    const error = await rejection(api.get('https://api.test/'));
    expect(error).toMatchObject({ code: 'ETIMEDOUT' });
    expect(reportOf(error)?.attempts[0]?.durationMs).toBeGreaterThanOrEqual(19);
  });

  test('a fake one that is put in place late keeps retries, and the circuit, on their time', async () => {
    const api = axios.create();
    const { breakers } = attachResilience(api, { retry: RETRY, breaker: { minimumDuration: 0, consecutive: 6 } });
    const uptime = jest.spyOn(performance, 'now').mockReturnValue(HOUR);
    api.defaults.adapter = scriptedAdapter([503, 503, 200]);
    await api.get('https://api.test/', { resilience: { retry: false } }).catch(() => {});
    uptime.mockReturnValue(0);
    await withFakeClock(async (clock) => {
      const response = await clock.until(api.get('https://api.test/'));
      expect([attemptsOf(response), waitsOf(response), clock.elapsedMs]).toEqual([2, [100], 100]);
    });
    uptime.mockReturnValue(HOUR);
    api.defaults.adapter = scriptedAdapter([503]);
    for (let call = 1; call <= 6; call++) {
      await api.get('https://api.test/', { resilience: { retry: false } }).catch(() => {});
    }
    uptime.mockReturnValue(0);
    expect(breakers.get('https://api.test')?.retryInMs).toBeLessThanOrEqual(1_200);
  });

  test('one that has been taken away leaves nothing to wait for', async () => {
    const api = axios.create();
    attachResilience(api, { retry: RETRY });
    for (let hour = 1; hour <= 3; hour++) {
      await withFakeClock(async (clock) => {
        api.defaults.adapter = scriptedAdapter([503, 503, 200]);
        const response = await clock.until(api.get('https://api.test/'));
        expect([attemptsOf(response), reportOf(response)?.waitedMs, clock.elapsedMs]).toEqual([3, 300, 300]);
        await clock.advance(HOUR);
        await api.get('https://api.test/');
      });
    }
  });

  test('no timer is set for less than nothing, of which Node warns', () => {
    const timeouts = jest.spyOn(globalThis, 'setTimeout');
    for (const ms of [-0.001, 2 ** 31]) after(ms, () => {})();
    expect(timeouts.mock.calls.map(([, ms]) => ms)).toEqual([0, 2_147_483_647]);
  });

  test('the longest Retry-After that may be waited for is not too long for a timer, with its spread', async () => {
    const timeouts = jest.spyOn(globalThis, 'setTimeout');
    const api = axios.create({
      adapter: scriptedAdapter([{ status: 429, headers: { 'retry-after-ms': '2147483647' } }]),
      signal: AbortSignal.timeout(50),
    });
    const { stats } = attachResilience(api, { deadline: false, retry: { maxRetryAfter: 2_147_483_647 } });
    const calls = [api.get('https://api.test/'), api.get('https://api.test/')].map((call) => call.catch(() => {}));
    await sleep(5);
    await api.get('https://api.test/').catch(() => {});
    await Promise.all(calls);
    const asked = timeouts.mock.calls.map(([, ms = 0]) => ms);
    expect([Math.max(...asked) <= 2_147_483_647, asked.length < 20, stats().attempts]).toEqual([true, true, 2]);
  });
});
