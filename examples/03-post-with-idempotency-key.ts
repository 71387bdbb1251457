// A POST is not sent twice, unless its server can tell by an Idempotency-Key that both are the same order.
import axios from 'axios';
import { attachResilience, reportOf } from 'axios-resilience';
import { localServer } from './local-server.js';

const server = await localServer(503, 503, 201);
const api = axios.create({ baseURL: server.url });
attachResilience(api);

const refused = await api.post('/orders', { item: 17 }).catch((error: unknown) => error);
console.log(`without a key: ${server.requests.length} request, ${reportOf(refused)?.ended}`);

const { status } = await api.post('/orders', { item: 17 }, { resilience: { retry: { idempotencyKey: true } } });
const keys = server.requests.slice(1).map(({ headers }) => headers['idempotency-key']);
console.log(`with a key: ${keys.length} requests, ${new Set(keys).size} key, status ${status}`);
server.close();
