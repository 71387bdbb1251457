// A server that keeps failing is left alone, then asked once, and trusted again when it answers.
import { setTimeout as sleep } from 'node:timers/promises';
import axios from 'axios';
import { attachResilience, isResilienceError } from 'axios-resilience';
import { scriptedServer } from 'axios-resilience/testing';

await using server = await scriptedServer([503]);
const api = axios.create({ baseURL: server.url });
const { breakers } = attachResilience(api, {
  retry: false,
  breaker: { consecutive: 3, minimumDuration: 0, openFor: 200 },
  hooks: { onStateChange: ({ from, to }) => console.log(`circuit: ${from} → ${to}`) },
});

for (let call = 1; call <= 5; call++) {
  const error = await api.get('/').catch((error: unknown) => error);
  console.log(`call ${call}: ${isResilienceError(error) ? `refused, ${error.code}` : 'answered 503'}`);
}
console.log(`5 calls, ${server.hits.length} requests; next try in ${breakers.get(server.url)?.retryInMs.toFixed()} ms`);

server.script([200]);
await sleep(300);
await api.get('/');
console.log(`the server is back: circuit ${breakers.get(server.url)?.state}`);
