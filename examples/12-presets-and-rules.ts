// A preset says who is waiting; rules say what is different for some URLs of the same instance.
import axios from 'axios';
import { attachResilience, presets } from 'axios-resilience';
import { scriptedServer } from 'axios-resilience/testing';

await using server = await scriptedServer([503]);
const api = axios.create({ baseURL: server.url });
attachResilience(api, {
  ...presets.interactive,
  breaker: false,
  rules: {
    '/search': { retry: { methods: ['GET', 'POST'] } },
    '/search/suggestions': { retry: false },
  },
});

async function countRequests(method: string, url: string): Promise<void> {
  const before = server.hits.length;
  await api.request({ method, url }).catch(() => {});
  console.log(`${method} ${url}: requests = ${server.hits.length - before}`);
}

await countRequests('GET', '/users');
await countRequests('POST', '/orders');
await countRequests('POST', '/search');
await countRequests('GET', '/search/suggestions');
