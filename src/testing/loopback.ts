import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { node } from './node.js';
import type { Loopback, ServerHit } from './received.js';

/** Answers one request, which is number `n`. */
type Perform = (req: IncomingMessage, res: ServerResponse, hit: ServerHit, n: number) => void;

/** A server that reads each request to its end, records it, and has `perform` answer it. */
export async function loopback(perform: Perform): Promise<Loopback> {
  const hits: ServerHit[] = [];
  const sockets = new Set<Socket>();
  const busy = new Set<ServerResponse>();
  const server = nodeHttp().createServer((req, res) => {
    busy.add(res);
    res.on('close', () => busy.delete(res));
    let body = '';
    req.setEncoding('utf8');
    req.on('error', () => {});
    req.on('data', (text: string) => {
      body += text;
    });
    req.on('end', () => {
      const hit = {
        method: req.method ?? '',
        url: req.url ?? '',
        headers: headersOf(req),
        body,
        at: performance.now(),
      };
      perform(req, res, hit, hits.push(hit));
    });
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  const port = await listening(server);
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    hits,
    get openSockets() {
      return sockets.size;
    },
    get busy() {
      return busy.size;
    },
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function nodeHttp(): typeof import('node:http') {
  const http = node()?.getBuiltinModule('node:http');
  if (!http) throw new Error('a server needs Node 20.16 or later');
  return http;
}

function listening(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

function headersOf({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}
