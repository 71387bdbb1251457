// A token that has expired is renewed between two attempts of one call, once for all calls that wait for it.
import axios from 'axios';
import { attachResilience, reportOf } from 'axios-resilience';
import { scriptedServer } from 'axios-resilience/testing';

await using server = await scriptedServer([({ headers }) => (headers.authorization === 'Bearer new' ? 200 : 401)]);
const api = axios.create({ baseURL: server.url });

let token = 'expired';
let refreshes = 0;
let refreshing: Promise<void> | undefined;
const refresh = async () => {
  refreshes++;
  token = 'new';
};

api.interceptors.request.use((config) => {
  config.headers.set('Authorization', `Bearer ${token}`);
  return config;
});

/** By their configs: a token that was refused fresh will be refused again. */
const renewed = new WeakSet<object>();
attachResilience(api, {
  retry: {
    // On all other failures the rules decide.
    shouldRetry: ({ status, config }) => (status === 401 ? !renewed.has(config) : undefined),
    beforeRetry: async (next, { status, config }) => {
      if (status !== 401) return;
      renewed.add(config);
      // Another call may have renewed it since this one was sent.
      if (next.headers.get('Authorization') === `Bearer ${token}`) {
        refreshing ??= refresh().finally(() => {
          refreshing = undefined;
        });
      }
      await refreshing;
      next.headers.set('Authorization', `Bearer ${token}`);
    },
  },
});

const together = await Promise.all([api.get('/me'), api.get('/orders')]);
for (const response of [...together, await api.get('/me')]) {
  console.log(`attempts: ${reportOf(response)?.attempts.map(({ status }) => status)}`);
}
console.log(`refreshes: ${refreshes}`);
