import type { InternalAxiosRequestConfig } from 'axios';
import { now } from '../base/clock.js';
import { canceledError, type DeadlineExceededError } from '../base/errors.js';
import type { Outcome } from '../base/outcome.js';
import { type Aborter, LightSignal } from '../base/signal.js';

/**
 * How long a call may go on: until its deadline, or until its caller cancels it by `signal` or `cancelToken`. A call is in
 * one phase at a time (queued, attempting, asking a hook, waiting), and only that phase needs to hear of the end.
 */
export class Lifetime {
  /** How the call was cut short, once it was. */
  over: Outcome | undefined;
  readonly #endsAt: number;
  readonly #timer: ReturnType<typeof setTimeout> | undefined;
  #endPhase: ((end: Outcome) => void) | undefined;
  #lent = false;

  constructor(
    private readonly config: InternalAxiosRequestConfig,
    startedAt: number,
    deadline: number,
    deadlineError: () => DeadlineExceededError,
  ) {
    this.#endsAt = startedAt + deadline;
    if (deadline !== Number.POSITIVE_INFINITY) {
      this.#timer = setTimeout(() => {
        this.#end({ failure: 'timeout', error: deadlineError(), final: 'deadline' });
      }, deadline);
    }
    const { signal, cancelToken } = config;
    signal?.addEventListener?.('abort', this.#cancel);
    if (signal?.aborted || cancelToken?.reason) this.#cancel();
    else (cancelToken as SubscribableToken | undefined)?.subscribe?.(this.#cancel);
  }

  get remainingMs(): number {
    return this.#endsAt - now();
  }

  /** The call enters another phase: from now on its end is told to `endPhase`. */
  enter(endPhase: ((end: Outcome) => void) | undefined): void {
    this.#endPhase = endPhase;
  }

  /** Settles as `work` does, or with the end of the call, if that comes first. */
  async until<T>(work: PromiseLike<T>): Promise<T | Outcome> {
    try {
      return await new Promise<T | Outcome>((resolve, reject) => {
        if (this.over) resolve(this.over);
        this.enter(resolve);
        work.then(resolve, reject);
      });
    } finally {
      this.enter(undefined);
    }
  }

  /** The call is over, but its body still streams: until that ends, its caller may cancel it. */
  lend(stream: Aborter, body: unknown): void {
    if (!this.config.signal && !this.config.cancelToken) return;
    this.#lent = true;
    this.enter(() => stream.abort());
    const release = () => {
      this.#lent = false;
      this.dispose();
    };
    if (stream instanceof LightSignal) stream.onIdle = release;
    (body as Partial<NodeJS.ReadableStream>).once?.('close', release);
  }

  /** Lets go of timer and listeners. */
  dispose(): void {
    clearTimeout(this.#timer);
    if (this.#lent) return;
    const { signal, cancelToken } = this.config;
    signal?.removeEventListener?.('abort', this.#cancel);
    (cancelToken as SubscribableToken | undefined)?.unsubscribe?.(this.#cancel);
  }

  readonly #cancel = (): void => {
    const { signal, cancelToken } = this.config;
    const reason = cancelToken?.reason ?? (signal as AbortSignal | undefined)?.reason;
    this.#end({ failure: 'canceled', error: canceledError(this.config, reason), final: 'canceled' });
  };

  #end(end: Outcome): void {
    if (this.over) return;
    this.over = end;
    this.#endPhase?.(end);
  }
}

/** What axios's CancelToken has but does not declare. */
interface SubscribableToken {
  subscribe?(listener: () => void): void;
  unsubscribe?(listener: () => void): void;
}
