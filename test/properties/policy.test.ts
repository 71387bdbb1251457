import { describe, expect, test } from '@jest/globals';
import { DEFAULTS } from '../../src/policy/defaults.js';
import { presets } from '../../src/policy/presets.js';
import { applyOverride, type ResolvedPolicy, resolvePolicy } from '../../src/policy/resolve.js';
import { resolveRules } from '../../src/policy/rules.js';
import type { ResilienceOverride, ResiliencePolicy, RetryPolicy } from '../../src/policy/types.js';
import { validateOverride, validatePolicy } from '../../src/policy/validate.js';
import { deepFreeze, fc } from '../helpers/seeded.js';

/** Each field may be absent, and may be there and undefined: both inherit. */
function optional<T extends Record<string, fc.Arbitrary<unknown>>>(fields: T) {
  const values = Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, fc.option(value, { nil: undefined })]),
  );
  return fc.record(values, { requiredKeys: [] });
}

const LOGGER = { warn: () => {}, error: () => {} };

const off = fc.constant(false as const);
const whole = fc.nat(20);
const counts = fc.integer({ min: 1, max: 20 });
const times = fc.oneof(fc.integer({ min: 1, max: 60_000 }), fc.double({ min: 0.5, max: 60_000, noNaN: true }));
const functions = fc.constantFrom(...Array.from({ length: 3 }, () => () => undefined as never));
const statuses = fc.uniqueArray(fc.integer({ min: 100, max: 599 }), { maxLength: 4 });
const verbs = fc.constantFrom('GET', 'get', 'Post', 'PATCH', 'PURGE', '__proto__', 'constructor');
const methodRules = fc.oneof(fc.boolean(), optional({ statuses, maxRetries: whole }));
const methods = fc.oneof(
  fc.array(verbs, { minLength: 1, maxLength: 3 }),
  fc.array(fc.tuple(verbs, methodRules), { minLength: 1, maxLength: 3 }).map((entries) => Object.fromEntries(entries)),
);
const backoffs = fc.oneof(
  functions,
  optional({ baseDelay: times, maxDelay: times, jitter: fc.constantFrom('full', 'equal', 'decorrelated', 'none') }),
);
const ratios = fc.double({ min: 0.01, max: 0.99, noNaN: true });
const retry = (budget: fc.Arbitrary<unknown>) =>
  fc.oneof(
    off,
    whole,
    optional({
      maxRetries: whole,
      limits: optional({ connect: whole, read: whole, status: whole }),
      methods,
      statuses,
      backoff: backoffs,
      respectRetryAfter: fc.boolean(),
      maxRetryAfter: times,
      budget,
      idempotencyKey: fc.oneof(fc.boolean(), functions),
      retryResponse: functions,
      shouldRetry: functions,
      beforeRetry: functions,
    }),
  );
const hedges = fc.oneof(
  off,
  times,
  fc.record({ delay: times }),
  fc.record({ quantile: ratios, delay: fc.option(times, { nil: undefined }) }),
);
const hooks = optional({ onRetry: functions, onSuccess: functions });
const common = {
  deadline: fc.oneof(off, times),
  attemptTimeout: fc.oneof(off, times),
  connectTimeout: fc.oneof(off, times),
  hedge: hedges,
  hooks,
};
const overrides = optional({
  ...common,
  retry: retry(off),
  coolDown: off,
  breaker: off,
  bulkhead: off,
  scope: fc.constantFrom('a', 'origin'),
  fallback: fc.oneof(off, functions),
  idempotent: fc.boolean(),
  body: functions,
}) as fc.Arbitrary<ResilienceOverride>;
const policies = optional({
  ...common,
  retry: retry(fc.oneof(off, optional({ ratio: ratios, reserve: whole }))),
  coolDown: fc.boolean(),
  breaker: fc.oneof(
    off,
    optional({
      failureRatio: ratios,
      minimumCalls: counts,
      window: times,
      consecutive: counts,
      minimumDuration: times,
      openFor: times,
      maxOpenFor: times,
      successThreshold: counts,
      countRateLimit: fc.boolean(),
      slowCallDuration: fc.oneof(off, times),
    }),
  ),
  bulkhead: fc.oneof(off, counts, fc.record({ limit: counts, queue: fc.option(whole, { nil: undefined }) })),
  scope: fc.oneof(fc.constantFrom('origin', 'instance'), functions),
  rules: fc.dictionary(fc.constantFrom('/a', '/a/b', 'https://api.test'), overrides),
  fallback: functions,
  logger: fc.constantFrom(false, LOGGER),
}) as fc.Arbitrary<ResiliencePolicy>;

/** Two overrides, written down as one. */
function together(first: ResilienceOverride, second: ResilienceOverride): ResilienceOverride {
  const [a, b] = [first.retry, second.retry].map(asObject) as [RetryPolicy, RetryPolicy];
  const retry = {
    ...a,
    ...given(b),
    limits: { ...a.limits, ...given(b.limits) },
    backoff: backoffOf(a.backoff, b.backoff),
  };
  const hooks = { ...first.hooks, ...given(second.hooks) };
  const hedge =
    isFields(second.hedge) && isFields(first.hedge) ? { ...first.hedge, ...given(second.hedge) } : undefined;
  return {
    ...first,
    ...given({ ...second, hedge: hedge ?? second.hedge }),
    retry: retry as NonNullable<ResilienceOverride['retry']>,
    hooks,
  };
}

const isFields = (layer: unknown): layer is object => typeof layer === 'object';

const asObject = (retry: ResilienceOverride['retry']): object =>
  retry === false ? { maxRetries: 0 } : typeof retry === 'number' ? { maxRetries: retry } : (retry ?? {});

function backoffOf(a: RetryPolicy['backoff'], b: RetryPolicy['backoff']): RetryPolicy['backoff'] {
  if (b === undefined || typeof b === 'function') return b ?? a;
  return typeof a === 'function' ? { ...DEFAULTS.retry.backoff, ...given(b) } : { ...a, ...given(b) };
}

const given = (fields: object = {}): object =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

/** A scope is a function made anew: what it answers is what counts, and of hooks, which are called. */
const seen = ({ scope, hooks, ...rest }: ResolvedPolicy) => ({
  ...rest,
  scope: scope({ url: 'https://api.test/' } as never),
  hooks: ['onRetry' as const, 'onSuccess' as const].map((name) => hooks.find((each) => each[name])?.[name]),
});

const bases = policies.map(({ scope, ...rest }) => resolvePolicy(rest));

describe('a policy over the defaults', () => {
  test('of any valid form is taken, and what it does not name is the default', () => {
    fc.assert(
      fc.property(policies, (policy) => {
        expect(() => validatePolicy(policy)).not.toThrow();
        const resolved: Record<string, unknown> = { ...resolvePolicy(policy) };
        const defaults: Record<string, unknown> = { ...resolvePolicy({}) };
        const unnamed = Object.keys(defaults).filter((name) => (policy as Record<string, unknown>)[name] === undefined);
        expect(unnamed.map((name) => resolved[name])).toEqual(unnamed.map((name) => defaults[name]));
        expect(Object.keys(resolved)).toEqual(Object.keys(defaults));
      }),
    );
  });

  test('false switches off, a value replaces', () => {
    fc.assert(
      fc.property(policies, (policy) => {
        const { deadline, attemptTimeout, connectTimeout, breaker, bulkhead, coolDown, retry, hedge } =
          resolvePolicy(policy);
        const times = [policy.deadline, policy.attemptTimeout, policy.connectTimeout];
        const resolved = [deadline, attemptTimeout, connectTimeout];
        times.forEach((ms, i) => {
          if (ms !== undefined) expect(resolved[i]).toBe(ms === false ? Infinity : ms);
        });
        if (policy.breaker === false) expect(breaker).toBe(false);
        if (policy.breaker) expect(breaker).toMatchObject(given({ ...policy.breaker, maxOpenFor: undefined }));
        if (policy.bulkhead === false) expect(bulkhead).toBe(false);
        if (typeof policy.bulkhead === 'number') expect(bulkhead).toMatchObject({ limit: policy.bulkhead });
        if (policy.coolDown !== undefined) expect(coolDown).toBe(policy.coolDown);
        if (policy.retry === false) expect(retry.maxRetries).toBe(0);
        if (typeof policy.retry === 'number') expect(retry.maxRetries).toBe(policy.retry);
        if (typeof policy.retry === 'object') {
          const { maxRetries, respectRetryAfter, maxRetryAfter, budget } = policy.retry;
          expect(retry).toMatchObject(given({ maxRetries, respectRetryAfter, maxRetryAfter }));
          if (budget === false) expect(retry.budget).toBe(false);
          if (policy.retry.statuses) expect([...retry.statuses]).toEqual(policy.retry.statuses);
        }
        if (policy.hedge !== undefined)
          expect(hedge).toEqual(typeof policy.hedge === 'number' ? { delay: policy.hedge } : policy.hedge);
      }),
    );
  });

  test('is copied: what happens to it later changes nothing, and nothing happens to it', () => {
    fc.assert(
      fc.property(policies, (original) => {
        const [policy, copy] = [clone(original), clone(original)];
        const resolved = resolvePolicy(policy);
        const rules = resolveRules(policy.rules, resolved);
        expect(policy).toEqual(copy);
        const [before, rulesBefore] = [clone(resolved), clone(rules)];
        ruin(policy);
        expect(resolved).toEqual(before);
        expect(rules).toEqual(rulesBefore);
      }),
      { numRuns: 100 },
    );
  });

  test('that is frozen is as good as any, and what comes of it is frozen too', () => {
    fc.assert(
      fc.property(policies, (policy) => {
        const resolved = resolvePolicy(deepFreeze(clone(policy)));
        expect(seen(resolved)).toEqual(seen(resolvePolicy(policy)));
        const { retry, breaker, bulkhead, hedge } = resolved;
        const parts = [resolved, retry, retry.limits, retry.backoff, retry.budget, breaker, bulkhead, hedge];
        expect(parts.filter((part) => typeof part === 'object' && !Object.isFrozen(part))).toEqual([]);
      }),
    );
  });
});

describe('an override', () => {
  test('of any valid form is taken', () => {
    fc.assert(fc.property(overrides, (override) => expect(() => validateOverride(override)).not.toThrow()));
  });

  test('that says nothing changes nothing', () => {
    const silent = overrides.map((override) =>
      Object.fromEntries(Object.keys(override).map((name) => [name, undefined])),
    );
    const nearly = fc.constantFrom<ResilienceOverride>(
      {},
      { retry: {} },
      { retry: { limits: {}, backoff: undefined } },
    );
    fc.assert(
      fc.property(bases, fc.oneof(silent, nearly), (base, override) => {
        expect(seen(applyOverride(base, override))).toEqual(seen(base));
      }),
    );
  });

  test('laid over twice is what it is once', () => {
    fc.assert(
      fc.property(bases, overrides, (base, override) => {
        const once = applyOverride(base, override);
        expect(seen(applyOverride(once, override))).toEqual(seen(once));
      }),
    );
  });

  test('over another is the two in one', () => {
    fc.assert(
      fc.property(bases, overrides, overrides, (base, first, second) => {
        // Fields over a number, or over `false`, which have done away with what was below: one override cannot say that.
        fc.pre(!(base.hedge && first.hedge !== undefined && !isFields(first.hedge) && isFields(second.hedge)));
        const oneByOne = applyOverride(applyOverride(base, first), second);
        expect(seen(applyOverride(base, together(first, second)))).toEqual(seen(oneByOne));
      }),
    );
  });

  test('of a rule is the same as one of a request', () => {
    fc.assert(
      fc.property(bases, overrides, (base, override) => {
        const [rule] = resolveRules({ '/a': override }, base);
        expect(rule && seen(rule.policy)).toEqual(seen(applyOverride(base, override)));
      }),
    );
  });

  test('changes neither what it is laid over nor itself, and hands on nothing that can be changed', () => {
    fc.assert(
      fc.property(bases, overrides, (base, original) => {
        const [baseBefore, override, copy] = [clone(base), clone(original), clone(original)];
        const resolved = applyOverride(base, override);
        expect([base, override]).toEqual([baseBefore, copy]);
        const before = clone(resolved);
        ruin(override);
        expect([base, resolved]).toEqual([baseBefore, before]);
      }),
    );
  });
});

describe('a preset', () => {
  const names = Object.keys(presets) as (keyof typeof presets)[];

  test('is frozen, is valid, and can be built on', () => {
    fc.assert(
      fc.property(fc.constantFrom(...names), policies, (name, policy) => {
        const preset: ResiliencePolicy = presets[name];
        const before = clone(preset);
        const built = { ...preset, ...clone(policy) };
        validatePolicy(built);
        ruin(built, 1);
        expect(preset).toEqual(before);
        expect(Object.values(preset).filter((part) => typeof part === 'object' && !Object.isFrozen(part))).toEqual([]);
        resolvePolicy(preset);
      }),
    );
    expect(resolvePolicy(presets.standard)).toEqual(resolvePolicy({}));
  });
});

/** Functions, and the hooks and loggers that hold them, are the caller's own, by reference. */
function clone<T>(value: T): T {
  if (value instanceof Map) return new Map([...value].map(([key, held]) => [key, clone(held)])) as T;
  if (value instanceof Set) return new Set(value) as T;
  if (Array.isArray(value)) return value.map(clone) as T;
  if (typeof value !== 'object' || value === null || (value as unknown) === LOGGER) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [name, name === 'hooks' ? field : clone(field)]),
  ) as T;
}

/** Does to an object, and to all that it holds, what a careless owner may. */
function ruin(value: object, depth = 9): void {
  for (const [name, field] of Object.entries(value)) {
    if (name === 'hooks' || field === LOGGER) continue;
    if (depth > 1 && typeof field === 'object' && field !== null) ruin(field, depth - 1);
    if (!Object.isFrozen(value)) Reflect.set(value, name, -1);
  }
  if (Array.isArray(value)) value.push(-1);
}
