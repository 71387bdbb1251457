import type { AxiosError, AxiosRequestConfig, AxiosResponse } from 'axios';
import type { EndEvent } from '../base/events.js';
import { parsed } from '../call/parsed.js';
import { logWarning } from '../observe/log.js';
import { bool, fn, or } from '../policy/check.js';
import { DEFAULTS } from '../policy/defaults.js';
import { defined } from '../policy/resolve.js';
import type { FailedAttempt, ResiliencePolicy, RetryPolicy } from '../policy/types.js';
import { CallbackErrors, lastOf, retriesBefore } from './callback-errors.js';
import { type BasePolicy, listening, retriedBy, retries, validate } from './carry.js';

/** The options of axios-retry 4, for an instance. */
export interface AxiosRetryOptions {
  /** `retry.maxRetries` */
  retries?: number | undefined;
  /** `retry.shouldRetry`; with one of your own, any registered method may be sent again, POST too, as with axios-retry. */
  retryCondition?: ((error: AxiosError) => boolean | Promise<boolean>) | undefined;
  /** `retry.backoff`, where the server does not say when to come back; without it, ours. */
  retryDelay?: ((retryCount: number, error: AxiosError) => number) | undefined;
  /** axios's `timeout` is for each attempt here: `false` cannot be carried over, and `base.deadline` takes its place. */
  shouldResetTimeout?: boolean | undefined;
  /** `retry.beforeRetry`: awaited after the wait, not before it. `error.config` there is `requestConfig`, the next request. */
  onRetry?:
    | ((retryCount: number, error: AxiosError, requestConfig: AxiosRequestConfig) => Promise<void> | void)
    | undefined;
  /** `hooks.onEnd` of a call that has used up its retries; not awaited. */
  onMaxRetryTimesExceeded?: ((error: AxiosError, retryCount: number) => Promise<void> | void) | undefined;
  /** `retry.retryResponse`, for whether to try again; it no longer says whether axios rejects: see `validateStatus`. */
  validateResponse?: ((response: AxiosResponse) => boolean) | null | undefined;
}

const OPTIONS = {
  retries,
  retryCondition: fn,
  retryDelay: fn,
  shouldResetTimeout: bool,
  onRetry: fn,
  onMaxRetryTimesExceeded: fn,
  validateResponse: or(fn, null),
};

/** What else its callbacks find among `error.config['axios-retry']`. */
const USUAL = { shouldResetTimeout: false, validateResponse: null };

/**
 * The policy that does what axios-retry did with these options, and is safe where it was not: see docs/migration.md for
 * what differs. What cannot be carried over is warned of, through `base.logger` or on the console.
 *
 * @throws TypeError or RangeError for an option that is none of axios-retry's, or not of its kind
 */
export function fromAxiosRetry(options: AxiosRetryOptions = {}, base: BasePolicy = {}): ResiliencePolicy {
  validate(options, OPTIONS, base);
  warnOfLosses(options, base);
  const { retryCondition, retryDelay, onRetry, onMaxRetryTimesExceeded, validateResponse } = options;
  const most = options.retries ?? base.retry?.maxRetries ?? DEFAULTS.retry.maxRetries;
  const errors = new CallbackErrors('axios-retry', ({ retries, sentAt }) => ({
    ...USUAL,
    ...defined(options),
    retries: most,
    retryCount: retries,
    lastRequestTime: sentAt,
  }));
  const retry: RetryPolicy = {
    ...retriedBy(retryCondition),
    shouldRetry: usualCondition(options),
    ...defined<RetryPolicy>(base.retry ?? {}),
    ...defined<RetryPolicy>({
      maxRetries: options.retries,
      backoff:
        retryDelay &&
        ((failed) => {
          const retry = retriesBefore(failed) + 1;
          return retryDelay(retry, errors.of(failed, retry));
        }),
      shouldRetry: retryCondition && ((failed) => agreed(retryCondition(errors.of(failed)))),
      beforeRetry: (retryCondition || retryDelay || onRetry) && errors.beforeRetry(onRetry, base.retry?.beforeRetry),
      retryResponse: validateResponse ? (response) => !validateResponse(response) : undefined,
    }),
  };
  const { shouldRetry } = retry;
  if (validateResponse && shouldRetry) {
    retry.shouldRetry = (failed, proposed) => !isGood(failed, validateResponse) && shouldRetry(failed, proposed);
  }
  const exceeded = onMaxRetryTimesExceeded && listening('onMaxRetryTimesExceeded', onMaxRetryTimesExceeded, base);
  const onEnd = (event: EndEvent): void => {
    const { ended, retries } = event.report;
    const isOver = ended === 'max-retries' || (ended !== 'success' && ended !== 'canceled' && retries >= most);
    if (isOver) exceeded?.(errors.of(lastOf(event), retries), retries);
    errors.forget(event);
  };
  return { ...base, retry, ...((retry.beforeRetry || exceeded) && { hooks: { onEnd } }) };
}

/** Without a condition of the caller's own: 429, any 5xx, and lost connections, but not what ran into axios's `timeout`. */
const usualCondition =
  ({ shouldResetTimeout }: AxiosRetryOptions) =>
  ({ failure, response, error, code }: FailedAttempt): boolean | undefined => {
    const status = response?.status ?? 0;
    if (failure === 'status') return status === 429 || (status >= 500 && status <= 599) || (error ? undefined : false);
    const isVain = code === 'ECONNABORTED' || (!shouldResetTimeout && code === 'ETIMEDOUT' && isOfAxios(error));
    return isVain ? false : undefined;
  };

/** Its own, not the system's, which it has as the cause; nor one of ours, which have names of their own. */
function isOfAxios(error: unknown): boolean {
  const { name, cause } = Object(error) as Partial<Error>;
  return name === 'AxiosError' && cause === undefined;
}

/** axios-retry takes any object, `null` too, for a promise, and a promise for a yes unless it says false or rejects. */
function agreed(answer: unknown): boolean | Promise<boolean> {
  if (typeof answer !== 'object') return Boolean(answer);
  return Promise.resolve<unknown>(answer).then(
    (value) => value !== false,
    () => false,
  );
}

const isGood = ({ response, error }: FailedAttempt, validateResponse: (response: AxiosResponse) => boolean): boolean =>
  response !== undefined && error !== undefined && validateResponse(parsed(response));

function warnOfLosses({ shouldResetTimeout, validateResponse }: AxiosRetryOptions, { deadline, logger }: BasePolicy) {
  const warn = (text: string) => void logWarning(logger || console, `fromAxiosRetry: ${text}`);
  if (shouldResetTimeout === false && !deadline) {
    warn(
      "`shouldResetTimeout: false` is not carried over: axios's `timeout` is for each attempt here; give the time for " +
        'the whole call as `deadline`: fromAxiosRetry(options, { deadline: 10_000 })',
    );
  }
  if (validateResponse) {
    warn(
      '`validateResponse` is carried over in part: it says which answers to try again (`retry.retryResponse`); whether ' +
        'the last one resolves or rejects is for axios to say, by `validateStatus` or a response interceptor',
    );
  }
}
