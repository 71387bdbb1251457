import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Check, message } from '../policy/check.js';
import type { ServerHit } from './received.js';
import { type Act, hasBody, type Playbook, piecesOf } from './script.js';

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
    const act = await playbook.act(hit, n);
    if (act.delay && !(await passed(act.delay, res))) return;
    perform(act, req, res);
  } catch (error) {
    const text = String(error);
    // The length too, which Node has kept of an answer whose headers it refused.
    const headers = { 'content-type': 'text/plain', 'content-length': Buffer.byteLength(text) };
    res.writeHead(501, headers).end(text);
  }
}

/** False if the client did not wait so long. */
function passed(ms: number, res: ServerResponse): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms, true);
    res.on('close', () => {
      clearTimeout(timer);
      resolve(false);
    });
  });
}

/** Plays an act on a request. */
function perform(act: Act, req: IncomingMessage, res: ServerResponse): void {
  const { status, body, error, drip } = act;
  if (error === 'hang') return;
  if (!hasBody(act)) {
    req.socket.destroy();
    return;
  }
  const isCut = error === 'cut';
  // More than is sent, be it nothing; what comes in chunks has none.
  const length = isCut &&
    !('transfer-encoding' in act.headers) && { 'content-length': String(Math.max(1, Buffer.byteLength(body))) };
  const headers = { ...act.headers, ...length } as Record<string, string | string[]>;
  const end = () => (isCut ? req.socket.destroy() : res.end());
  res.writeHead(status, headers);
  if (drip && req.method !== 'HEAD') dripping([...piecesOf(act)], drip, res, end);
  else if (isCut) res.write(piecesOf(act)[0], end);
  else res.end(body);
}

function dripping(rest: string[], everyMs: number, res: ServerResponse, end: () => void): void {
  res.flushHeaders();
  const timer = setInterval(() => {
    res.write(rest.shift() ?? '', rest.length ? undefined : end);
    if (!rest.length) clearInterval(timer);
  }, everyMs);
  res.on('close', () => clearInterval(timer));
}
