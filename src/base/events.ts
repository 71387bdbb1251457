import type { AxiosResponse, InternalAxiosRequestConfig } from 'axios';
import type { Rejection, StopReason } from './decision.js';
import type { FailureKind } from './failure.js';
import type { AttemptRecord, ResilienceReport } from './report.js';

/** `isolated` is held open by hand. */
export type CircuitState = 'closed' | 'open' | 'half-open' | 'isolated';

/** What every event of a call says. Printing or serialising an event gives no secret away. */
export interface CallFacts {
  /** The same for all events of one call. */
  readonly callId: string;
  /** Upper case: `GET`. */
  readonly method: string;
  /** Without userinfo; query values are masked. */
  readonly url: string;
  /** What shares breaker, bulkhead, budget and cool-down: the origin, unless the policy names another. */
  readonly scope: string;
}

/** There for listeners to read, but not enumerable: these hold headers, bodies and secrets. */
export interface Attachments {
  /** The call's own request; what `beforeRetry` makes of it is not in it. */
  readonly config: InternalAxiosRequestConfig;
  /** The answer, if there was one. */
  readonly response?: AxiosResponse;
  /** The failure, if there was one. */
  readonly error?: unknown;
}

/** A retry is decided; its wait begins now. */
export interface RetryEvent extends CallFacts, AttemptRecord, Attachments {
  /** Milliseconds until the next attempt. */
  readonly delayMs: number;
  /** The kind of failure, or that the server said when to come back. */
  readonly because: FailureKind | 'retry-after';
}

/** The call succeeded, at once or after retries. */
export interface SuccessEvent extends CallFacts, Attachments {
  /** What happened on the way. */
  readonly report: ResilienceReport;
}

/** A call ended in failure after a retry was decided on, or where one was due and kept back, or refused, or out of time. */
export interface GiveUpEvent extends CallFacts, Attachments {
  /** Why it was not sent again. */
  readonly because: StopReason;
  /** What happened on the way. */
  readonly report: ResilienceReport;
}

/** A call has ended, in whatever way: `report.ended` says how. The last event of a call, and one that each call has. */
export interface EndEvent extends CallFacts, Attachments {
  /** What happened on the way. */
  readonly report: ResilienceReport;
}

/** Nothing was sent: the circuit is open, the server has asked to be left alone, or the bulkhead is full. */
export interface RejectEvent extends CallFacts, Attachments {
  /** What refused it. */
  readonly because: Rejection;
}

/** A circuit breaker changed its state. */
export interface StateChangeEvent {
  /** Whose breaker it is. */
  readonly scope: string;
  /** The state it was in. */
  readonly from: CircuitState;
  /** The state it is in now. */
  readonly to: CircuitState;
  /** Milliseconds until a probe may go out: 0 unless `to` is `open`, `Infinity` when `isolated`, which JSON writes as `null`. */
  readonly retryInMs: number;
  /** The failure that opened it, in words and without its response; `undefined` once it is closed, or if nothing failed. */
  readonly openedBy: Error | undefined;
}

/**
 * Attempts have to wait for the bulkhead, or are refused because it has no queue. Said once, until the queue has been
 * empty and a slot free.
 */
export interface SaturationEvent {
  /** Whose bulkhead it is. */
  readonly scope: string;
  /** Attempts in flight at once, at most. */
  readonly limit: number;
  /** Attempts waiting now. */
  readonly queued: number;
}

/** A server has asked to be left alone: its scope waits. Said once, until that is over. */
export interface CoolDownEvent {
  /** Whose server it is. */
  readonly scope: string;
  /** Milliseconds until it may be called again. */
  readonly retryInMs: number;
}

/** The retry budget of a scope is used up: its retries wait for their turn. Said once, until its reserve is full again. */
export interface BudgetExhaustedEvent {
  /** Whose budget it is. */
  readonly scope: string;
}

/** The answer was slow to come: the request is sent a second time, beside the first. */
export interface HedgeEvent extends CallFacts, Attachments {
  /** Milliseconds after the first was sent. */
  readonly delayMs: number;
}

/** Listeners look on: they may be async, are never awaited, and one that throws is logged once and changes nothing. */
export interface ResilienceHooks {
  /** A retry is decided; its wait begins. */
  onRetry?: ((event: RetryEvent) => unknown) | undefined;
  /** A call succeeded, at once or after retries. */
  onSuccess?: ((event: SuccessEvent) => unknown) | undefined;
  /**
   * A call ended in failure after a retry was decided on, or where one was due and kept back (a Retry-After too long, the
   * budget, a veto), or refused, or out of time. Not what is never retried (a 404, a POST): `onEnd` tells of that.
   */
  onGiveUp?: ((event: GiveUpEvent) => unknown) | undefined;
  /** A call ended, in whatever way; the last event of each call. */
  onEnd?: ((event: EndEvent) => unknown) | undefined;
  /** Breaker, cool-down or bulkhead refused to send; `onGiveUp` follows. */
  onReject?: ((event: RejectEvent) => unknown) | undefined;
  /** A circuit changed its state. */
  onStateChange?: ((event: StateChangeEvent) => unknown) | undefined;
  /** A bulkhead is full. */
  onSaturation?: ((event: SaturationEvent) => unknown) | undefined;
  /** A slow request is sent a second time. */
  onHedge?: ((event: HedgeEvent) => unknown) | undefined;
  /** A server asked to be left alone. */
  onCoolDown?: ((event: CoolDownEvent) => unknown) | undefined;
  /** Retries wait for their turn from now on. */
  onBudgetExhausted?: ((event: BudgetExhaustedEvent) => unknown) | undefined;
}

/** pino, console or winston as they are, or anything of pino's shape: fields first, then the message. */
export interface ResilienceLogger {
  /** A failure that is not retried, and why. */
  debug?(fields: object, message: string): unknown;
  /** A recovery, a retried call that its caller cancelled, a hedge, a circuit that closes. */
  info?(fields: object, message: string): unknown;
  /** A retry, a refusal, a circuit that opens, a cool-down, a budget used up, a bulkhead that is full, what is set up wrongly. */
  warn(fields: object, message: string): unknown;
  /** A call that gave up, a hook that threw. */
  error(fields: object, message: string): unknown;
}
