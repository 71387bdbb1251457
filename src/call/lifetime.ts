import type { InternalAxiosRequestConfig } from 'axios';
import { MAX_TIMER_MS, now } from '../base/clock.js';
import { canceledError, type DeadlineExceededError } from '../base/errors.js';
import type { End } from '../base/outcome.js';
import type { Aborter } from '../base/signal.js';
import { hasEnded, whenEnded } from '../base/stream.js';

/** How long one phase may take; the call itself goes on. */
export interface PhaseLimit {
  readonly startedAt: number;
  readonly endsAt: number;
  readonly tell: () => void;
}

/**
 * How long a call may go on: until its deadline, or until its caller cancels it by `signal` or `cancelToken`. A call is in
 * one phase at a time (queued, attempting, asking a hook, waiting), and only that phase needs to hear of the end.
 */
export class Lifetime {
  /** How the call was cut short, once it was. */
  over: End | undefined;
  readonly #endsAt: number;
  /** One timer for call and phase: it is set anew for an earlier end only, and for a later one when it fires. */
  #timer: ReturnType<typeof setTimeout> | undefined;
  #firesAt = Infinity;
  #limit: PhaseLimit | undefined;
  /** The caller's own: during an attempt, another stands in its place on the config. */
  readonly #signal: InternalAxiosRequestConfig['signal'];
  #stopListening: (() => void) | undefined;
  #endPhase: ((end: End) => void) | undefined;
  #follows = false;

  constructor(
    private readonly config: InternalAxiosRequestConfig,
    startedAt = 0,
    deadline = Infinity,
    private readonly deadlineError?: () => DeadlineExceededError,
  ) {
    this.#endsAt = startedAt + deadline;
    this.#signal = config.signal;
    if (this.#signal || config.cancelToken) this.#listen();
  }

  get remainingMs(): number {
    return this.#endsAt - now();
  }

  /**
   * How it was cut short, or is about to be, within the millisecond that timers go by: many may be due at once, and what one of
   * them ends lets others go on.
   */
  get overByNow(): End | undefined {
    return this.over ?? (this.remainingMs < 1 ? this.#due() : undefined);
  }

  /** The call enters another phase: its end is told to `endPhase`, at once if it has come already. */
  enter(endPhase: (end: End) => void, limit?: PhaseLimit): void {
    this.#endPhase = endPhase;
    this.#limit = limit;
    if (this.over) endPhase(this.over);
    else this.#setTimer(limit?.startedAt ?? now());
  }

  /** The phase is over; the timer is left, for the next. */
  leave(): void {
    this.#endPhase = undefined;
    this.#limit = undefined;
  }

  /** Ends it, if nothing has ended it before. */
  cut(end: End): void {
    if (this.over) return;
    this.over = end;
    this.#endPhase?.(end);
  }

  /** Settles as `work` does, or to nothing as soon as the call is over. */
  async until<T>(work: PromiseLike<T>): Promise<T | undefined> {
    try {
      return await new Promise<T | undefined>((resolve, reject) => {
        this.enter(() => resolve(undefined));
        work.then(resolve, reject);
      });
    } finally {
      this.leave();
    }
  }

  /** The call is over, but its body still streams: until that ends, its caller may cancel it. */
  followBody(stream: Aborter, body: unknown): void {
    if (!this.#signal && !this.config.cancelToken) return;
    if (hasEnded(stream, body)) return;
    this.#follows = true;
    this.enter(() => stream.abort());
    whenEnded(stream, body, () => {
      this.#follows = false;
      this.dispose();
    });
  }

  /** Lets go of timer and listeners. */
  dispose(): void {
    clearTimeout(this.#timer);
    if (!this.#follows) this.#stopListening?.();
  }

  #listen(): void {
    const signal = this.#signal;
    const cancelToken: SubscribableToken | undefined = this.config.cancelToken;
    const cancel = (): void => {
      const reason = cancelToken?.reason ?? (signal as AbortSignal | undefined)?.reason;
      this.cut(canceled(this.config, reason));
    };
    this.#stopListening = () => {
      signal?.removeEventListener?.('abort', cancel);
      // One that is telling its listeners would miss the next, and forgets them all afterwards.
      if (!cancelToken?.reason) cancelToken?.unsubscribe?.(cancel);
    };
    signal?.addEventListener?.('abort', cancel);
    if (signal?.aborted || cancelToken?.reason) cancel();
    else cancelToken?.subscribe?.(cancel);
  }

  /** Sees to it that the timer fires for whatever comes first. */
  #setTimer(from: number): void {
    const at = Math.min(this.#endsAt, this.#limit?.endsAt ?? Infinity);
    // Never early, but for a rounding error. Node warns of less than 0.
    const ms = Math.max(0, Math.ceil(at - from - 1e-6));
    if (at >= this.#firesAt || ms > MAX_TIMER_MS) return;
    clearTimeout(this.#timer);
    this.#firesAt = at;
    this.#timer = setTimeout(() => this.#look(), ms);
  }

  /** The timer has fired: for the deadline, for the phase's limit, or for an earlier one that was since taken off. */
  #look(): void {
    const at = this.#firesAt;
    const limit = this.#limit;
    this.#firesAt = Infinity;
    if (this.#endsAt <= at) {
      this.cut(this.#due());
    } else if (limit && limit.endsAt <= at) {
      this.#limit = undefined;
      limit.tell();
    }
    if (!this.over) this.#setTimer(now());
  }

  #due(): End {
    return { failure: 'timeout', error: this.deadlineError?.(), final: 'deadline' };
  }
}

/** The end of an attempt that nobody waits for any more. */
export const canceled = (config: InternalAxiosRequestConfig, reason?: unknown): End => ({
  failure: 'canceled',
  error: canceledError(config, reason),
  final: 'canceled',
});

/** What axios's CancelToken has but does not declare. */
interface SubscribableToken {
  readonly reason?: unknown;
  subscribe?(listener: () => void): void;
  unsubscribe?(listener: () => void): void;
}
