import { now } from '../base/clock.js';
import type { StopDecision } from '../base/decision.js';
import { codeOf, type Outcome, statusOf } from '../base/outcome.js';
import type { AttemptRecord, ResilienceReport } from '../base/report.js';

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** Writes down what one call does. Keeps figures and words only, never a response or an error. */
export class Recorder {
  readonly startedAt = now();
  waitedMs = 0;
  queuedMs = 0;
  /** Requests handed to the adapter. */
  sends = 0;
  /** Of those, the ones sent beside another. */
  hedges = 0;
  /** The caller gets what its `fallback` returned. */
  fallback = false;
  #endedAt: number | undefined;
  #ended: ResilienceReport['ended'];
  readonly #attempts: Mutable<AttemptRecord>[] = [];

  /** Notes how an attempt ended. */
  attempt(outcome: Outcome, durationMs: number, isHedge = false): void {
    const { failure, retryAfterMs } = outcome;
    const status = statusOf(outcome);
    const code = codeOf(outcome);
    const record: Mutable<AttemptRecord> = { attempt: this.#attempts.length + 1, durationMs };
    if (status !== undefined) record.status = status;
    if (code !== undefined) record.code = code;
    if (failure !== undefined) record.failure = failure;
    if (retryAfterMs !== undefined) record.retryAfterMs = retryAfterMs;
    if (isHedge) record.hedge = true;
    this.#attempts.push(record);
  }

  /** The latest attempt. */
  get last(): AttemptRecord {
    return this.#attempts.at(-1) ?? { attempt: 0, durationMs: 0 };
  }

  /** Notes the wait that was decided on after the last attempt. */
  delay(delayMs: number): void {
    const last = this.#attempts.at(-1);
    if (last) last.delayMs = delayMs;
  }

  end(because: StopDecision['because']): void {
    this.#ended = because;
    this.#endedAt = now();
  }

  get retries(): number {
    return Math.max(0, this.sends - this.hedges - 1);
  }

  get report(): ResilienceReport {
    return Object.freeze({
      // A spread that is then frozen costs three times as much.
      attempts: Object.freeze(this.#attempts.map((record) => Object.freeze(Object.assign({}, record)))),
      retries: this.retries,
      waitedMs: this.waitedMs,
      queuedMs: this.queuedMs,
      elapsedMs: (this.#endedAt ?? now()) - this.startedAt,
      ended: this.#ended,
      fallback: this.fallback,
    });
  }
}
