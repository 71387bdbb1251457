// While the server is down its last good answer is better than none, and the report says that it is an old one.
import axios from 'axios';
import { attachResilience, reportOf } from 'axios-resilience';
import { scriptedServer } from 'axios-resilience/testing';

await using server = await scriptedServer([200, 503]);
const api = axios.create({ baseURL: server.url });
const lastGood = new Map<string | undefined, unknown>();
attachResilience(api, {
  retry: 1,
  fallback: (_error, { url }) => lastGood.get(url),
  hooks: {
    onSuccess: ({ config, response }) => {
      if (config.method === 'get') lastGood.set(config.url, response?.data);
    },
  },
});

for (const url of ['/rates', '/rates', '/never-seen']) {
  const settled = await api.get(url).catch((error: unknown) => error);
  const { ended, fallback } = reportOf(settled) ?? {};
  const got = axios.isAxiosError(settled) ? settled.message : fallback ? 'a stale answer' : 'a fresh answer';
  console.log(`${url}: ${got} (${ended})`);
}
