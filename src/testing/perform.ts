import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Check, message } from '../policy/check.js';
import type { ServerHit } from './received.js';
import type { Act, Playbook } from './script.js';

const TROUBLES: ReadonlySet<unknown> = new Set(['reset', 'ECONNRESET', 'hang', 'cut']);

/** What can go wrong at a server: it can lose a connection, but not refuse its own, nor hide its name. */
export const serverTrouble: Check = (trouble, path) => {
  if (TROUBLES.has(trouble)) return;
  throw new TypeError(message(path, "must be 'reset', 'hang' or 'cut' at a server", trouble));
};

/** Where the script has no step for a request, or its step throws, the client is told so with 501, which is not retried. */
export async function answer(
  playbook: Playbook,
  req: IncomingMessage,
  res: ServerResponse,
  hit: ServerHit,
  n: number,
): Promise<void> {
  try {
    perform(await playbook.act(hit, n), req, res);
  } catch (error) {
    res.writeHead(501, { 'content-type': 'text/plain' }).end(String(error));
  }
}

/** Plays an act on a request. */
function perform(act: Act, req: IncomingMessage, res: ServerResponse): void {
  if (act.delay) {
    const timer = setTimeout(() => perform({ ...act, delay: 0 }, req, res), act.delay);
    req.socket.on('close', () => clearTimeout(timer));
    return;
  }
  const { status, headers, body, error, drip } = act;
  if (error === 'hang') return;
  if (error === 'cut') {
    res.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
    res.write(body.slice(0, Math.ceil(body.length / 2)), () => req.socket.destroy());
  } else if (error) {
    req.socket.destroy();
  } else {
    res.writeHead(status, headers as Record<string, string | string[]>);
    if (drip) dripping([...body], drip, res);
    else res.end(body);
  }
}

function dripping(rest: string[], everyMs: number, res: ServerResponse): void {
  const timer = setInterval(() => (rest.length ? res.write(rest.shift()) : res.end()), everyMs);
  res.on('close', () => clearInterval(timer));
}
