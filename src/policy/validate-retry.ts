import {
  bool,
  type Check,
  type Checks,
  clip,
  either,
  fields,
  fn,
  isNumber,
  isRecord,
  isSyncFunction,
  list,
  milliseconds,
  number,
  object,
  or,
  orFalse,
  syncFn,
  typed,
  whole,
} from './check.js';
import type { Backoff, MethodRule, RetryBudgetPolicy, RetryLimits, RetryPolicy } from './types.js';

const most = or(whole(0), Infinity);

const statuses = list(
  number('must be a status from 100 to 599', (n) => Number.isInteger(n) && n >= 100 && n <= 599),
  'a list of statuses',
);

/** A token (RFC 9110 §9.1). So is `*`, but whoever writes it means all methods, and would get none. */
const method: Check = typed(
  'must be an HTTP method',
  (value) => typeof value === 'string' && /^[\w!#$%&'*+.^`|~-]+$/.test(value) && value !== '*',
);

const methodRule: Check = or(
  object({ statuses, maxRetries: whole(0) } satisfies Checks<MethodRule>, 'true, false or an object'),
  true,
  false,
);

const methods: Check = (value, path) => {
  if (isRecord(value)) {
    for (const [name, rule] of fields(value, path)) {
      method(name, path);
      if (rule !== undefined) methodRule(rule, `${path}.${clip(name)}`);
    }
  } else list(method, 'a list of methods or a record by method')(value, path);
};

const backoff = either(
  fn,
  isSyncFunction,
  object(
    {
      baseDelay: milliseconds('≥'),
      maxDelay: milliseconds('≥'),
      jitter: typed("must be 'full', 'equal', 'decorrelated' or 'none'", (value) =>
        ['full', 'equal', 'decorrelated', 'none'].includes(value as string),
      ),
    } satisfies Checks<Backoff>,
    'an object or a function',
  ),
);

export const budget = orFalse(
  object(
    {
      ratio: number('must be ≥ 0 and ≤ 1', (value) => value >= 0 && value <= 1),
      reserve: whole(0),
    } satisfies Checks<RetryBudgetPolicy>,
    'an object or false',
  ),
);

/** React Native has `crypto.getRandomValues` by a package (`react-native-get-random-values`) only. */
const idempotencyKey = either(
  typed(
    'must be a function where there is no crypto.getRandomValues',
    (isOn) => !isOn || globalThis.crypto?.getRandomValues !== undefined,
  ),
  (value) => typeof value === 'boolean',
  typed('must be true, false or a function', isSyncFunction),
);

/** With a check for `budget`, which a request can only switch off. */
export const retryWith = (budget: Check): Check =>
  orFalse(
    either(
      whole(0),
      isNumber,
      object(
        {
          maxRetries: whole(0),
          limits: object({ connect: most, read: most, status: most } satisfies Checks<RetryLimits>),
          methods,
          statuses,
          backoff,
          respectRetryAfter: bool,
          maxRetryAfter: milliseconds('≥'),
          budget,
          idempotencyKey,
          retryResponse: syncFn,
          shouldRetry: fn,
          beforeRetry: fn,
        } satisfies Checks<RetryPolicy>,
        'a number, an object or false',
      ),
    ),
  );
