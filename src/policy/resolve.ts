import type { InternalAxiosRequestConfig } from 'axios';
import type { ResilienceHooks, ResilienceLogger } from '../base/events.js';
import { originOf } from '../base/url.js';
import { DEFAULTS } from './defaults.js';
import type {
  Backoff,
  BreakerPolicy,
  BulkheadPolicy,
  FailedAttempt,
  Fallback,
  HedgePolicy,
  MethodRule,
  ResilienceOverride,
  ResiliencePolicy,
  RetryLimits,
  RetryPolicy,
} from './types.js';

/** A policy with nothing left to default: no field is missing, `false` has become `Infinity` or 0 where it can. */
export interface ResolvedPolicy {
  readonly deadline: number;
  readonly attemptTimeout: number;
  readonly connectTimeout: number;
  readonly retry: ResolvedRetry;
  readonly hedge: HedgePolicy | false;
  readonly coolDown: boolean;
  readonly breaker: Complete<BreakerPolicy> | false;
  readonly bulkhead: Complete<BulkheadPolicy> | false;
  readonly scope: (config: InternalAxiosRequestConfig) => string;
  readonly idempotent: boolean | undefined;
  readonly body: (() => unknown) | undefined;
  readonly fallback: Fallback | false;
  /** Of those that have a hook, the first counts. */
  readonly hooks: readonly ResilienceHooks[];
  readonly logger: ResilienceLogger | false;
}

/** There, be it as `undefined`: what is set on `Object.prototype` is not read in its place. */
type Present<T, K extends keyof T> = { readonly [Key in K]: T[Key] };

export interface ResolvedRetry
  extends Present<RetryPolicy, 'retryResponse' | 'shouldRetry' | 'beforeRetry' | 'idempotencyKey'> {
  readonly maxRetries: number;
  readonly limits: Complete<RetryLimits>;
  readonly methods: ReadonlyMap<string, ResolvedMethod>;
  readonly statuses: ReadonlySet<number>;
  readonly backoff: Complete<Backoff> | ((failed: FailedAttempt) => number);
  readonly respectRetryAfter: boolean;
  readonly maxRetryAfter: number;
  readonly budget: ResolvedBudget | false;
}

interface ResolvedBudget {
  readonly ratio: number;
  /** `undefined`: the default, or what the call at hand may need by itself, if that is more. */
  readonly reserve: number | undefined;
}

export interface ResolvedMethod {
  readonly allowed: boolean;
  readonly statuses: ReadonlySet<number> | undefined;
  readonly maxRetries: number;
}

type Options<T> = { readonly [K in keyof T]?: T[K] | undefined };

/** With nothing left out. */
export type Complete<T> = { readonly [K in keyof T]-?: Exclude<T[K], undefined> };

type Layer = ResiliencePolicy & Pick<ResilienceOverride, 'idempotent' | 'body'>;

/** What `attachResilience(instance, policy)` means: the defaults, with the policy over them. */
export const resolvePolicy = (policy: ResiliencePolicy): ResolvedPolicy => refine(DEFAULT_POLICY, policy);

/** What a request means: the instance's policy, with the override over it. */
export function applyOverride(base: ResolvedPolicy, override: ResilienceOverride): ResolvedPolicy {
  const { scope, ...rest } = withoutPrototype(override);
  const named = scope === undefined ? undefined : () => scope;
  return refine(base, { ...rest, scope: named });
}

function refine(base: ResolvedPolicy, given: Layer): ResolvedPolicy {
  const layer = withoutPrototype(given);
  return Object.freeze({
    deadline: orInfinity(layer.deadline) ?? base.deadline,
    attemptTimeout: orInfinity(layer.attemptTimeout) ?? base.attemptTimeout,
    connectTimeout: orInfinity(layer.connectTimeout) ?? base.connectTimeout,
    retry: layer.retry === undefined ? base.retry : refineRetry(base.retry, layer.retry),
    hedge: layer.hedge === undefined ? base.hedge : refineHedge(base.hedge, layer.hedge),
    coolDown: layer.coolDown ?? base.coolDown,
    breaker: refineShared(base.breaker, breakerPolicy(layer.breaker), DEFAULTS.breaker),
    bulkhead: refineShared(base.bulkhead, bulkheadPolicy(layer.bulkhead), DEFAULTS.bulkhead),
    scope: layer.scope === undefined ? base.scope : scopeFunction(layer.scope),
    idempotent: layer.idempotent ?? base.idempotent,
    body: layer.body ?? base.body,
    fallback: layer.fallback ?? base.fallback,
    hooks: layer.hooks ? [layer.hooks, ...base.hooks] : base.hooks,
    logger: layer.logger ?? base.logger,
  });
}

function refineRetry(base: ResolvedRetry, layer: number | RetryPolicy | false): ResolvedRetry {
  // `false` is 0 of them.
  if (typeof layer !== 'object') return refineRetry(base, { maxRetries: Number(layer) });
  const { methods, statuses, limits, backoff, budget, ...plain } = withoutPrototype(layer);
  return Object.freeze({
    ...base,
    ...defined(plain),
    budget: refineShared(base.budget, budget, DEFAULT_BUDGET),
    limits: Object.freeze({ ...base.limits, ...defined(limits ?? {}) }),
    methods: methods ? methodRules(methods) : base.methods,
    statuses: statuses ? new Set(statuses) : base.statuses,
    backoff: refineBackoff(base.backoff, backoff),
  });
}

/** Only an instance's policy can hold one of these (a request can switch it off, no more), so it goes over the defaults. */
function refineShared<T extends object>(
  base: T | false,
  layer: Options<T> | false | undefined,
  defaults: T,
): T | false {
  if (layer === undefined) return base;
  return layer && Object.freeze({ ...defaults, ...defined(layer) });
}

function refineBackoff(base: ResolvedRetry['backoff'], layer: RetryPolicy['backoff']): ResolvedRetry['backoff'] {
  if (typeof layer === 'function' || layer === undefined) return layer ?? base;
  return Object.freeze({ ...(typeof base === 'function' ? DEFAULTS.retry.backoff : base), ...defined(layer) });
}

function refineHedge(base: ResolvedPolicy['hedge'], layer: number | HedgePolicy | false): ResolvedPolicy['hedge'] {
  // A number is that long, whatever quantile was set below.
  if (typeof layer === 'number') return Object.freeze(withoutPrototype({ delay: layer }));
  return layer && Object.freeze(withoutPrototype({ ...base, ...defined(layer) }));
}

function breakerPolicy(layer: Layer['breaker']): Layer['breaker'] {
  if (!layer) return layer;
  const { openFor = DEFAULTS.breaker.openFor, maxOpenFor = openFor } = withoutPrototype(layer);
  return { ...layer, maxOpenFor: Math.max(openFor, maxOpenFor) };
}

const bulkheadPolicy = (layer: Layer['bulkhead']): BulkheadPolicy | false | undefined =>
  typeof layer === 'number' ? { limit: layer } : layer;

/** A list allows the methods it names. In a record, `false` forbids a retry even of what was never sent. */
function methodRules(methods: NonNullable<RetryPolicy['methods']>): ReadonlyMap<string, ResolvedMethod> {
  const rules: [string, boolean | MethodRule | undefined][] = isList(methods)
    ? methods.map((method) => [method, true])
    : Object.entries(defined(methods));
  return new Map(rules.map(([method, rule]) => [method.toUpperCase(), methodRule(rule)]));
}

function methodRule(rule: boolean | MethodRule | undefined): ResolvedMethod {
  const { statuses, maxRetries }: MethodRule = withoutPrototype(typeof rule === 'object' ? rule : {});
  return Object.freeze({
    allowed: rule !== false,
    statuses: statuses && new Set(statuses),
    maxRetries: maxRetries ?? Infinity,
  });
}

const isList = (methods: object): methods is readonly string[] => Array.isArray(methods);

function scopeFunction(scope: NonNullable<Layer['scope']>): ResolvedPolicy['scope'] {
  if (typeof scope === 'function') return scope;
  return scope === 'instance' ? () => 'instance' : originOf;
}

/** `false` means no limit. */
const orInfinity = (ms: number | false | undefined): number | undefined => (ms === false ? Infinity : ms);

/** A copy without a prototype: what is set on `Object.prototype` is not read as an option. */
export const withoutPrototype = <T extends object>(fields: T): T => ({ __proto__: null, ...fields });

/** `undefined` inherits: it must not overwrite when spread. */
export function defined<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}

const DEFAULT_BUDGET: ResolvedBudget = Object.freeze({ ratio: DEFAULTS.retry.budget.ratio, reserve: undefined });

const DEFAULT_POLICY: ResolvedPolicy = Object.freeze({
  ...DEFAULTS,
  retry: Object.freeze({
    ...DEFAULTS.retry,
    budget: DEFAULT_BUDGET,
    methods: methodRules(DEFAULTS.retry.methods),
    statuses: new Set(DEFAULTS.retry.statuses),
    retryResponse: undefined,
    shouldRetry: undefined,
    beforeRetry: undefined,
  }),
  scope: originOf,
  idempotent: undefined,
  body: undefined,
  fallback: false,
  hooks: [],
});
