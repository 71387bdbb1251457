import type { AxiosError } from 'axios';
import { bool, fn, list, number, typed } from '../policy/check.js';
import type { FailedAttempt, ResiliencePolicy, RetryPolicy } from '../policy/types.js';
import { type BasePolicy, EVERY_METHOD, errorOf, given, retries, validate } from './carry.js';

/** What was in `raxConfig`: the options of retry-axios 2 to 4, without the state it keeps beside them. */
export interface RetryAxiosOptions {
  /** `retry.maxRetries` */
  retry?: number | undefined;
  /** retry-axios 2 and 3: no more retries than this when no answer came. */
  noResponseRetries?: number | undefined;
  /** Milliseconds. With `backoffType`, `jitter` and `maxRetryDelay`: `retry.backoff`. Without any of the four, ours. */
  retryDelay?: number | undefined;
  /** See `retryDelay`. */
  backoffType?: 'linear' | 'static' | 'exponential' | undefined;
  /** See `retryDelay`. */
  jitter?: 'none' | 'full' | 'equal' | undefined;
  /** See `retryDelay`; milliseconds. */
  maxRetryDelay?: number | undefined;
  /** `retry.methods` */
  httpMethodsToRetry?: readonly string[] | undefined;
  /** Ranges, both ends included: `[[429, 429], [500, 599]]`. */
  statusCodesToRetry?: readonly (readonly number[])[] | undefined;
  /** `retry.shouldRetry`; with it, any method may be sent again, as with retry-axios. */
  shouldRetry?: ((error: AxiosError) => boolean) | undefined;
  /** `hooks.onRetry`; not awaited. */
  onError?: ((error: AxiosError) => void | Promise<void>) | undefined;
  /** `retry.beforeRetry` */
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
  statusCodesToRetry: list(
    list(
      number('must be a status', (value) => value >= 100 && value <= 599),
      'a range: [first, last]',
    ),
    'a list of ranges',
  ),
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
  const retry: RetryPolicy = {
    methods: shouldRetry ? EVERY_METHOD : ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'],
    // retry-axios looks at errors only, so no status may turn an answer that axios accepts into a failure.
    statuses: [],
    maxRetryAfter: 300_000,
    ...base.retry,
    ...given<RetryPolicy>({
      maxRetries: options.retry,
      methods: shouldRetry ? undefined : httpMethodsToRetry,
      backoff: backoff(options),
      shouldRetry: shouldRetry ? (failed) => Boolean(shouldRetry(errorOf(failed))) : condition(options),
      beforeRetry: onRetryAttempt && (async (_config, failed) => void (await onRetryAttempt(errorOf(failed)))),
      respectRetryAfter: options.checkRetryAfter,
      maxRetryAfter: options.maxRetryAfter,
    }),
  };
  return { ...base, retry, ...(onError && { hooks: { onRetry: (event) => onError(errorOf(event)) } }) };
}

const RANGES = [
  [100, 199],
  [429, 429],
  [500, 599],
];

function condition({ statusCodesToRetry = RANGES, noResponseRetries = Infinity }: RetryAxiosOptions) {
  return ({ failure, response, attempt }: FailedAttempt): boolean | undefined => {
    if (!response) return attempt > noResponseRetries ? false : undefined;
    if (failure !== 'status') return undefined;
    return (
      statusCodesToRetry.some(([first = 0, last = 0]) => response.status >= first && response.status <= last) ||
      undefined
    );
  };
}

function backoff({ retryDelay, backoffType, jitter, maxRetryDelay }: RetryAxiosOptions): RetryPolicy['backoff'] {
  if ([retryDelay, backoffType, jitter, maxRetryDelay].every((option) => option === undefined)) return undefined;
  const base = retryDelay ?? 100;
  const exponential = (attempt: number): number => {
    const delay = ((2 ** attempt - 1) / 2) * base;
    if (jitter === 'full') return Math.random() * delay;
    return jitter === 'equal' ? delay / 2 + Math.random() * (delay / 2) : delay;
  };
  const delayOf = (attempt: number): number => {
    if (backoffType === 'linear') return attempt * 1_000;
    return backoffType === 'static' ? base : exponential(attempt);
  };
  return ({ attempt }) => Math.min(delayOf(attempt), maxRetryDelay ?? Infinity);
}
