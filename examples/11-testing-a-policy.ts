// What a policy does, proven without a server and without waiting: a script for the other side, a clock that jumps.
import assert from 'node:assert/strict';
import axios from 'axios';
import { attachResilience } from 'axios-resilience';
import { attemptsOf, scriptedAdapter, waitsOf, withFakeClock } from 'axios-resilience/testing';

const startedAt = performance.now();
await withFakeClock(
  async (clock) => {
    const adapter = scriptedAdapter(['ECONNRESET', { status: 429, headers: { 'retry-after': '20' } }, 200]);
    const api = axios.create({ baseURL: 'https://api.example.com', adapter });
    attachResilience(api);

    const response = await clock.until(api.get('/users'));

    assert.deepEqual(waitsOf(response), [50, 20_500]);
    console.log(`${attemptsOf(response)} requests, waits of ${waitsOf(response).join(' and ')} ms`);
    console.log(`${clock.elapsedMs} ms passed, ${clock.pending} timers are left`);
  },
  { random: 0.5 },
);
console.log(`in less than a second of real time: ${performance.now() - startedAt < 1_000}`);
