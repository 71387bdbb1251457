// While the server is down its last good answer is better than none, and the report says that it is an old one.
import axios, { type InternalAxiosRequestConfig } from 'axios';
import { attachResilience, reportOf } from 'axios-resilience';
import { scriptedServer } from 'axios-resilience/testing';

await using server = await scriptedServer([200, 503]);
const api = axios.create({ baseURL: server.url });
const lastGood = new Map<string, unknown>();
/** Of a GET alone, query included; where answers differ by who asks, that belongs here too. */
const keyOf = (config: InternalAxiosRequestConfig) => (config.method === 'get' ? api.getUri(config) : '');
attachResilience(api, {
  retry: 1,
  fallback: (_error, config) => lastGood.get(keyOf(config)),
  hooks: {
    onSuccess: ({ config, response }) => {
      if (keyOf(config)) lastGood.set(keyOf(config), response?.data);
    },
  },
});

const calls = ['/rates?base=EUR', '/rates?base=EUR', '/rates?base=USD'].map((url) => ({ method: 'get', url }));
for (const call of [...calls, { method: 'post', url: '/rates?base=EUR' }]) {
  const settled = await api.request(call).catch((error: unknown) => error);
  const { ended, fallback } = reportOf(settled) ?? {};
  const got = axios.isAxiosError(settled) ? settled.message : fallback ? 'a stale answer' : 'a fresh answer';
  console.log(`${call.method} ${call.url}: ${got} (${ended})`);
}
