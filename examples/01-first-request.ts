// One line makes every call survive a flaky server, and the report says what that took.
import axios from 'axios';
import { attachResilience, reportOf } from 'axios-resilience';
import { scriptedServer } from 'axios-resilience/testing';

await using server = await scriptedServer([503, 503, 200]);
const api = axios.create({ baseURL: server.url });
attachResilience(api);

const response = await api.get('/users');

const report = reportOf(response);
for (const { attempt, status, delayMs } of report?.attempts ?? []) {
  console.log(`attempt ${attempt}: ${status}${delayMs === undefined ? '' : `, again in ${Math.round(delayMs)} ms`}`);
}
console.log(`the caller got ${response.status}, the server ${server.hits.length} requests: ${report?.ended}`);
