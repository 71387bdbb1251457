import type { AxiosResponse } from 'axios';
import type { Rejection, StopReason } from './decision.js';
import type { FailureKind } from './failure.js';
import type { Aborter } from './signal.js';

/** What came of an attempt. Nothing is decided here. */
export interface Outcome {
  /** Absent: the attempt succeeded. */
  readonly failure?: FailureKind;
  readonly response?: AxiosResponse;
  /** What the adapter threw. Absent when axios took the answer as good, whatever we think of it. */
  readonly error?: unknown;
  /** Provably nothing reached the server. */
  readonly unsent?: boolean;
  /** A kept-alive connection, used before, was lost before any answer: most likely the server had closed it. */
  readonly stale?: boolean;
  /** Milliseconds the server asked to wait. */
  readonly retryAfterMs?: number;
  /** The caller's `retryResponse` said that this answer means "try again". */
  readonly unready?: boolean;
  /** Ends the response's body, if that is a stream. */
  readonly stream?: Aborter;
  /** No later attempt can change this end. */
  readonly final?: StopReason;
}

/** An outcome with which its call ends, whatever the policy says. */
export interface End extends Outcome {
  readonly final: StopReason;
}

/** Nothing was sent, since what the calls of a scope share was in the way. */
export const refused = (error: unknown, final: Rejection): End => ({ failure: 'refused', error, unsent: true, final });

export function codeOf({ error }: Outcome): string | undefined {
  const code = (error as { code?: unknown } | undefined | null)?.code;
  return typeof code === 'string' ? code : undefined;
}

export const statusOf = ({ response }: Outcome): number | undefined => response?.status;
