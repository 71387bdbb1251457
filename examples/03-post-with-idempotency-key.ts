// A POST is not sent twice, unless its server can tell by an Idempotency-Key that both are the same order.
import axios from 'axios';
import { attachResilience, reportOf } from 'axios-resilience';
import { scriptedServer } from 'axios-resilience/testing';

await using server = await scriptedServer([503, 503, 201]);
const api = axios.create({ baseURL: server.url });
attachResilience(api);

const refused = await api.post('/orders', { item: 17 }).catch((error: unknown) => error);
console.log(`without a key: ${server.hits.length} request, ${reportOf(refused)?.ended}`);

const { status } = await api.post('/orders', { item: 17 }, { resilience: { retry: { idempotencyKey: true } } });
const keys = server.hits.slice(1).map(({ headers }) => headers['idempotency-key']);
console.log(`with a key: ${keys.length} requests, ${new Set(keys).size} key, status ${status}`);
