import { MAX_TIMER_MS } from '../base/clock.js';
import { unawaited } from '../base/thenable.js';
import { DEFAULTS } from '../policy/defaults.js';
import type { Complete, ResolvedRetry } from '../policy/resolve.js';
import type { Backoff, FailedAttempt, Jitter } from '../policy/types.js';

/** Each turns an even draw from [0, 1) into a wait. `base` is the first `cap`, `previous` the wait before. */
const JITTERS: Readonly<
  Record<Jitter, (cap: number, draw: number, base: number, previous: number, max: number) => number>
> = {
  full: (cap, draw) => cap * draw,
  equal: (cap, draw) => cap / 2 + (cap / 2) * draw,
  decorrelated: (_cap, draw, base, previous, max) => Math.min(max, base + draw * Math.max(0, previous * 3 - base)),
  none: (cap) => cap,
};

/**
 * Milliseconds to wait before retry number `retry`, which is 1 for the first.
 * Formulas after AWS, "Exponential Backoff And Jitter".
 */
export function backoffDelay(
  backoff: ResolvedRetry['backoff'],
  retry: number,
  previousMs: number,
  failed: () => FailedAttempt,
  random: () => number,
): number {
  if (typeof backoff !== 'function') return exponential(backoff, retry, previousMs, random);
  const delay: unknown = unawaited(backoff(failed()));
  // A function that has no answer (NaN, undefined) must not turn into a hot loop.
  if (typeof delay !== 'number' || Number.isNaN(delay))
    return exponential(DEFAULTS.retry.backoff, retry, previousMs, random);
  return delay === Infinity ? DEFAULTS.retry.backoff.maxDelay : Math.min(Math.max(delay, 0), MAX_TIMER_MS);
}

function exponential(
  { baseDelay, maxDelay, jitter }: Complete<Backoff>,
  retry: number,
  previousMs: number,
  random: () => number,
): number {
  // 2^31 times any delay is past every timer; more would only make 0 × Infinity possible.
  const cap = Math.min(maxDelay, baseDelay * 2 ** Math.min(retry - 1, 31));
  return JITTERS[jitter](cap, random(), Math.min(baseDelay, maxDelay), previousMs || baseDelay, maxDelay);
}
