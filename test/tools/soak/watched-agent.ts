import http, { type ClientRequest, type IncomingMessage } from 'node:http';
import { CALL_ID, REDIRECTED, REQUEST_ID } from './origin.js';
import type { Sent } from './seen.js';

/** When a request gives back its slot: with the head of a streamed answer, or with the end of the body. */
export type Holds = 'head' | 'body';
export const HOLDS = 'x-soak-holds';

let requests = 0;

/** A pool that tells of each request it is given, in the same step. */
export class WatchedAgent extends http.Agent {
  constructor(private readonly onRequest: (sent: Sent) => void) {
    super({ keepAlive: true });
    Object.assign(this, { addRequest: this.#watched });
  }

  /** By the request that was redirected. */
  readonly #redirected = new Map<number, () => boolean>();

  readonly #watched = (request: ClientRequest, ...rest: unknown[]): unknown => {
    const isRedirected = request.path.includes(REDIRECTED);
    const id = isRedirected ? Number(request.path.split('?')[1]) : ++requests;
    request.setHeader(REQUEST_ID, id);
    let response: IncomingMessage | undefined;
    let failed = false;
    request.once('error', () => {
      failed = true;
    });
    request.once('response', (head: IncomingMessage) => {
      response = head;
    });
    const untilBody = request.getHeader(HOLDS) === 'body';
    const isLive = () =>
      !failed && !request.destroyed && !(response && (!untilBody || response.complete || response.destroyed));
    if (isRedirected) this.#redirected.set(id, isLive);
    else
      this.onRequest({
        id,
        call: Number(request.getHeader(CALL_ID)),
        method: request.method,
        isLive: () => isLive() || (this.#redirected.get(id)?.() ?? false),
      });
    const { addRequest } = http.Agent.prototype as unknown as { addRequest(...args: unknown[]): unknown };
    return addRequest.call(this, request, ...rest);
  };
}
