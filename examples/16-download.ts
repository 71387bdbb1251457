// A streamed body is the caller's once its headers are in; where it is cut off, the rest is asked for, by a call of its own.
import axios from 'axios';
import { attachResilience } from 'axios-resilience';
import { type Hit, scriptedServer } from 'axios-resilience/testing';

const file = Array.from({ length: 20_000 }, (_, line) => `line ${line}\n`).join('');
const rest = ({ headers: { range } }: Hit) => {
  const from = Number(range?.match(/\d+/) ?? 0);
  return { status: range ? 206 : 200, headers: { etag: '"1"' }, body: file.slice(from) };
};
await using server = await scriptedServer([503, (hit) => ({ ...rest(hit), error: 'cut' }), 503, rest]);
const api = axios.create({ baseURL: server.url, responseType: 'stream' });
attachResilience(api);

const size = Buffer.byteLength(file);
let received = Buffer.alloc(0);
let etag = '';
for (let call = 1; received.length < size && call <= 5; call++) {
  // If-Range: should the file have changed meanwhile, all of it is sent, with a 200.
  const headers = received.length > 0 ? { Range: `bytes=${received.length}-`, 'If-Range': etag } : {};
  const response = await api.get('/file', { headers });
  const pieces: Buffer[] = response.status === 206 ? [received] : [];
  etag = response.headers.etag;
  try {
    for await (const piece of response.data) pieces.push(piece);
  } catch (error) {
    console.log(`cut off: ${(error as Error).message}`);
  }
  received = Buffer.concat(pieces);
  console.log(`call ${call}: ${response.status}, ${(100 * received.length) / size} % is there`);
}
console.log(`${server.hits.length} requests, and the file is ${received.toString() === file ? 'whole' : 'broken'}`);
