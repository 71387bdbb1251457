import type { ResiliencePolicy, RetryPolicy } from './types.js';

function frozen<T extends object>(policy: T): Readonly<T> {
  for (const part of Object.values(policy)) frozen(part);
  return Object.freeze(policy);
}

/** A policy to start from. */
export type Preset = Readonly<Omit<ResiliencePolicy, 'retry' | 'hooks'>> & {
  /** Its retries. */
  readonly retry?: Readonly<RetryPolicy>;
};

/** Policies by the caller's situation, made to be spread: `{ ...presets.interactive, logger }`. Times are milliseconds. */
export const presets: {
  /** The defaults, by name. */
  readonly standard: Preset;
  /** Somebody is waiting: quick retries, and an answer or an error within five seconds. */
  readonly interactive: Preset;
  /** A job is waiting: minutes of time, more retries, and a Retry-After of up to four minutes is waited for. */
  readonly background: Preset;
  /** What a plain retry plugin does: calls share nothing, and the only time limit is axios's `timeout`, for a whole attempt. */
  readonly retryOnly: Preset;
} = frozen({
  standard: {},
  interactive: {
    deadline: 5_000,
    attemptTimeout: 2_000,
    connectTimeout: 1_000,
    retry: { maxRetries: 2, backoff: { baseDelay: 50, maxDelay: 500 }, maxRetryAfter: 2_000 },
  },
  background: {
    deadline: 300_000,
    attemptTimeout: 60_000,
    connectTimeout: 10_000,
    retry: { maxRetries: 8, backoff: { baseDelay: 500, maxDelay: 60_000 }, maxRetryAfter: 240_000 },
  },
  retryOnly: {
    deadline: false,
    attemptTimeout: false,
    connectTimeout: false,
    retry: { budget: false },
    coolDown: false,
    breaker: false,
    bulkhead: false,
  },
});
