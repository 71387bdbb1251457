import type { FailureKind } from './failure.js';

/** Why a call is not sent again. */
export type StopReason =
  | 'max-retries'
  | 'not-retryable'
  | 'method-not-allowed'
  | 'body-not-replayable'
  | 'retry-after-too-long'
  | 'deadline'
  | 'retry-budget'
  | Rejection
  | 'canceled'
  | 'vetoed';

/** Nothing was sent: what the calls of a scope share was in the way. */
export type Rejection = 'circuit-open' | 'cooling-down' | 'bulkhead-full';

export const isRejection = (because: string): because is Rejection =>
  because === 'circuit-open' || because === 'cooling-down' || because === 'bulkhead-full';

/** The attempt is followed by another. */
export interface RetryDecision {
  /** Tells the two kinds of decision apart. */
  readonly retry: true;
  /** Milliseconds to wait before the next attempt. */
  readonly delayMs: number;
  /** The kind of failure, or that the server said when to come back. */
  readonly because: FailureKind | 'retry-after';
}

/** The attempt was the last. */
export interface StopDecision {
  /** Tells the two kinds of decision apart. */
  readonly retry: false;
  /** Why there is no other. */
  readonly because: 'success' | StopReason;
}

/** What to do after an attempt, and why. */
export type Decision = RetryDecision | StopDecision;
