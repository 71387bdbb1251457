import type { AxiosError } from 'axios';
import type { ResilienceHooks } from '../base/events.js';
import { bool, type Check, fn, list, message, number, typed } from '../policy/check.js';
import { DEFAULTS } from '../policy/defaults.js';
import { defined } from '../policy/resolve.js';
import type { FailedAttempt, ResiliencePolicy, RetryPolicy } from '../policy/types.js';
import { CallbackErrors, lastOf, retriesBefore } from './callback-errors.js';
import { type BasePolicy, listening, retriedBy, retries, validate } from './carry.js';

/**
 * What was in `raxConfig`, without the state that retry-axios keeps beside it. Each option means what it means in version 4.
 * To wait and try as 2 and 3 do, add `noResponseRetries: 2`, and `retryDelay: 1_000` where `backoffType` is `exponential` or
 * not set.
 */
export interface RetryAxiosOptions {
  /** `retry.maxRetries` */
  retry?: number | undefined;
  /** Of retry-axios 2 and 3, where it was 2: no more retries than this when no answer came. @default `retry` */
  noResponseRetries?: number | undefined;
  /**
   * Milliseconds. With `backoffType`, `jitter` and `maxRetryDelay`: `retry.backoff`, by the formulas of version 4. Without any
   * of the four, ours.
   */
  retryDelay?: number | undefined;
  /** See `retryDelay`. */
  backoffType?: 'linear' | 'static' | 'exponential' | undefined;
  /** See `retryDelay`. */
  jitter?: 'none' | 'full' | 'equal' | undefined;
  /** See `retryDelay`; milliseconds. */
  maxRetryDelay?: number | undefined;
  /** `retry.methods` */
  httpMethodsToRetry?: readonly string[] | undefined;
  /** `retry.shouldRetry`; ranges, both ends included: `[[429, 429], [500, 599]]`. */
  statusCodesToRetry?: readonly (readonly number[])[] | undefined;
  /** `retry.shouldRetry`; with it, any registered method may be sent again, POST too, as with retry-axios. */
  shouldRetry?: ((error: AxiosError) => boolean) | undefined;
  /** `hooks.onRetry`, and `hooks.onGiveUp` of a call that would have to wait for too long; not awaited. */
  onError?: ((error: AxiosError) => void | Promise<void>) | undefined;
  /** `retry.beforeRetry`; `error.config` there is the next request. */
  onRetryAttempt?: ((error: AxiosError) => void | Promise<void>) | undefined;
  /** `retry.respectRetryAfter` */
  checkRetryAfter?: boolean | undefined;
  /** `retry.maxRetryAfter`; milliseconds. */
  maxRetryAfter?: number | undefined;
}

const milliseconds = number('must be milliseconds, ≥ 0', (value) => value >= 0);

const oneOf = (...values: string[]) =>
  typed(`must be one of ${values.join(', ')}`, (value) => values.includes(value as string));

const state = typed("is retry-axios's own state and no option: reportOf(error) tells of the attempts", () => false);

const status = number('must be a status', (value) => value >= 100 && value <= 599);

const range: Check = (value, path) => {
  list(status, 'a range: [first, last]')(value, path);
  const [first = NaN, last = NaN, ...more] = value as number[];
  if (first <= last && more.length === 0) return;
  throw new RangeError(message(path, 'must be a range: [first, last], first ≤ last', value));
};

const OPTIONS = {
  retry: retries,
  noResponseRetries: retries,
  retryDelay: milliseconds,
  backoffType: oneOf('linear', 'static', 'exponential'),
  jitter: oneOf('none', 'full', 'equal'),
  maxRetryDelay: milliseconds,
  httpMethodsToRetry: list(
    typed('must be a method', (value) => typeof value === 'string'),
    'a list of methods',
  ),
  statusCodesToRetry: list(range, 'a list of ranges'),
  shouldRetry: fn,
  onError: fn,
  onRetryAttempt: fn,
  checkRetryAfter: bool,
  maxRetryAfter: milliseconds,
  currentRetryAttempt: state,
  retriesRemaining: state,
  errors: state,
  instance: typed('is not needed: attachResilience is given the instance', () => false),
};

/**
 * The policy that does what retry-axios did with this `raxConfig`, and is safe where it was not: see docs/migration.md.
 *
 * @throws TypeError or RangeError for an option that is none of retry-axios's, or not of its kind
 */
export function fromRetryAxios(options: RetryAxiosOptions = {}, base: BasePolicy = {}): ResiliencePolicy {
  validate(options, OPTIONS, base);
  const { shouldRetry, onError, onRetryAttempt, httpMethodsToRetry } = options;
  const most = options.retry ?? base.retry?.maxRetries ?? DEFAULTS.retry.maxRetries;
  const errors = new CallbackErrors('raxConfig', ({ retries, errors }) => ({
    ...USUAL,
    ...defined(options),
    retry: most,
    currentRetryAttempt: retries,
    ...(retries > 0 && { retriesRemaining: most - retries }),
    errors,
  }));
  const retry: RetryPolicy = {
    ...retriedBy(shouldRetry),
    maxRetryAfter: USUAL.maxRetryAfter,
    ...defined<RetryPolicy>(base.retry ?? {}),
    ...defined<RetryPolicy>({
      maxRetries: options.retry,
      methods: shouldRetry ? undefined : httpMethodsToRetry,
      backoff: backoff(options),
      shouldRetry: shouldRetry ? (failed) => Boolean(shouldRetry(errors.of(failed))) : condition(options),
      beforeRetry:
        (shouldRetry || onError || onRetryAttempt) &&
        errors.beforeRetry(onRetryAttempt && ((_retry, error) => onRetryAttempt(error)), base.retry?.beforeRetry),
      respectRetryAfter: options.checkRetryAfter,
      maxRetryAfter: options.maxRetryAfter,
    }),
  };
  const failed = onError && listening('onError', onError, base);
  const hooks: ResilienceHooks = {
    ...(failed && {
      onRetry: (event) => failed(errors.of(event, retriesBefore(event) + 1)),
      onGiveUp: (event) => {
        if (event.because === 'retry-after-too-long') failed(errors.of(lastOf(event)));
      },
    }),
    onEnd: (event) => errors.forget(event),
  };
  return { ...base, retry, ...(retry.beforeRetry && { hooks }) };
}

/** What its callbacks find among `raxConfig` where it is not set. */
const USUAL = {
  retryDelay: 100,
  backoffType: 'exponential',
  httpMethodsToRetry: ['GET', 'HEAD', 'PUT', 'OPTIONS', 'DELETE'],
  checkRetryAfter: true,
  maxRetryAfter: 300_000,
  statusCodesToRetry: [
    [100, 199],
    [429, 429],
    [500, 599],
  ],
} as const;

function condition({ statusCodesToRetry = USUAL.statusCodesToRetry, noResponseRetries = Infinity }: RetryAxiosOptions) {
  return (failed: FailedAttempt): boolean | undefined => {
    const { failure, response } = failed;
    if (!response) return retriesBefore(failed) >= noResponseRetries ? false : undefined;
    if (failure !== 'status') return undefined;
    return (
      statusCodesToRetry.some(([first = 0, last = 0]) => response.status >= first && response.status <= last) ||
      undefined
    );
  };
}

function backoff({ retryDelay, backoffType, jitter, maxRetryDelay }: RetryAxiosOptions): RetryPolicy['backoff'] {
  if ([retryDelay, backoffType, jitter, maxRetryDelay].every((option) => option === undefined)) return undefined;
  const base = retryDelay ?? USUAL.retryDelay;
  const exponential = (retry: number): number => {
    const delay = ((2 ** retry - 1) / 2) * base;
    if (jitter === 'full') return Math.random() * delay;
    return jitter === 'equal' ? delay / 2 + Math.random() * (delay / 2) : delay;
  };
  const delayOf = (retry: number): number => {
    if (backoffType === 'linear') return retry * 1_000;
    return backoffType === 'static' ? base : exponential(retry);
  };
  return (failed) => Math.min(delayOf(retriesBefore(failed) + 1), maxRetryDelay ?? Infinity);
}
