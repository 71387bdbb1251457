import type { ResilienceHooks } from '../base/events.js';
import { normal } from '../base/url.js';
import {
  bool,
  type Check,
  type Checks,
  clip,
  either,
  fields,
  fn,
  having,
  isNumber,
  isRecord,
  isSyncFunction,
  message,
  milliseconds,
  number,
  object,
  or,
  orFalse,
  readable,
  typed,
  whole,
} from './check.js';
import type { BreakerPolicy, BulkheadPolicy, HedgePolicy, ResilienceOverride, ResiliencePolicy } from './types.js';
import { budget, retryWith } from './validate-retry.js';

/** Throws a TypeError or RangeError for the first thing wrong with a policy. */
export function validatePolicy(policy: unknown): void {
  validate('policy', 'must be an object', POLICY, policy);
}

/** The same for `config.resilience`, or for what else its options are written in. */
export function validateOverride(override: unknown, name = 'resilience'): asserts override is ResilienceOverride {
  validate(name, 'must be an object or false', OVERRIDE, override, name);
}

export function validateHooks(given: unknown): void {
  readable('hooks', () => hooks(given, 'hooks'));
}

/** An option of a policy is named `retry.maxRetries`, without `policy` before it; one of an override has its `path` before it. */
function validate(name: string, expected: string, check: Check, value: unknown, path = ''): void {
  readable(name, () => {
    if (!isRecord(value)) throw new TypeError(message(name, expected, value));
    fields(value, name);
    check(value, path);
  });
}

const time = orFalse(milliseconds('>', ', or false'));

const breaker = orFalse(
  object(
    {
      failureRatio: number('must be > 0 and ≤ 1', (value) => value > 0 && value <= 1),
      minimumCalls: whole(1),
      window: milliseconds('>'),
      consecutive: whole(1),
      minimumDuration: milliseconds('≥'),
      openFor: milliseconds('>'),
      maxOpenFor: milliseconds('>'),
      successThreshold: whole(1),
      countRateLimit: bool,
      slowCallDuration: time,
    } satisfies Checks<BreakerPolicy>,
    'an object or false',
  ),
);

const limit = whole(1);

const bulkhead = orFalse(
  either(
    limit,
    isNumber,
    object(
      { limit, queue: whole(0), countStreams: bool } satisfies Checks<BulkheadPolicy>,
      'a number, an object or false',
    ),
  ),
);

const hedgeObject = object(
  {
    delay: milliseconds('>'),
    quantile: number('must be > 0 and < 1', (value) => value > 0 && value < 1),
  } satisfies Checks<HedgePolicy>,
  'a number, an object or false',
);

const hedge = orFalse(
  either(milliseconds('>', ', or false'), isNumber, (value, path) => {
    hedgeObject(value, path);
    const { delay, quantile } = value as Record<string, unknown>;
    if ((delay ?? quantile) === undefined) throw new TypeError(message(path, 'must have a delay or a quantile', value));
  }),
);

const HOOKS = {
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
} satisfies Checks<ResilienceHooks>;

const hooks: Check = object(HOOKS, 'an object', hooksOf);

/** An instance of a class may have fields of its own beside its hooks. */
function hooksOf(value: object, path: string): [name: string, value: unknown][] {
  const prototype = Object.getPrototypeOf(value);
  if (!prototype || !Object.getPrototypeOf(prototype)) return Object.entries(value);
  const names = Object.keys(HOOKS).filter((name) => name in value);
  if (names.length === 0) throw new TypeError(message(path, 'must have a hook', value));
  return names.map((name) => [name, Reflect.get(value, name)]);
}

const logger = orFalse(having('must be a logger with warn() and error(), or false', 'warn', 'error'));

const scope = or(typed("must be 'origin', 'instance' or a function", isSyncFunction), 'origin', 'instance');

const times = { deadline: time, attemptTimeout: time, connectTimeout: time };

const off = typed('must be false: a request can pass by what is shared, not change it', (value) => value === false);

const OVERRIDE: Check = object({
  ...times,
  retry: retryWith(off),
  hedge,
  coolDown: off,
  breaker: off,
  bulkhead: off,
  scope: typed('must be a name', (value) => typeof value === 'string' && value !== ''),
  fallback: orFalse(fn),
  hooks,
  idempotent: bool,
  body: fn,
} satisfies Checks<ResilienceOverride>);

const prefix = typed("must begin with 'http://', 'https://' or '/'", (value) => {
  const url = String(value);
  return /^(https?:\/\/.|\/(?!\/))/i.test(url) && normal(url) !== undefined;
});

const rules: Check = (value, path) => {
  if (!isRecord(value)) throw new TypeError(message(path, 'must be a record of overrides by URL prefix', value));
  for (const [url, override] of fields(value, path)) {
    prefix(url, path);
    OVERRIDE(override, `${path}['${clip(url)}']`);
  }
};

const POLICY: Check = object({
  ...times,
  retry: retryWith(budget),
  hedge,
  coolDown: bool,
  breaker,
  bulkhead,
  scope,
  rules,
  fallback: orFalse(fn),
  hooks,
  logger,
} satisfies Checks<ResiliencePolicy>);
