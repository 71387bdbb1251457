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
  readonly scope: string;
}

/** There for listeners to read, but not enumerable: these hold headers, bodies and secrets. */
export interface Attachments {
  readonly config: InternalAxiosRequestConfig;
  readonly response?: AxiosResponse;
  readonly error?: unknown;
}

/** A retry is decided; its wait begins now. */
export interface RetryEvent extends CallFacts, AttemptRecord, Attachments {
  readonly delayMs: number;
  readonly because: FailureKind | 'retry-after';
}

/** The call succeeded, at once or after retries. */
export interface SuccessEvent extends CallFacts, Attachments {
  readonly report: ResilienceReport;
}

/** A call that was retried, or could have been, ended in failure. */
export interface GiveUpEvent extends CallFacts, Attachments {
  readonly because: StopReason;
  readonly report: ResilienceReport;
}

/** A call has ended, in whatever way: `report.ended` says how. The last event of a call, and one that each call has. */
export interface EndEvent extends CallFacts, Attachments {
  readonly report: ResilienceReport;
}

/** Nothing was sent: the circuit is open, the server has asked to be left alone, or the bulkhead is full. */
export interface RejectEvent extends CallFacts, Attachments {
  readonly because: Rejection;
}

/** A circuit breaker changed its state. */
export interface StateChangeEvent {
  readonly scope: string;
  readonly from: CircuitState;
  readonly to: CircuitState;
  /** When `to` is `open`: milliseconds until a probe may go out. */
  readonly retryInMs: number;
}

/**
 * Attempts have to wait for the bulkhead, or are refused because it has no queue. Said once, until the queue has been
 * empty and a slot free.
 */
export interface SaturationEvent {
  readonly scope: string;
  /** Attempts in flight at once, at most. */
  readonly limit: number;
  /** Attempts waiting now. */
  readonly queued: number;
}

/** A server has asked to be left alone: its scope waits. Said once, until that is over. */
export interface CoolDownEvent {
  readonly scope: string;
  readonly retryInMs: number;
}

/** The retry budget of a scope is used up: its retries wait for their turn. Said once, until its reserve is full again. */
export interface BudgetExhaustedEvent {
  readonly scope: string;
}

/** The answer was slow to come: the request is sent a second time, beside the first. */
export interface HedgeEvent extends CallFacts, Attachments {
  /** Milliseconds after the first was sent. */
  readonly delayMs: number;
}

/** Listeners look on: they may be async, are never awaited, and one that throws is logged once and changes nothing. */
export interface ResilienceHooks {
  onRetry?(event: RetryEvent): unknown;
  onSuccess?(event: SuccessEvent): unknown;
  onGiveUp?(event: GiveUpEvent): unknown;
  onEnd?(event: EndEvent): unknown;
  onReject?(event: RejectEvent): unknown;
  onStateChange?(event: StateChangeEvent): unknown;
  onSaturation?(event: SaturationEvent): unknown;
  onHedge?(event: HedgeEvent): unknown;
  onCoolDown?(event: CoolDownEvent): unknown;
  onBudgetExhausted?(event: BudgetExhaustedEvent): unknown;
}

/** pino, console or winston as they are, or anything of pino's shape: fields first, then the message. */
export interface ResilienceLogger {
  debug?(fields: object, message: string): unknown;
  info?(fields: object, message: string): unknown;
  warn(fields: object, message: string): unknown;
  error(fields: object, message: string): unknown;
}
