import http from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

type Headers = Record<string, string | string[]>;

/** What the server does with one request. A status alone answers `{"hit":n}`, n counting from 1. */
export type Step =
  | number
  | { status: number; headers?: Headers; body?: string }
  /** Destroys the socket before any answer. */
  | 'reset'
  /** Never answers. */
  | 'hang'
  /** Answers 200 and half of the announced body, then destroys the socket. */
  | 'cut'
  /** Answers 200, then sends a byte every `everyMs`, for ever. */
  | { dripEveryMs: number }
  | ((req: http.IncomingMessage, res: http.ServerResponse, hit: number) => void);

export interface Hit {
  readonly method: string;
  readonly url: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
  /** `performance.now()` when the request had been read. */
  readonly at: number;
}

export interface FlakyServer {
  readonly url: string;
  readonly port: number;
  /** Every request read so far, in order. */
  readonly hits: readonly Hit[];
  readonly openSockets: number;
  /** Requests that were neither answered to the end nor given up by their client. */
  readonly busy: number;
  /** Replaces what is left of the script. */
  script(...steps: Step[]): void;
  close(): Promise<void>;
}

/** A server on loopback that follows a script, one step a request; the last step is repeated. */
export async function flakyServer(...steps: Step[]): Promise<FlakyServer> {
  let rest = steps;
  const hits: Hit[] = [];
  const sockets = new Set<Socket>();
  const timers = new Set<NodeJS.Timeout>();
  const busy = new Set<http.ServerResponse>();
  const server = http.createServer((req, res) => {
    busy.add(res);
    res.on('close', () => busy.delete(res));
    const chunks: Buffer[] = [];
    req.on('error', () => {});
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const { method = '', url = '', headers } = req;
      hits.push({ method, url, headers, body: Buffer.concat(chunks).toString(), at: performance.now() });
      const step = rest.length > 1 ? (rest.shift() as Step) : (rest[0] ?? 200);
      perform(step, req, res, hits.length, timers);
    });
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
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
    script(...next) {
      rest = next;
    },
    close() {
      for (const timer of timers) clearInterval(timer);
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function perform(
  step: Step,
  req: http.IncomingMessage,
  res: http.ServerResponse,
  hit: number,
  timers: Set<NodeJS.Timeout>,
): void {
  if (step === 'hang') return;
  if (typeof step === 'function') {
    step(req, res, hit);
    return;
  }
  if (step === 'reset') {
    req.socket.destroy();
    return;
  }
  if (step === 'cut') {
    res.writeHead(200, { 'content-type': 'application/json', 'content-length': 100 });
    res.write('{"half":');
    setTimeout(() => req.socket.destroy(), 10);
    return;
  }
  if (typeof step === 'object' && 'dripEveryMs' in step) {
    res.writeHead(200, { 'content-type': 'text/plain' });
    const timer = setInterval(() => res.write('.'), step.dripEveryMs);
    timers.add(timer);
    req.socket.on('close', () => clearInterval(timer));
    return;
  }
  const { status, headers, body } = typeof step === 'number' ? { status: step } : step;
  res.writeHead(status, { 'content-type': 'application/json', ...headers });
  res.end(body ?? JSON.stringify({ hit }));
}

/** A port on loopback where nothing listens. */
export async function deadPort(): Promise<number> {
  const server = await flakyServer();
  await server.close();
  return server.port;
}
