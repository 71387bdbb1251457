// One clock for the whole call: attempts, waits, queueing. The error says what had gone wrong until then.
import axios from 'axios';
import { attachResilience, isResilienceError, reportOf } from 'axios-resilience';
import { scriptedServer } from 'axios-resilience/testing';

await using server = await scriptedServer([{ status: 503, delay: 300 }]);
const api = axios.create({ baseURL: server.url });
attachResilience(api, { deadline: 500, retry: { backoff: { baseDelay: 10 } } });

const error = await api.get('/slow').catch((error: unknown) => error);

if (!isResilienceError(error) || error.code !== 'ERR_DEADLINE_EXCEEDED') throw error;
console.log(`${error.code}: ${error.deadline} ms were over in retry ${reportOf(error)?.retries}`);
console.log(`message: ${error.message}`);
