// A stream can be read once only, so an upload is not sent again; unless it can be made anew.
import { createReadStream, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import axios from 'axios';
import { attachResilience, reportOf } from 'axios-resilience';
import { scriptedServer } from 'axios-resilience/testing';

await using server = await scriptedServer([503, 503, 201]);
const api = axios.create({ baseURL: server.url });
attachResilience(api);
const path = fileURLToPath(import.meta.url);

const error = await api.put('/a', createReadStream(path)).catch((error: unknown) => error);
console.log(`a stream: ${server.hits.length} request, ${reportOf(error)?.ended}`);

const { status } = await api.put('/b', undefined, { resilience: { body: () => createReadStream(path) } });
const content = readFileSync(path, 'utf8');
const whole = server.hits.slice(1).filter(({ body }) => body === content);
console.log(`made anew: ${whole.length} requests with the whole file, status ${status}`);
