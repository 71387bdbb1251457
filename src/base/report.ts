import type { StopReason } from './decision.js';
import type { FailureKind } from './failure.js';

/** How one attempt ended. */
export interface AttemptRecord {
  /** 1 is the first. */
  readonly attempt: number;
  /** Milliseconds from handing the request to axios's adapter to its end; time in a queue is not in it. */
  readonly durationMs: number;
  /** HTTP status, if an answer came. */
  readonly status?: number;
  /** The error's code: `ECONNRESET`, `ETIMEDOUT`, … */
  readonly code?: string;
  /** Absent for the attempt that succeeded. */
  readonly failure?: FailureKind;
  /** Milliseconds the server asked to wait. */
  readonly retryAfterMs?: number;
  /** Milliseconds decided to wait before the next attempt; absent for the last. */
  readonly delayMs?: number;
  /** Sent beside another that was slow to answer. */
  readonly hedge?: true;
}

/** What one call did, from its first attempt to its end. */
export interface ResilienceReport {
  /** What was sent or refused, in the order in which it ended. Of two side by side, the one that counts is the later. */
  readonly attempts: readonly AttemptRecord[];
  /** Requests sent after the first, hedges not counted. */
  readonly retries: number;
  /** Milliseconds spent waiting: between attempts, and for the end of a cool-down. */
  readonly waitedMs: number;
  /** Milliseconds spent in the bulkhead's queue. */
  readonly queuedMs: number;
  /** Milliseconds from the call's start to its end, or to now while it runs. */
  readonly elapsedMs: number;
  /** `undefined` while the call runs. */
  readonly ended: 'success' | StopReason | undefined;
  /** True if the caller got what `fallback` returned, instead of the failure that `ended` tells of. */
  readonly fallback: boolean;
}

/** How many were sent: breaker, cool-down and bulkhead had no objection. */
export const sentAttempts = ({ attempts }: Pick<ResilienceReport, 'attempts'>): number =>
  attempts.filter(({ failure }) => failure !== 'refused').length;

/** OpenTelemetry's `error.type` of an attempt that failed. */
export const errorType = (failure: FailureKind, { status, code }: AttemptRecord): string =>
  failure === 'status' ? String(status) : (code ?? failure);
