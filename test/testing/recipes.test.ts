import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import axios from 'axios';
import { attachResilience, type ResiliencePolicy, reportOf } from 'axios-resilience';
import {
  attemptsOf,
  type Script,
  scriptedAdapter,
  scriptedServer,
  seededRandom,
  waitsOf,
  withFakeClock,
} from 'axios-resilience/testing';

/** An instance under test, on a script. */
function scripted(script: Script, policy: ResiliencePolicy = {}) {
  const adapter = scriptedAdapter(script);
  const api = axios.create({ baseURL: 'https://api.test', adapter });
  return { api, hits: adapter.hits, resilience: attachResilience(api, policy) };
}
const failure = (call: Promise<unknown>) => call.catch((error: unknown) => error);

describe('a policy under the kit', () => {
  test('its attempts and waits are figures, and no real time passes', async () => {
    const startedAt = performance.now();
    await withFakeClock(
      async (clock) => {
        const { api, hits } = scripted([503, { status: 429, headers: { 'retry-after': '2' } }, 'ECONNRESET', 200]);
        const response = await clock.until(api.get('/users'));
        expect([attemptsOf(response), hits.length, waitsOf(response)]).toEqual([4, 4, [50, 2_100, 200]]);
        expect([clock.elapsedMs, clock.pending]).toEqual([2_350, 0]);
      },
      { random: 0.5 },
    );
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });

  test('a deadline ends what hangs', async () => {
    await withFakeClock(
      async (clock) => {
        const { api } = scripted(['hang'], { deadline: 5_000, attemptTimeout: 2_000, retry: 9 });
        const error = await clock.until(failure(api.get('/users')));
        expect([reportOf(error)?.ended, clock.elapsedMs, attemptsOf(error)]).toEqual(['deadline', 5_000, 3]);
      },
      { random: 0 },
    );
  });

  test.each([1, 42, 7])('a deadline is met to the millisecond, whatever is drawn: seed %d', async (seed) => {
    await withFakeClock(
      async (clock) => {
        const { api } = scripted(['hang'], { deadline: 5_000, attemptTimeout: 2_000 });
        const error = await clock.until(failure(api.get('/users')));
        expect([reportOf(error)?.ended, reportOf(error)?.elapsedMs, clock.elapsedMs]).toEqual([
          'deadline',
          5_000,
          5_000,
        ]);
      },
      { random: seededRandom(seed) },
    );
  });

  test('a circuit opens by failures over time, refuses, and closes by a probe', async () => {
    await withFakeClock(
      async (clock) => {
        const { api, hits, resilience } = scripted([503, 503, 503, 503, 503, 200], { retry: false });
        for (let call = 0; call < 5; call++) {
          await failure(api.get('/users'));
          await clock.advance(250);
        }
        const breaker = resilience.breakers.get('https://api.test');
        expect([breaker?.state, breaker?.retryInMs]).toEqual(['open', 750]);
        const refused = await failure(api.get('/users'));
        expect([(refused as { code?: string }).code, attemptsOf(refused), hits.length]).toEqual([
          'ERR_CIRCUIT_OPEN',
          0,
          5,
        ]);
        await clock.advance(750);
        expect([(await api.get('/users')).status, breaker?.state]).toEqual([200, 'closed']);
      },
      { random: 0 },
    );
  });

  test('without a report there are no figures, and the message says what was given', () => {
    expect(() => attemptsOf(new TypeError('nope'))).toThrow(
      'no report: neither response nor error of an attached axios instance, but TypeError: nope',
    );
    expect(() => waitsOf(undefined)).toThrow(/but undefined$/);
    expect(() => attemptsOf(Object.create(null))).toThrow(/but an object$/);
  });
});

describe('under the fake timers of Jest', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => {
    jest.restoreAllMocks();
    jest.useRealTimers();
  });

  test('the adapter and the figures work just as well', async () => {
    jest.spyOn(Math, 'random').mockReturnValue(0);
    const { api } = scripted([{ status: 503, headers: { 'retry-after': '7' }, delay: 30 }, 200]);
    const call = api.get('/users');
    await jest.advanceTimersByTimeAsync(7_030);
    const response = await call;
    expect([attemptsOf(response), waitsOf(response), reportOf(response)?.elapsedMs]).toEqual([2, [7_000], 7_030]);
  });

  test('and so does the server, if Node’s own timing is left alone', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
    jest.spyOn(Math, 'random').mockReturnValue(0);
    const server = await scriptedServer([{ status: 503, headers: { 'retry-after': '7' } }, 200]);
    const api = axios.create({ baseURL: server.url, adapter: 'http', proxy: false });
    const { subscribe } = attachResilience(api);
    const retrying = new Promise((resolve) => subscribe({ onRetry: resolve }));
    const call = api.get('/users');
    await retrying;
    await jest.advanceTimersByTimeAsync(7_000);
    const settled = await failure(call);
    await server.close();
    expect([attemptsOf(settled), server.hits.length]).toEqual([2, 2]);
  });
});
