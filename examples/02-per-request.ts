// A request can bend the rules of its instance, or do without them.
import axios from 'axios';
import { attachResilience } from 'axios-resilience';
import { scriptedServer } from 'axios-resilience/testing';

await using server = await scriptedServer([503]);
const api = axios.create({ baseURL: server.url });
attachResilience(api, { retry: { maxRetries: 2, backoff: { baseDelay: 10 } } });

async function countRequests(what: string, call: Promise<unknown>): Promise<void> {
  const before = server.hits.length;
  await call.catch(() => {});
  console.log(`${what}: requests = ${server.hits.length - before}`);
}

await countRequests('GET as the instance has it', api.get('/'));
await countRequests('GET with one retry', api.get('/', { resilience: { retry: 1 } }));
await countRequests('GET as plain axios', api.get('/', { resilience: false }));
await countRequests('POST, which is not sent twice', api.post('/', {}));
await countRequests('POST that says it may be', api.post('/', {}, { resilience: { idempotent: true } }));
