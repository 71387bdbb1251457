import { AsyncLocalStorage } from 'node:async_hooks';
import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from 'fastify';

/** Milliseconds that whoever asks will wait: not a time of day, on which two machines may differ. */
export const DEADLINE_HEADER = 'x-deadline-ms';

/** For a caller that does not say; and the longest a call may take, which bounds a shutdown too. */
const USUAL_MS = 2_000;
const LONGEST_MS = 10_000;

/** Kept back, so that our own answer gets there in time. */
const OWN_SHARE_MS = 20;

/** On whose behalf something is done. */
export interface Caller {
  readonly requestId: string;
  /** By `performance.now()`. */
  readonly deadlineAt: number;
  /** Aborts when they hang up. */
  readonly signal: AbortSignal;
  readonly log: FastifyBaseLogger;
}

/** Whatever is called on behalf of a request finds its caller here, so that no call can forget to pass the deadline on. */
export const callers = new AsyncLocalStorage<Caller>();

/** Never 0: that much is left to say that it is too late. */
export const remainingMs = ({ deadlineAt }: Caller): number => Math.max(1, Math.floor(deadlineAt - performance.now()));

export function callerOf(request: FastifyRequest, reply: FastifyReply): Caller {
  const askedMs = Math.min(Number(request.headers[DEADLINE_HEADER] ?? USUAL_MS), LONGEST_MS);
  const hangUp = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) hangUp.abort(new Error('the caller hung up'));
  });
  return {
    requestId: request.id,
    deadlineAt: performance.now() - reply.elapsedTime + askedMs - OWN_SHARE_MS,
    signal: hangUp.signal,
    log: request.log,
  };
}
