// At most two requests at once and two that wait: the fifth is refused before it can pile up.
import axios from 'axios';
import { attachResilience, isResilienceError, reportOf } from 'axios-resilience';
import { localServer } from './local-server.js';

const server = await localServer({ status: 200, after: 100 });
const api = axios.create({ baseURL: server.url });
attachResilience(api, { bulkhead: { limit: 2, queue: 2 } });

const calls = [1, 2, 3, 4, 5].map(async (call) => {
  const settled = await api.get(`/${call}`).catch((error: unknown) => error);
  const queuedMs = Math.round((reportOf(settled)?.queuedMs ?? 0) / 100) * 100;
  console.log(`call ${call}: ${isResilienceError(settled) ? settled.code : `answered, queued for ${queuedMs} ms`}`);
});
await Promise.all(calls);

console.log(`the server had at most ${server.peak} requests at a time`);
server.close();
