// A token that has expired is renewed between two attempts of one call; its caller never hears of it.
import axios from 'axios';
import { attachResilience, reportOf } from 'axios-resilience';
import { scriptedServer } from 'axios-resilience/testing';

await using server = await scriptedServer([({ headers }) => (headers.authorization === 'Bearer new' ? 200 : 401)]);
const api = axios.create({ baseURL: server.url, headers: { Authorization: 'Bearer expired' } });
const refreshToken = async () => 'new';

attachResilience(api, {
  retry: {
    // Once: a token that was refused fresh will be refused again. On all else, the rules decide.
    shouldRetry: ({ status, attempt }) => (status === 401 ? attempt === 1 : undefined),
    beforeRetry: async (config, { status }) => {
      if (status === 401) config.headers.set('Authorization', `Bearer ${await refreshToken()}`);
    },
  },
});

const response = await api.get('/me');
console.log(
  `attempts: ${reportOf(response)
    ?.attempts.map(({ status }) => status)
    .join(', then ')}`,
);
