import type { InternalAxiosRequestConfig } from 'axios';
import {
  CircuitState as Circuit,
  type CircuitBreakerPolicy,
  circuitBreaker,
  handleWhenResult,
  type IBackoff,
} from 'cockatiel';
import { CircuitOpenError } from '../base/errors.js';
import type { CircuitState } from '../base/events.js';
import { innermost } from '../base/failure.js';
import { TOO_MANY_REQUESTS } from '../base/http.js';
import { codeOf, type Outcome, statusOf } from '../base/outcome.js';
import type { ResolvedPolicy } from '../policy/resolve.js';
import { FailureWindow } from './failure-window.js';

/** A scope's circuit breaker, as its owner may see and touch it. */
export interface BreakerView {
  readonly state: CircuitState;
  /** Milliseconds until a probe may go out: 0 unless open, `Infinity` while isolated. */
  readonly retryInMs: number;
  /** Holds the circuit open until disposed, whatever the calls do. */
  isolate(): { dispose(): void };
}

/** What the circuit learns from an attempt. cockatiel keeps the last of these, so none may hold a response. */
type Verdict = { readonly counts: 'answered' | 'failure' | 'probe-lost'; readonly retryAfterMs: number };

/** What cockatiel tells of the attempt that opened the circuit. */
interface OpenContext {
  readonly result: unknown;
}

const verdictIn = ({ result }: OpenContext): Verdict => (result as { value: Verdict }).value;

const ANSWERED: Verdict = { counts: 'answered', retryAfterMs: 0 };
const FAILED: Verdict = { counts: 'failure', retryAfterMs: 0 };
const PROBE_LOST: Verdict = { counts: 'probe-lost', retryAfterMs: 0 };
/** Thrown through cockatiel, which counts nothing for it. */
const NOT_COUNTED = Symbol('not counted');

/** A garbled Retry-After must not keep a circuit open for years. */
const LONGEST_RETRY_AFTER_MS = 3_600_000;

const STATES: Readonly<Record<Circuit, CircuitState>> = {
  [Circuit.Closed]: 'closed',
  [Circuit.Open]: 'open',
  [Circuit.HalfOpen]: 'half-open',
  [Circuit.Isolated]: 'isolated',
};

type Settings = Exclude<ResolvedPolicy['breaker'], false>;

export interface BreakerEnvironment {
  readonly now: () => number;
  readonly random: () => number;
  readonly onStateChange: (from: CircuitState, to: CircuitState, retryInMs: number) => void;
}

/**
 * cockatiel's circuit breaker for one scope, with what it does not do by itself: one probe at a time while others are
 * refused at once, a lost probe handed on, results of an earlier epoch ignored, a clock that never jumps.
 */
export class Breaker implements BreakerView {
  readonly #circuit: CircuitBreakerPolicy;
  #seen: CircuitState = 'closed';
  /** Grows with every change of state: the result of an attempt that began in an earlier epoch is not counted. */
  #epoch = 0;
  #openUntil = 0;
  #probing = false;
  #isolations = 0;
  #lastFailure: SlimFailure | undefined;
  #openedBy: Error | undefined;

  constructor(
    private readonly scope: string,
    private readonly settings: Settings,
    private readonly environment: BreakerEnvironment,
  ) {
    const breaker = new FailureWindow(settings, environment.now);
    const counted = handleWhenResult((verdict) => (verdict as Verdict).counts !== 'answered');
    const halfOpenAfter = { next: (context: OpenContext) => this.#open(verdictIn(context), 0) };
    this.#circuit = circuitBreaker(counted, { breaker, halfOpenAfter });
    this.#circuit.onStateChange(() => this.#changed());
  }

  get state(): CircuitState {
    return this.#isolations ? 'isolated' : STATES[this.#circuit.state];
  }

  get retryInMs(): number {
    if (this.#isolations) return Number.POSITIVE_INFINITY;
    return this.#circuit.state === Circuit.Open ? Math.max(0, this.#openUntil - this.environment.now()) : 0;
  }

  isolate(): { dispose(): void } {
    this.#isolations++;
    this.#changed();
    let held = true;
    const dispose = () => {
      if (!held) return;
      held = false;
      this.#isolations--;
      this.#changed();
    };
    return { dispose };
  }

  /** The error of a call that may not be sent now, or `undefined` if it may. */
  refusal(config: InternalAxiosRequestConfig, cause?: unknown): CircuitOpenError | undefined {
    if (this.#isolations === 0 && this.#circuit.state === Circuit.Closed) return undefined;
    const { retryInMs } = this;
    if (retryInMs === 0 && !this.#probing) return undefined;
    const why = this.#isolations ? 'isolated' : retryInMs > 0 ? 'open' : 'half-open with a probe out';
    return new CircuitOpenError(config, this.scope, retryInMs, why, cause ?? this.#openedBy);
  }

  /** Sends an attempt that was not refused, and learns from its outcome. */
  async run(send: () => Promise<Outcome>): Promise<Outcome> {
    const probe = this.#circuit.state !== Circuit.Closed;
    const epoch = this.#epoch;
    let outcome: Outcome | undefined;
    if (probe) this.#probing = true;
    try {
      await this.#circuit.execute(async () => {
        outcome = await send();
        return this.#judge(outcome, probe, epoch);
      });
    } catch (error) {
      if (error !== NOT_COUNTED) throw error;
    } finally {
      if (probe) this.#probing = false;
    }
    return outcome as Outcome;
  }

  #judge(outcome: Outcome, probe: boolean, epoch: number): Verdict {
    const tells = whatItTells(outcome, this.settings.countRateLimit || (probe && outcome.retryAfterMs !== undefined));
    if (probe && tells === 'nothing') return PROBE_LOST;
    if (tells === 'nothing' || (!probe && epoch !== this.#epoch)) throw NOT_COUNTED;
    if (tells === 'answered') return ANSWERED;
    this.#lastFailure = slim(outcome);
    return outcome.retryAfterMs ? { counts: 'failure', retryAfterMs: outcome.retryAfterMs } : FAILED;
  }

  /**
   * Begins the open period number `index`. cockatiel asks for its `duration` at each call; answering by our own clock
   * makes it deaf to steps of the wall clock.
   */
  #open({ counts, retryAfterMs }: Verdict, index: number): IBackoff<OpenContext> {
    const { now } = this.environment;
    const until = now() + (counts === 'probe-lost' ? 0 : this.#openFor(index, retryAfterMs));
    this.#openUntil = until;
    return {
      get duration() {
        return now() < until ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
      },
      next: (context) => {
        const verdict = verdictIn(context);
        return this.#open(verdict, verdict.counts === 'probe-lost' ? index : index + 1);
      },
    };
  }

  #openFor(index: number, retryAfterMs: number): number {
    const { openFor, maxOpenFor } = this.settings;
    const period = Math.min(maxOpenFor, openFor * 2 ** Math.min(index, 31));
    const jittered = period * (1 + this.environment.random() / 5);
    return Math.max(jittered, Math.min(retryAfterMs, LONGEST_RETRY_AFTER_MS));
  }

  #changed(): void {
    const from = this.#seen;
    const to = this.state;
    this.#epoch++;
    this.#seen = to;
    if (to === 'open') this.#openedBy = asError(this.#lastFailure);
    if (to === 'closed') this.#openedBy = undefined;
    if (from !== to) this.environment.onStateChange(from, to, this.retryInMs);
  }
}

/** Whether the host failed, answered, or was not heard at all. */
function whatItTells(outcome: Outcome, countRateLimit: boolean): 'failure' | 'answered' | 'nothing' {
  const { failure } = outcome;
  if (!failure) return 'answered';
  if (failure === 'status') return isFailedStatus(statusOf(outcome) ?? 0, countRateLimit) ? 'failure' : 'answered';
  if (failure === 'canceled' || failure === 'refused' || isLocal(outcome)) return 'nothing';
  return failure === 'other' && !outcome.response ? 'nothing' : 'failure';
}

/** 501 is about the method, not about the host's health. */
function isFailedStatus(status: number, countRateLimit: boolean): boolean {
  if (status === TOO_MANY_REQUESTS) return countRateLimit;
  return status === 408 || (status >= 500 && status !== 501);
}

/** Out of file descriptors: our own trouble, not the host's. */
const isLocal = (outcome: Outcome): boolean => codeOf(outcome) === 'EMFILE' || codeOf(outcome) === 'ENFILE';

interface SlimFailure {
  readonly message: string;
  readonly code: string | undefined;
  readonly status: number | undefined;
}

/** Of the innermost cause, which says why. The error itself would hold on to its response. */
function slim(outcome: Outcome): SlimFailure {
  const status = statusOf(outcome);
  const { message = `status ${status}`, code = codeOf(outcome) } = (innermost(outcome.error) ??
    {}) as Partial<SlimFailure>;
  return { message, code, status };
}

const asError = (failure: SlimFailure | undefined): Error => Object.assign(new Error(failure?.message), failure);
