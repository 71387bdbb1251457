// At most two requests at once and two that wait: the fifth is refused before it can pile up.
import axios from 'axios';
import { attachResilience, isResilienceError, reportOf } from 'axios-resilience';
import { scriptedServer } from 'axios-resilience/testing';

let peak = 0;
await using server = await scriptedServer([
  () => {
    peak = Math.max(peak, server.busy);
    return { delay: 100 };
  },
]);
const api = axios.create({ baseURL: server.url });
attachResilience(api, { bulkhead: { limit: 2, queue: 2 } });

const calls = [1, 2, 3, 4, 5].map(async (call) => {
  const settled = await api.get(`/${call}`).catch((error: unknown) => error);
  const queuedMs = Math.round((reportOf(settled)?.queuedMs ?? 0) / 100) * 100;
  console.log(`call ${call}: ${isResilienceError(settled) ? settled.code : `answered, queued for ${queuedMs} ms`}`);
});
await Promise.all(calls);

console.log(`the server had at most ${peak} requests at a time`);
