import type { AxiosStatic } from 'axios';
import type { ResilienceHooks } from './base/events.js';
import { adapterInstaller } from './call/adapter.js';
import { Context } from './call/context.js';
import type { BreakerView } from './guard/breaker.js';
import type { ResilienceStats } from './observe/stats.js';
import { readable } from './policy/check.js';
import { resolvePolicy } from './policy/resolve.js';
import { resolveRules } from './policy/rules.js';
import type { ResiliencePolicy } from './policy/types.js';
import { validatePolicy } from './policy/validate.js';

/** What `attachResilience` gives back: a look inside, and the way out. */
export interface ResilienceHandle {
  /** Takes the interceptor off. Calls in flight end under the policy they began with. */
  detach(): void;
  /** A frozen snapshot of the counters; ask again for a newer one. */
  stats(): ResilienceStats;
  /** The circuit breaker of each scope seen so far, by name: `https://api.example.com`. */
  readonly breakers: ReadonlyMap<string, BreakerView>;
  /**
   * Adds hooks later on. Returns the way to take them off again.
   *
   * @throws TypeError for what is no hook, by name
   */
  subscribe(hooks: ResilienceHooks): () => void;
}

/** As much of an instance as is touched: `new Axios()` and those typed by another build of axios (CommonJS, ESM) have it too. */
export type Attachable = Pick<InstanceType<AxiosStatic['Axios']>, 'interceptors' | 'defaults'>;

/** Marks an attached instance, also for other copies of this package. */
const ATTACHED = Symbol.for('axios-resilience.attached');

/**
 * Makes every request of `instance` resilient, until detached. Instances that `instance.create()` makes are their own:
 * attach to each.
 *
 * @throws TypeError or RangeError if `instance` is no axios instance or `policy` is not one: path, rule and value are named
 * @throws Error if the instance is attached already
 */
export function attachResilience(instance: Attachable, policy: ResiliencePolicy = {}): ResilienceHandle {
  readable('instance', () => validateInstance(instance));
  validatePolicy(policy);
  const marked = instance as Attachable & { [ATTACHED]?: true };
  if (marked[ATTACHED]) {
    throw new Error(
      'axios-resilience is already attached to this instance; detach() it first to attach another policy',
    );
  }
  const resolved = resolvePolicy(policy);
  const context = new Context(instance, resolved, resolveRules(policy.rules, { ...resolved, hooks: undefined }));
  const { request } = instance.interceptors;
  const id = request.use(adapterInstaller(context), null, { synchronous: true });
  Object.defineProperty(instance, ATTACHED, { value: true, configurable: true });
  let attached = true;
  return {
    breakers: context.breakers,
    stats: () => context.stats(),
    subscribe: (hooks) => context.subscribe(hooks),
    detach: () => {
      if (!attached) return;
      attached = false;
      request.eject(id);
      delete marked[ATTACHED];
    },
  };
}

function validateInstance(instance: unknown): asserts instance is Attachable {
  const { interceptors, defaults } = Object(instance) as Partial<Attachable>;
  if (typeof interceptors?.request?.use === 'function' && typeof defaults === 'object') return;
  const got = instance === null ? 'null' : typeof instance;
  throw new TypeError(`\`instance\` must be an axios instance (axios itself, or made by axios.create()), got ${got}`);
}
