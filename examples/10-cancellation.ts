// A caller that cancels is let go at once, whatever the call is doing: here, a wait of 20 s.
import axios from 'axios';
import { attachResilience, reportOf } from 'axios-resilience';
import { scriptedServer } from 'axios-resilience/testing';

await using server = await scriptedServer([{ status: 503, headers: { 'retry-after': '20' } }]);
const api = axios.create({ baseURL: server.url });
attachResilience(api);

const controller = new AbortController();
setTimeout(() => controller.abort(new Error('the user left the page')), 200);
const error = await api.get('/', { signal: controller.signal }).catch((error: unknown) => error);

const { ended, elapsedMs = 0 } = reportOf(error) ?? {};
console.log(`${ended} after ${Math.round(elapsedMs / 100) * 100} ms and ${server.hits.length} request`);
if (axios.isAxiosError(error)) console.log(`${error.code}, because ${(error.cause as Error).message}`);
