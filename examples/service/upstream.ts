import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { DEADLINE_HEADER } from './caller.js';

/** `flaky`: each third request fails. `busy`: asks to be left alone for half a minute. */
const MODES = ['up', 'flaky', 'slow', 'busy', 'down'] as const;
export type Mode = (typeof MODES)[number];

/** A request, as the upstream saw it. */
export interface Seen {
  readonly url: string;
  readonly at: number;
  readonly deadlineMs: number;
  readonly requestId: string | undefined;
  /** Its client went away before it was answered. */
  hungUp: boolean;
}

export interface Upstream {
  readonly url: string;
  readonly seen: readonly Seen[];
  mode: Mode;
  /** How long an answer takes while it is `slow`. */
  slowMs: number;
  close(): Promise<void>;
}

/** The service that ours depends on: as good as its mode, which `PUT /mode/down` changes. */
export async function startUpstream(port = 0): Promise<Upstream> {
  const seen: Seen[] = [];

  const server = http.createServer((req, res) => {
    const answer = (status: number, body: object, headers: http.OutgoingHttpHeaders = {}) =>
      res.writeHead(status, { 'content-type': 'application/json', ...headers }).end(`${JSON.stringify(body)}\n`);
    const [, path, name = ''] = req.url?.split('/') ?? [];
    if (req.method === 'PUT' && path === 'mode') {
      upstream.mode = MODES.find((known) => known === name) ?? upstream.mode;
      return answer(200, { mode: upstream.mode, modes: MODES });
    }

    const { [DEADLINE_HEADER]: deadline, 'x-request-id': requestId } = req.headers;
    const request: Seen = {
      url: req.url ?? '',
      at: performance.now(),
      deadlineMs: Number(deadline),
      requestId: requestId?.toString(),
      hungUp: false,
    };
    seen.push(request);
    const product = { id: name, price: 17 };
    const { mode, slowMs } = upstream;
    if (mode === 'down' || (mode === 'flaky' && seen.length % 3 === 0)) return answer(500, { error: 'out of order' });
    if (mode === 'busy') return answer(503, { error: 'busy' }, { 'retry-after': '30' });
    if (!/^\d+$/.test(name)) return answer(404, { error: 'no such product' });
    if (mode !== 'slow') return answer(200, product);
    const timer = setTimeout(() => answer(200, product), slowMs);
    res.on('close', () => {
      clearTimeout(timer);
      request.hungUp = !res.writableFinished;
    });
  });

  await new Promise<void>((listening) => server.listen(port, '127.0.0.1', listening));
  const upstream: Upstream = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    mode: 'flaky',
    slowMs: 600,
    close: () => {
      server.closeAllConnections();
      return new Promise((closed) => server.close(() => closed()));
    },
  };
  return upstream;
}
