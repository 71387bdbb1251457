import type { ResilienceHooks } from '../base/events.js';
import { MAX_TIMER_MS } from '../base/http.js';
import { normal } from '../base/url.js';
import {
  bool,
  clip,
  either,
  fields,
  fn,
  isFunction,
  isNumber,
  isPrompt,
  isRecord,
  list,
  message,
  number,
  object,
  or,
  prompt,
  type Rule,
  readable,
  type,
  whole,
} from './check.js';
import type { ResilienceOverride, ResiliencePolicy } from './types.js';

/** Throws a TypeError or RangeError for the first thing wrong with a policy. */
export function validatePolicy(policy: unknown): asserts policy is ResiliencePolicy {
  validate('policy', 'must be an object', POLICY, policy);
}

/** The same for `config.resilience`, or for what else its options are written in. */
export function validateOverride(override: unknown, name = 'resilience'): asserts override is ResilienceOverride {
  validate(name, 'must be an object or false', OVERRIDE, override, name);
}

export function validateHooks(given: unknown): asserts given is ResilienceHooks {
  readable('hooks', () => hooks(given, 'hooks'));
}

/** An option of a policy is named `retry.maxRetries`, without `policy` before it; one of an override has its `path` before it. */
function validate(name: string, expected: string, rule: Rule, value: unknown, path = ''): void {
  readable(name, () => {
    if (!isRecord(value)) throw new TypeError(message(name, expected, value));
    fields(value, name);
    rule(value, path);
  });
}

const most = or(whole(0), Number.POSITIVE_INFINITY);

const milliseconds = (least: number, otherwise = ''): Rule =>
  number(
    `must be milliseconds, ${least ? '> 0' : '≥ 0'} and ≤ ${MAX_TIMER_MS}${otherwise}`,
    (value) => (least ? value > 0 : value >= 0) && value <= MAX_TIMER_MS,
  );

const orFalse = (rule: Rule): Rule => or(rule, false);
const time = orFalse(milliseconds(1, ', or false'));

const statuses = list(
  number('must be a status from 100 to 599', (n) => Number.isInteger(n) && n >= 100 && n <= 599),
  'a list of statuses',
);

/** A token (RFC 9110 §9.1). So is `*`, but whoever writes it means all methods, and would get none. */
const method: Rule = type(
  'must be an HTTP method',
  (value) => typeof value === 'string' && /^[\w!#$%&'*+.^`|~-]+$/.test(value) && value !== '*',
);

const methodRule: Rule = or(object({ statuses, maxRetries: whole(0) }, 'true, false or an object'), true, false);

const methods: Rule = (value, path) => {
  if (isRecord(value)) {
    for (const [name, rule] of fields(value, path)) {
      method(name, path);
      if (rule !== undefined) methodRule(rule, `${path}.${clip(name)}`);
    }
  } else list(method, 'a list of methods or a record by method')(value, path);
  if (Object.keys(value as object).length > 0) return;
  throw new RangeError(message(path, 'must name at least one method (`retry: false` switches retries off)', value));
};

const backoff = either(
  fn,
  isPrompt,
  object(
    {
      baseDelay: milliseconds(0),
      maxDelay: milliseconds(0),
      jitter: type("must be 'full', 'equal', 'decorrelated' or 'none'", (value) =>
        ['full', 'equal', 'decorrelated', 'none'].includes(value as string),
      ),
    },
    'an object or a function',
  ),
);

const budget = orFalse(
  object(
    { ratio: number('must be ≥ 0 and ≤ 1', (value) => value >= 0 && value <= 1), reserve: whole(0) },
    'an object or false',
  ),
);

const retryWith = (budget: Rule): Rule =>
  orFalse(
    either(
      whole(0),
      isNumber,
      object(
        {
          maxRetries: whole(0),
          limits: object({ connect: most, read: most, status: most }),
          methods,
          statuses,
          backoff,
          respectRetryAfter: bool,
          maxRetryAfter: milliseconds(0),
          budget,
          idempotencyKey: or(type('must be true, false or a function', isPrompt), true, false),
          retryResponse: prompt,
          shouldRetry: fn,
          beforeRetry: fn,
        },
        'a number, an object or false',
      ),
    ),
  );

const breaker = orFalse(
  object(
    {
      failureRatio: number('must be > 0 and ≤ 1', (value) => value > 0 && value <= 1),
      minimumCalls: whole(1),
      window: milliseconds(1),
      consecutive: whole(1),
      minimumDuration: milliseconds(0),
      openFor: milliseconds(1),
      maxOpenFor: milliseconds(1),
      successThreshold: whole(1),
      countRateLimit: bool,
      slowCallDuration: time,
    },
    'an object or false',
  ),
);

const limit = whole(1);

const bulkheadObject = object({ limit, queue: whole(0), countStreams: bool }, 'a number, an object or false');

const hedgeObject = object(
  {
    delay: milliseconds(1),
    quantile: number('must be > 0 and < 1', (value) => value > 0 && value < 1),
  },
  'a number, an object or false',
);

const hedge = orFalse(
  either(milliseconds(1, ', or false'), isNumber, (value, path) => {
    hedgeObject(value, path);
    const { delay, quantile } = value as Record<string, unknown>;
    if (delay === undefined && quantile === undefined)
      throw new TypeError(message(path, 'must have a delay or a quantile', value));
  }),
);

const bulkhead = orFalse(
  either(limit, isNumber, (value, path) => {
    bulkheadObject(value, path);
    limit((value as { limit?: unknown }).limit, `${path}.limit`);
  }),
);

/** By `Object.entries`, not `fields`: hooks may be an instance of a class. */
const hooks: Rule = object(
  {
    onRetry: fn,
    onSuccess: fn,
    onGiveUp: fn,
    onEnd: fn,
    onReject: fn,
    onStateChange: fn,
    onSaturation: fn,
    onHedge: fn,
    onCoolDown: fn,
    onBudgetExhausted: fn,
  },
  'an object',
  Object.entries,
);

const logger = orFalse(
  type('must be a logger with warn() and error(), or false', (value) => {
    const { warn, error } = Object(value) as { warn?: unknown; error?: unknown };
    return isFunction(warn) && isFunction(error);
  }),
);

const scope = or(type("must be 'origin', 'instance' or a function", isPrompt), 'origin', 'instance');

const times = { deadline: time, attemptTimeout: time, connectTimeout: time };

const off = type(
  'must be false: a request can pass by what the instance shares, not change it',
  (value) => value === false,
);

const OVERRIDE: Rule = object({
  ...times,
  retry: retryWith(off),
  hedge,
  coolDown: off,
  breaker: off,
  bulkhead: off,
  scope: type('must be a name', (value) => typeof value === 'string' && value !== ''),
  fallback: orFalse(fn),
  hooks,
  idempotent: bool,
  body: fn,
});

const prefix = type("must begin with 'http://', 'https://' or '/'", (value) => {
  const url = String(value);
  return /^(https?:\/\/.|\/(?!\/))/i.test(url) && normal(url) !== undefined;
});

const rules: Rule = (value, path) => {
  if (!isRecord(value)) throw new TypeError(message(path, 'must be a record of overrides by URL prefix', value));
  for (const [url, override] of fields(value, path)) {
    prefix(url, path);
    OVERRIDE(override, `${path}['${clip(url)}']`);
  }
};

const POLICY: Rule = object({
  ...times,
  retry: retryWith(budget),
  hedge,
  coolDown: bool,
  breaker,
  bulkhead,
  scope,
  rules,
  fallback: fn,
  hooks,
  logger,
});
