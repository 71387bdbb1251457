// Sends calls with random bodies, adapters, faults and aborts through one attached instance, all drawn from a seed, and
// prints as JSON what is left over and what went wrong. Usage: tsx test/tools/chaos.ts CALLS SEED
import { setMaxListeners } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import axios from 'axios';
import { attachResilience, reportOf } from 'axios-resilience';
import { seededRandom } from 'axios-resilience/testing';
import { countAbortListeners, countTimers } from '../helpers/left-over.js';
import { sleep } from '../helpers/settled.js';

const [calls = 1_000, seed = 1] = process.argv.slice(2).map(Number);
const CONCURRENT = 64;

const random = seededRandom(seed);
const pick = <T>(...choices: T[]): T => choices[Math.floor(random() * choices.length)] as T;

const FAULTS = [
  ...['200', '200', '200', '200', '404', '404', '500', '503', '429', 'reset', 'cut', 'slow', 'early'],
  ...['200', '200', '200', '200', '404', '404', '500', '503', '429', 'reset', 'cut', 'slow', 'early'],
  // Each holds a slot until the attempt times out.
  'hang',
] as const;
const expected = new Map<string, string>();
const problems: string[] = [];
let received = 0;
let busy = 0;

const server = http.createServer((req, res) => {
  busy++;
  res.on('close', () => busy--);
  const { searchParams } = new URL(req.url ?? '', 'http://h');
  const id = searchParams.get('id') ?? '';
  const fault = pick(...FAULTS);
  if (fault === 'early') return void res.writeHead(503, { connection: 'close' }).end('busy');
  const chunks: Buffer[] = [];
  req.on('error', () => {});
  req.on('data', (chunk: Buffer) => chunks.push(chunk));
  req.on('end', () => {
    received++;
    const body = Buffer.concat(chunks).toString();
    if (req.complete && body !== expected.get(id)) {
      problems.push(`call ${id}: ${req.method} body of ${body.length} instead of ${expected.get(id)?.length}`);
    }
    if (fault === 'reset') return void req.socket.destroy();
    if (fault === 'hang') return;
    if (fault === 'cut') {
      res.writeHead(200, { 'content-length': 50 }).write('half');
      return void setTimeout(() => req.socket.destroy(), 1);
    }
    if (fault === 'slow') return void setTimeout(() => res.end('{"slow":true}'), 20);
    res.writeHead(Number(fault), fault === '429' ? { 'retry-after-ms': '3' } : {}).end('{"a":1}');
  });
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const baseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

process.on('unhandledRejection', (reason) => problems.push(`unhandled rejection: ${reason}`));
process.on('warning', (warning) => problems.push(`warning: ${warning.message}`));

const httpAgent = new http.Agent({ keepAlive: true, maxSockets: 40 });
const api = axios.create({ baseURL, httpAgent, proxy: false });
const { stats } = attachResilience(api, {
  deadline: 2_000,
  attemptTimeout: 400,
  retry: { backoff: { baseDelay: 2, maxDelay: 10 }, idempotencyKey: true },
  breaker: { consecutive: 12, minimumDuration: 0, openFor: 5, failureRatio: 1 },
  bulkhead: { limit: 32, queue: 60 },
});

/** A body, and what the server is to receive of it. */
function drawBody(id: string): { data?: unknown; body?: () => unknown; text: string } {
  const text = `${id}:${'x'.repeat(Math.floor(random() * 3_000))}`;
  return pick<() => ReturnType<typeof drawBody>>(
    () => ({ data: text, text }),
    () => ({ data: Buffer.from(text), text }),
    () => ({ data: { text }, text: JSON.stringify({ text }) }),
    () => ({ data: new URLSearchParams({ text }), text: new URLSearchParams({ text }).toString() }),
    () => ({ data: Readable.from([text.slice(0, 5), text.slice(5)]), text }),
    () => ({ body: () => Readable.from([text.slice(0, 5), text.slice(5)]), text }),
    () => ({ text: '' }),
  )();
}

const ends: Record<string, number> = {};
const shared = new AbortController();
// Node warns of more than ten calls on one signal, with or without us.
setMaxListeners(0, shared.signal);

async function oneCall(id: string): Promise<void> {
  const method = pick('get', 'get', 'put', 'post', 'delete');
  // Node sends no body of unknown length with a DELETE.
  const { data, body, text } = method === 'put' || method === 'post' ? drawBody(id) : { text: '' };
  expected.set(id, text);
  const own = new AbortController();
  const abortAfter = random() < 0.25 ? random() * 100 : undefined;
  const timer = abortAfter === undefined ? undefined : setTimeout(() => own.abort(), abortAfter);
  const responseType = pick('json', 'json', 'stream');
  const call = api.request({
    url: `/?id=${id}`,
    method,
    adapter: pick('http', 'http', 'fetch'),
    responseType,
    signal: timer ? own.signal : shared.signal,
    ...(data !== undefined && { data }),
    resilience: { ...(body && { body }), ...(random() < 0.2 && { idempotent: true }) },
  });
  let settled = 0;
  await call.then(
    async (response) => {
      settled++;
      ends.success = (ends.success ?? 0) + 1;
      if (reportOf(response)?.ended === undefined) problems.push(`call ${id}: no report`);
      if (responseType === 'stream') await drain(response.data);
    },
    async (error) => {
      settled++;
      const ended = reportOf(error)?.ended ?? `no report: ${error?.message}`;
      ends[ended] = (ends[ended] ?? 0) + 1;
      // A refusal is quick: whoever asked comes back later.
      if (ended === 'circuit-open' || ended === 'bulkhead-full') await sleep(200);
      if (error?.response && responseType === 'stream') await drain(error.response.data);
    },
  );
  if (settled !== 1) problems.push(`call ${id} settled ${settled} times`);
  clearTimeout(timer);
}

/** Reads a stream to whatever end it has. */
async function drain(stream: AsyncIterable<unknown>): Promise<void> {
  try {
    for await (const _chunk of stream);
  } catch {
    // Cut off or aborted, as planned.
  }
}

const CALL_LIMIT_MS = 5_000;
let next = 0;
async function client(): Promise<void> {
  while (next < calls) {
    const id = `c${next++}`;
    let watchdog: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      watchdog = setTimeout(() => resolve('late'), CALL_LIMIT_MS);
    });
    if ((await Promise.race([oneCall(id), late])) === 'late') problems.push(`call ${id} hung`);
    clearTimeout(watchdog);
  }
}
await Promise.all(Array.from({ length: CONCURRENT }, client));

await sleep(100);
const agentSockets = Object.values(httpAgent.sockets).flat().length;
const { inFlight, queued, calls: counted } = stats();
const leftBusy = busy;
httpAgent.destroy();
server.closeAllConnections();
await new Promise((resolve) => server.close(resolve));
await sleep(50);

console.log(
  JSON.stringify({
    calls: counted,
    ends,
    received,
    problems: problems.slice(0, 10),
    left: {
      busy: leftBusy,
      agentSockets,
      inFlight,
      queued,
      listeners: countAbortListeners(shared.signal),
      timers: countTimers(),
    },
  }),
);
process.exit();
