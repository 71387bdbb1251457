import http, { type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How one request is answered. */
export interface Answer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  /** Milliseconds until the answer goes out. */
  readonly after?: number;
}

export type Step = number | Answer | ((req: IncomingMessage) => number | Answer);

export interface LocalServer {
  readonly url: string;
  /** Every request so far, in order. */
  readonly requests: readonly IncomingMessage[];
  /** The most requests it had at the same time. */
  readonly peak: number;
  /** Replaces what is left of the script. */
  script(...steps: Step[]): void;
  close(): void;
}

/** A server on loopback that follows a script, one step a request; the last step is repeated. */
export async function localServer(...steps: Step[]): Promise<LocalServer> {
  let script = steps;
  let busy = 0;
  let peak = 0;
  const requests: IncomingMessage[] = [];
  const server = http.createServer((req, res) => {
    requests.push(req.resume());
    peak = Math.max(peak, ++busy);
    res.on('close', () => busy--);
    const step = (script.length > 1 ? script.shift() : script[0]) ?? 200;
    const answer = typeof step === 'function' ? step(req) : step;
    const { status, headers, after = 0 } = typeof answer === 'number' ? { status: answer } : (answer as Answer);
    setTimeout(() => res.writeHead(status, { 'content-type': 'application/json', ...headers }).end('{}'), after);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    get peak() {
      return peak;
    },
    script(...next) {
      script = next;
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
