import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { phaseAt } from './script.js';
import { Workers } from './workers.js';

/** Requests a second that are let through while the rate is limited. */
const RATE_LIMIT = 60;

export interface DemoServer {
  readonly url: string;
  /** When each request was read, in milliseconds since the script began. */
  readonly requestsAt: readonly number[];
  /** POSTs whose work was done more than once. */
  readonly duplicatedPosts: number;
  /** Begins the script. */
  start(): void;
  close(): void;
}

/** A server on loopback whose health follows the script. */
export async function demoServer(): Promise<DemoServer> {
  let startedAt = performance.now();
  const elapsed = () => performance.now() - startedAt;
  const workers = new Workers(() => phaseAt(elapsed()).slowness);
  const requestsAt: number[] = [];
  const thisSecond = { second: -1, requests: 0 };
  const timesDone = new Map<string, number>();

  const serve = (req: IncomingMessage, res: ServerResponse, body: string) => {
    const now = elapsed();
    requestsAt.push(now);
    const second = Math.floor(now / 1_000);
    if (second !== thisSecond.second) Object.assign(thisSecond, { second, requests: 0 });
    const rate = ++thisSecond.requests;
    const { name } = phaseAt(now);
    if (name === 'stalls') return;
    // One of five machines behind it is broken.
    if (name === 'flaky' && rate % 5 === 0) return void res.writeHead(503).end();
    if (name === 'limited' && rate > RATE_LIMIT) return void res.writeHead(429, { 'retry-after': '1' }).end();
    const accepted = workers.offer(() => {
      if (req.method === 'POST') timesDone.set(body, (timesDone.get(body) ?? 0) + 1);
      // The work is done, but one answer in three is lost.
      if (name === 'resets' && rate % 3 === 0) req.socket.resetAndDestroy();
      else res.end('{}');
    });
    if (!accepted) res.writeHead(503).end();
  };

  const server = http.createServer((req, res) => {
    let body = '';
    req.setEncoding('utf8');
    req.on('error', () => {}); // A caller that hangs up is no news.
    req.on('data', (chunk: string) => {
      body += chunk;
    });
    req.on('end', () => serve(req, res, body));
  });
  // Idle connections outlive the run: no contender meets a stale one by chance.
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requestsAt,
    get duplicatedPosts() {
      return [...timesDone.values()].filter((times) => times > 1).length;
    },
    start() {
      startedAt = performance.now();
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
