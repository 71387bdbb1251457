import { afterEach, describe, expect, test } from '@jest/globals';
import type { InternalAxiosRequestConfig } from 'axios';
import { applyOverride, resolvePolicy } from '../../src/policy/resolve.js';
import type { ResilienceOverride, ResiliencePolicy } from '../../src/policy/types.js';
import { validatePolicy } from '../../src/policy/validate.js';

const CONFIG = { url: 'https://api.test/users' } as InternalAxiosRequestConfig;

const NO_LIMITS = {
  connect: Infinity,
  read: Infinity,
  status: Infinity,
};
const IDEMPOTENT = ['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE', 'QUERY'];

/** Freezes an object and all in it. */
function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(frozen);
  return value;
}

describe('what somebody has done to all objects', () => {
  const polluted = {
    deadline: 'evil',
    retry: 'evil',
    scope: () => 'evil',
    fallback: 'evil',
    body: 'evil',
    statuses: [200],
    retryResponse: 'evil',
    shouldRetry: 'evil',
    beforeRetry: 'evil',
  };

  afterEach(() => {
    for (const key of Object.keys(polluted)) Reflect.deleteProperty(Object.prototype, key);
  });

  test('is nobody’s policy', () => {
    Object.assign(Object.prototype, polluted);
    const policy = { retry: { methods: { GET: {} }, maxRetries: 1 } };
    validatePolicy(policy);
    const { deadline, retry, fallback, body, scope } = applyOverride(resolvePolicy(policy), {});
    expect([deadline, retry.maxRetries, fallback, body, scope(CONFIG)]).toEqual([
      30_000,
      1,
      false,
      undefined,
      'https://api.test',
    ]);
    expect([retry.retryResponse, retry.shouldRetry, retry.beforeRetry]).toEqual([undefined, undefined, undefined]);
    expect([retry.statuses.has(200), retry.methods.get('GET')?.statuses]).toEqual([false, undefined]);
  });
});

describe('resolvePolicy', () => {
  test('nothing given gives the documented defaults', () => {
    const policy = resolvePolicy({});
    expect(policy).toMatchObject({
      deadline: 30_000,
      attemptTimeout: 10_000,
      connectTimeout: 3_000,
      hedge: false,
      coolDown: true,
      fallback: false,
      breaker: {
        failureRatio: 0.5,
        minimumCalls: 10,
        window: 30_000,
        consecutive: 5,
        minimumDuration: 1_000,
        openFor: 1_000,
        maxOpenFor: 1_000,
        successThreshold: 1,
        countRateLimit: false,
        slowCallDuration: false,
      },
      bulkhead: { limit: 256, queue: 10_000, countStreams: false },
      idempotent: undefined,
      hooks: [],
      logger: false,
    });
    expect(policy.retry).toMatchObject({
      maxRetries: 3,
      limits: NO_LIMITS,
      statuses: new Set([408, 413, 425, 429, 500, 502, 503, 504]),
      backoff: { baseDelay: 100, maxDelay: 20_000, jitter: 'full' },
      respectRetryAfter: true,
      maxRetryAfter: 60_000,
      idempotencyKey: false,
    });
    expect([...policy.retry.methods.keys()]).toEqual(IDEMPOTENT);
    expect(policy.scope(CONFIG)).toBe('https://api.test');
  });

  test('undefined inherits, at every level', () => {
    const policy: ResiliencePolicy = {
      deadline: undefined,
      attemptTimeout: undefined,
      retry: {
        maxRetries: undefined,
        limits: { connect: undefined },
        methods: undefined,
        statuses: undefined,
        backoff: { baseDelay: undefined, jitter: undefined },
        maxRetryAfter: undefined,
      },
      breaker: { window: undefined, maxOpenFor: undefined },
      bulkhead: undefined,
      scope: undefined,
      hooks: undefined,
      logger: undefined,
    };
    expect(resolvePolicy(policy)).toEqual(resolvePolicy({}));
  });

  test.each<[string, ResiliencePolicy, object]>([
    ['deadline', { deadline: false }, { deadline: Infinity }],
    ['attemptTimeout', { attemptTimeout: false }, { attemptTimeout: Infinity }],
    ['retry', { retry: false }, { retry: { maxRetries: 0 } }],
    ['breaker', { breaker: false }, { breaker: false }],
    ['bulkhead', { bulkhead: false }, { bulkhead: false }],
    ['logger', { logger: false }, { logger: false }],
  ])('false switches %s off, and nothing else', (name, policy, off) => {
    const { [name]: _, ...others } = { ...resolvePolicy({}) } as Record<string, unknown>;
    expect(resolvePolicy(policy)).toMatchObject({ ...others, ...off });
  });

  test.each<[string, ResiliencePolicy, object]>([
    ['deadline', { deadline: 5 }, { deadline: 5 }],
    ['a number of retries', { retry: 5 }, { retry: { maxRetries: 5, maxRetryAfter: 60_000 } }],
    ['no retries', { retry: 0 }, { retry: { maxRetries: 0 } }],
    ['a number of slots', { bulkhead: 5 }, { bulkhead: { limit: 5, queue: 10_000 } }],
    ['a bulkhead of which nothing is said', { bulkhead: {} }, { bulkhead: { limit: 256, queue: 10_000 } }],
    [
      'a bulkhead with a limit that is inherited',
      { bulkhead: { limit: undefined, queue: 5 } },
      { bulkhead: { limit: 256, queue: 5 } },
    ],
    ['a bulkhead without a queue', { bulkhead: { limit: 5, queue: 0 } }, { bulkhead: { limit: 5, queue: 0 } }],
    [
      'a bulkhead that counts streams',
      { bulkhead: { limit: 5, countStreams: true } },
      { bulkhead: { limit: 5, queue: 10_000, countStreams: true } },
    ],
    ['one limit', { retry: { limits: { read: 0 } } }, { retry: { limits: { ...NO_LIMITS, read: 0 } } }],
    ['statuses', { retry: { statuses: [418] } }, { retry: { statuses: new Set([418]), maxRetries: 3 } }],
    ['no statuses', { retry: { statuses: [] } }, { retry: { statuses: new Set() } }],
    [
      'part of the backoff',
      { retry: { backoff: { baseDelay: 5 } } },
      { retry: { backoff: { baseDelay: 5, maxDelay: 20_000, jitter: 'full' } } },
    ],
    ['part of the breaker', { breaker: { consecutive: 2 } }, { breaker: { consecutive: 2, failureRatio: 0.5 } }],
    ['slow calls', { breaker: { slowCallDuration: 800 } }, { breaker: { slowCallDuration: 800, openFor: 1_000 } }],
    ['hedging after a time', { hedge: 250 }, { hedge: { delay: 250 } }],
    ['hedging by a quantile', { hedge: { quantile: 0.9 } }, { hedge: { quantile: 0.9 } }],
    ['openFor', { breaker: { openFor: 5_000 } }, { breaker: { openFor: 5_000, maxOpenFor: 5_000 } }],
    ['maxOpenFor', { breaker: { maxOpenFor: 9_000 } }, { breaker: { openFor: 1_000, maxOpenFor: 9_000 } }],
    [
      'maxOpenFor below openFor',
      { breaker: { openFor: 5_000, maxOpenFor: 2_000 } },
      { breaker: { openFor: 5_000, maxOpenFor: 5_000 } },
    ],
  ])('a value replaces: %s', (_, policy, expected) => {
    expect(resolvePolicy(policy)).toMatchObject(expected);
  });

  test.each<[string, ResiliencePolicy['scope'], string]>([
    ['origin', 'origin', 'https://api.test'],
    ['instance', 'instance', 'instance'],
    ['a function', ({ url }) => `by ${url}`, 'by https://api.test/users'],
  ])('scope by %s', (_, scope, name) => {
    expect(resolvePolicy({ scope }).scope(CONFIG)).toBe(name);
  });

  test('is frozen, also within', () => {
    const policy = resolvePolicy({ retry: { limits: { read: 1 } }, breaker: {}, bulkhead: 5 });
    const parts = [policy, policy.retry, policy.retry.limits, policy.retry.backoff, policy.breaker, policy.bulkhead];
    expect(parts.filter((part) => !Object.isFrozen(part))).toEqual([]);
    expect(Object.isFrozen(resolvePolicy({}).retry.backoff)).toBe(true);
  });

  test('what happens to the input later changes nothing, and nothing happens to it here', () => {
    const input = {
      retry: { methods: ['GET'], statuses: [503], limits: { read: 1 }, backoff: { baseDelay: 5 } },
      breaker: { consecutive: 2 },
      bulkhead: { limit: 5 },
    };
    const before = structuredClone(input);
    const policy = resolvePolicy(input);
    expect(input).toEqual(before);
    input.retry.methods.push('POST');
    input.retry.statuses.push(500);
    input.retry.limits.read = 9;
    input.retry.backoff.baseDelay = 9;
    input.breaker.consecutive = 9;
    input.bulkhead.limit = 9;
    expect(policy).toEqual(resolvePolicy(before));
  });

  test('a frozen policy is as good as any', () => {
    expect(resolvePolicy(frozen({ retry: { methods: { get: true }, backoff: {} }, breaker: {} })).deadline).toBe(
      30_000,
    );
  });
});

test('a backoff of one’s own is taken as it is, and inherited', () => {
  const backoff = () => 5;
  const own = resolvePolicy({ retry: { backoff } });
  expect(own.retry.backoff).toBe(backoff);
  expect(applyOverride(own, { retry: { maxRetries: 1 } }).retry.backoff).toBe(backoff);
});

test('hedging is inherited field by field, switched off, and replaced by a number', () => {
  const hedge = { delay: 50, quantile: 0.9 };
  const base = resolvePolicy({ hedge });
  const overs = [undefined, false as const, 70, { delay: 80 }, { quantile: 0.5, delay: undefined }];
  const hedges = overs.map((over) => applyOverride(base, { hedge: over }).hedge);
  expect(hedges).toEqual([
    { delay: 50, quantile: 0.9 },
    false,
    { delay: 70 },
    { delay: 80, quantile: 0.9 },
    { delay: 50, quantile: 0.5 },
  ]);
  expect([base.hedge === hedge, Object.isFrozen(base.hedge), Object.isFrozen(hedge)]).toEqual([false, true, false]);
});

describe('methods', () => {
  const NO_RULES = { allowed: true, statuses: undefined, maxRetries: Infinity };

  test('a list in any letter case allows what it names, and nothing else', () => {
    const { methods } = resolvePolicy({ retry: { methods: ['get', 'Post', 'PROPFIND'] } }).retry;
    expect([...methods]).toEqual([
      ['GET', NO_RULES],
      ['POST', NO_RULES],
      ['PROPFIND', NO_RULES],
    ]);
  });

  test('a record in any letter case gives each its own rules', () => {
    const { methods } = resolvePolicy({
      retry: {
        methods: {
          get: true,
          Post: false,
          PATCH: { statuses: [503] },
          put: { maxRetries: 1 },
          delete: undefined,
        },
      },
    }).retry;
    expect([...methods]).toEqual([
      ['GET', NO_RULES],
      ['POST', { ...NO_RULES, allowed: false }],
      ['PATCH', { ...NO_RULES, statuses: new Set([503]) }],
      ['PUT', { ...NO_RULES, maxRetries: 1 }],
    ]);
  });

  test('a later list replaces an earlier one', () => {
    const base = resolvePolicy({ retry: { methods: ['GET', 'POST'] } });
    expect([...applyOverride(base, { retry: { methods: ['PUT'] } }).retry.methods.keys()]).toEqual(['PUT']);
  });
});

describe('applyOverride', () => {
  const base = resolvePolicy({
    deadline: 500,
    attemptTimeout: 100,
    retry: { maxRetries: 4, limits: { connect: 2 }, statuses: [503], backoff: { baseDelay: 5, maxDelay: 50 } },
    breaker: { consecutive: 2 },
    bulkhead: 5,
    scope: 'instance',
    hooks: { onRetry: () => {} },
  });

  test.each<[ResilienceOverride, object]>([
    [{ deadline: 9 }, { deadline: 9, attemptTimeout: 100 }],
    [{ deadline: false }, { deadline: Infinity, attemptTimeout: 100 }],
    [{ breaker: false }, { breaker: false, bulkhead: { limit: 5 } }],
    [{ bulkhead: false }, { bulkhead: false, breaker: { consecutive: 2 } }],
    [{ idempotent: true }, { idempotent: true, deadline: 500 }],
    [{ retry: { methods: ['GET'] } }, { retry: { maxRetries: 4, statuses: new Set([503]) } }],
    [{ retry: { limits: { read: 0 } } }, { retry: { limits: { ...NO_LIMITS, connect: 2, read: 0 } } }],
    [
      { retry: { backoff: { jitter: 'none' } } },
      { retry: { backoff: { baseDelay: 5, maxDelay: 50, jitter: 'none' } } },
    ],
    [{ retry: 1 }, { retry: { maxRetries: 1, limits: { connect: 2 } } }],
    [{ retry: 0 }, { retry: { maxRetries: 0, limits: { connect: 2 } } }],
    [{ retry: false }, { retry: { maxRetries: 0 } }],
    [{ retry: { maxRetries: undefined } }, { retry: { maxRetries: 4 } }],
  ])('%j bends one thing and keeps the rest', (override, expected) => {
    expect(applyOverride(base, override)).toMatchObject(expected);
  });

  test('undefined inherits everything', () => {
    expect(applyOverride(base, { deadline: undefined, retry: undefined, scope: undefined, hooks: undefined })).toEqual(
      base,
    );
  });

  test('its scope is a name, whatever the request', () => {
    const { scope } = applyOverride(base, { scope: 'search' });
    expect(scope(CONFIG)).toBe('search');
  });

  test('its hooks come before those that it inherits', () => {
    const hooks = { onEnd: () => {} };
    expect(applyOverride(base, { hooks }).hooks).toEqual([hooks, ...base.hooks]);
  });

  test('a scope called origin is a name too', () => {
    expect(applyOverride(base, { scope: 'origin' }).scope(CONFIG)).toBe('origin');
  });

  test('a backoff object over a function starts from the defaults', () => {
    const own = resolvePolicy({ retry: { backoff: () => 5 } });
    expect(applyOverride(own, { retry: { backoff: { baseDelay: 7 } } }).retry.backoff).toEqual({
      baseDelay: 7,
      maxDelay: 20_000,
      jitter: 'full',
    });
  });

  test('is frozen, and neither base nor override is touched', () => {
    const before = resolvePolicy({ deadline: 500 });
    const policy = applyOverride(before, frozen({ deadline: 9, retry: { limits: { read: 0 } } }));
    expect([policy, policy.retry, policy.retry.limits].filter((part) => !Object.isFrozen(part))).toEqual([]);
    expect(before).toEqual(resolvePolicy({ deadline: 500 }));
  });
});

describe('the retry budget', () => {
  const budget = (policy: ResiliencePolicy, override: ResilienceOverride = {}) =>
    applyOverride(resolvePolicy(policy), override).retry.budget;

  test('keeps a reserve that was set, and otherwise leaves it to the call', () => {
    expect(budget({})).toEqual({ ratio: 0.2, reserve: undefined });
    expect(budget({ retry: { maxRetries: 8, budget: { ratio: 0.1 } } })).toEqual({ ratio: 0.1, reserve: undefined });
    expect(budget({ retry: { budget: { reserve: 2 } } }, { retry: 12 })).toEqual({ ratio: 0.2, reserve: 2 });
  });

  test('is gone for good once it is off', () => {
    expect(budget({ retry: { budget: false } })).toBe(false);
    expect(budget({ retry: { budget: false } }, { retry: 5 })).toBe(false);
    expect(budget({ retry: 5 }, { retry: { budget: false } })).toBe(false);
  });
});
