import { expect, test } from '@jest/globals';
import axios from 'axios';
import { attachResilience, reportOf } from 'axios-resilience';
import { scriptedAdapter, seededRandom, withFakeClock } from 'axios-resilience/testing';

/** Calls that come `everyMs` to a host that fails a share of the attempts for no reason; their latencies, shortest first. */
async function callEvery(everyMs: number, calls: number, failing: number) {
  return withFakeClock(
    async (clock) => {
      const draw = seededRandom(1);
      const step = () => ({ status: draw() < failing ? 503 : 200, delay: 20 });
      const api = axios.create({ baseURL: 'http://api.test', adapter: scriptedAdapter([step]) });
      const { stats } = attachResilience(api);
      const settled: Promise<number>[] = [];
      for (let i = 0; i < calls; i++) {
        const call = api.get('/').catch((error: unknown) => error);
        settled.push(call.then((end) => reportOf(end)?.elapsedMs ?? Number.NaN));
        await clock.advance(everyMs);
      }
      const latencies = await clock.until(Promise.all(settled));
      return { latencies: latencies.sort((a, b) => a - b), stats: stats() };
    },
    { random: seededRandom(2) },
  );
}

test.each([
  [0.2, 0.998],
  [0.3, 0.99],
])(
  'a host that fails %p of 100 attempts a second: retries get over it, and hardly any waits for the budget',
  async (failing, served) => {
    const { latencies, stats } = await callEvery(10, 1_000, failing);
    expect(stats.successes / stats.calls).toBeGreaterThan(served - 0.003);
    // Three retries with full jitter, without a budget: 0.5 s.
    expect(latencies[Math.floor(0.99 * latencies.length)]).toBeLessThan(1_000);
    expect(stats.held).toBe(0);
  },
);
