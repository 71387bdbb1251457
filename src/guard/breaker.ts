import type { InternalAxiosRequestConfig } from 'axios';
import {
  CircuitState as Circuit,
  type CircuitBreakerPolicy,
  circuitBreaker,
  handleWhenResult,
  type IBackoff,
  type IBreaker,
} from 'cockatiel';
import { CircuitOpenError } from '../base/errors.js';
import type { CircuitState } from '../base/events.js';
import type { Outcome } from '../base/outcome.js';
import { FailureWindow, type WindowCounts } from './failure-window.js';
import { HalfOpen } from './half-open.js';
import { isOpaque } from './local.js';
import { type Settings, type Verdict, verdictOf } from './verdict.js';

/** A scope's circuit breaker, as its owner may see and touch it. */
export interface BreakerView {
  /** Whether calls pass, and if not, why. */
  readonly state: CircuitState;
  /** Milliseconds since it came into this state. */
  readonly inStateForMs: number;
  /** Milliseconds until a probe may go out: 0 unless open, `Infinity` while isolated. */
  readonly retryInMs: number;
  /** What was counted within `breaker.window`. */
  readonly window: WindowCounts;
  /** The failure that opened the circuit, in words and without its response; `undefined` once it is closed. */
  readonly openedBy: Error | undefined;
  /** Holds the circuit open until disposed, whatever the calls do. */
  isolate(): {
    /** Lets the circuit go on as it was. */
    dispose(): void;
  };
}

/** Learns from the outcome of an attempt, and gives it back once the circuit has acted on it. */
export type Learn = (outcome: Outcome, endedAt: number) => Outcome | Promise<Outcome>;

/** What cockatiel tells of the attempt that opened the circuit. */
interface OpenContext {
  readonly result: unknown;
}

const verdictIn = ({ result }: OpenContext): Verdict => (result as { value: Verdict }).value;

/** A garbled Retry-After must not keep a circuit open for years. */
const LONGEST_RETRY_AFTER_MS = 3_600_000;

/** How much of a slow answer's time is remembered after each other answer. */
const FADING = 0.9;

const STATES: Readonly<Record<Circuit, CircuitState>> = {
  [Circuit.Closed]: 'closed',
  [Circuit.Open]: 'open',
  [Circuit.HalfOpen]: 'half-open',
  [Circuit.Isolated]: 'isolated',
};

export interface BreakerEnvironment {
  readonly now: () => number;
  readonly random: () => number;
  readonly onStateChange: (
    from: CircuitState,
    to: CircuitState,
    retryInMs: number,
    openedBy: Error | undefined,
  ) => void;
}

/**
 * cockatiel's circuit breaker for one scope, with what it does not do by itself: one probe at a time while others are
 * refused at once, a lost probe handed on, results of an earlier epoch ignored, a clock that never jumps.
 */
export class Breaker implements BreakerView {
  readonly #circuit: CircuitBreakerPolicy;
  readonly #window: FailureWindow;
  #seen: CircuitState = 'closed';
  #seenAt: number;
  /** Grows with every change of state: the result of an attempt that began in an earlier epoch is not counted. */
  #epoch = 0;
  #openUntil = 0;
  #halfOpen: HalfOpen | undefined;
  #isolations = 0;
  #openedBy: Error | undefined;
  /** About as long as the slower ones of the latest answers took. */
  #answerMs = 0;
  #answeredAt = -Infinity;

  constructor(
    private readonly scope: string,
    private readonly settings: Settings,
    private readonly environment: BreakerEnvironment,
  ) {
    this.#seenAt = environment.now();
    this.#window = new FailureWindow(settings);
    // Of the outcomes of a closed circuit it only gets the failure that opens it.
    const breaker: IBreaker = { state: undefined, success: () => this.#window.clear(), failure: () => true };
    const counted = handleWhenResult((verdict) => (verdict as Verdict).counts !== 'answered');
    const halfOpenAfter = { next: (context: OpenContext) => this.#open(verdictIn(context), 0) };
    this.#circuit = circuitBreaker(counted, { breaker, halfOpenAfter });
    this.#circuit.onStateChange(() => this.#changed());
  }

  get state(): CircuitState {
    return this.#isolations ? 'isolated' : STATES[this.#circuit.state];
  }

  get retryInMs(): number {
    if (this.#isolations) return Infinity;
    return this.#circuit.state === Circuit.Open ? Math.max(0, this.#openUntil - this.environment.now()) : 0;
  }

  get inStateForMs(): number {
    return this.environment.now() - this.#seenAt;
  }

  get window(): WindowCounts {
    return this.#window.counts(this.environment.now());
  }

  get openedBy(): Error | undefined {
    return this.#openedBy;
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
    if (retryInMs === 0 && (this.#halfOpen?.isFree(this.environment.now()) ?? true)) return undefined;
    const why = this.#isolations ? 'isolated' : retryInMs > 0 ? 'open' : 'half-open with a probe out';
    return new CircuitOpenError(config, this.scope, retryInMs, why, cause ?? this.#openedBy);
  }

  /** Called as an attempt goes out that was not refused. What it returns is to be called with the outcome. */
  begin(sentAt: number): Learn {
    return this.#circuit.state === Circuit.Closed ? this.#count(sentAt) : this.#probe(sentAt);
  }

  /** Counts each outcome itself; cockatiel only gets the failure that opens the circuit, of which no later one is a part. */
  #count(sentAt: number): Learn {
    const epoch = this.#epoch;
    return (outcome, endedAt) => {
      const isCurrent = epoch === this.#epoch;
      const verdict = isCurrent ? this.#judge(outcome, sentAt, endedAt, false) : undefined;
      if (verdict?.counts === 'answered') {
        this.#window.success(endedAt);
      } else if (verdict && this.#window.failure(endedAt)) {
        this.#epoch++;
        return this.#circuit.execute(() => verdict).then(() => outcome);
      }
      return outcome;
    };
  }

  #probe(sentAt: number): Learn {
    this.#halfOpen ??= new HalfOpen(this.settings, (verdict) => this.#circuit.execute(() => verdict));
    const end = this.#halfOpen.probe(sentAt);
    return (outcome, endedAt) => {
      const decided = end(this.#judge(outcome, sentAt, endedAt, true));
      return decided ? decided.then(() => outcome) : outcome;
    };
  }

  /**
   * `undefined` if it tells nothing of the host: when there were answers of late, so does a deadline that came sooner than they do,
   * and a request that may never have left, but for a probe.
   */
  #judge(outcome: Outcome, sentAt: number, endedAt: number, isProbe: boolean): Verdict | undefined {
    const tookMs = endedAt - sentAt;
    const quietMs = endedAt - this.#answeredAt;
    const isTooSoon = tookMs < this.#answerMs && quietMs < Math.max(this.#answerMs, this.settings.window);
    if (outcome.final === 'deadline' && isTooSoon) return undefined;
    if (!isProbe && quietMs < this.settings.window && isOpaque(outcome)) return undefined;
    const verdict = verdictOf(outcome, tookMs, this.settings, isProbe);
    if (verdict?.counts === 'answered') {
      this.#answerMs = Math.max(tookMs, FADING * this.#answerMs);
      this.#answeredAt = endedAt;
    }
    return verdict;
  }

  /**
   * Begins the open period number `index`. cockatiel asks for its `duration` at each call; answering by our own clock
   * makes it deaf to steps of the wall clock.
   */
  #open(verdict: Verdict, index: number): IBackoff<OpenContext> {
    const { now } = this.environment;
    let until = now();
    if ('retryAfterMs' in verdict) until += this.#openFor(index, verdict.retryAfterMs);
    if (verdict.counts === 'failure') this.#openedBy = Object.assign(new Error(verdict.why.message), verdict.why);
    this.#openUntil = until;
    return {
      get duration() {
        return now() < until ? Infinity : -Infinity;
      },
      next: (context) => {
        const later = verdictIn(context);
        if (later.counts !== 'failure') return this.#open(later, index);
        this.#window.failure(now());
        return this.#open(later, index + 1);
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
    if (this.#circuit.state !== Circuit.HalfOpen) this.#halfOpen = undefined;
    if (this.#circuit.state === Circuit.Closed) this.#openedBy = undefined;
    if (from === to) return;
    this.#seen = to;
    this.#seenAt = this.environment.now();
    this.environment.onStateChange(from, to, this.retryInMs, this.#openedBy);
  }
}
