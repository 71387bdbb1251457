import type { AxiosStatic } from 'axios';
import type { ResilienceHooks } from './base/events.js';
import { adapterInstaller } from './call/adapter.js';
import { Context } from './call/context.js';
import type { BreakerView } from './guard/breaker.js';
import type { ResilienceStats } from './observe/stats.js';
import { message, readable } from './policy/check.js';
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

/** Marks the interceptor, also for other copies of this package. */
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
  const { request } = instance.interceptors;
  if (attachedTo(request)) {
    throw new Error('axios-resilience is already attached to this instance: detach() first');
  }
  const context = new Context(instance, policy);
  const install = Object.assign(adapterInstaller(context), { [ATTACHED]: true });
  const id = request.use(install, null, { synchronous: true });
  return {
    breakers: context.breakers,
    stats: () => context.stats(),
    subscribe: (hooks) => context.subscribe(hooks),
    detach: () => {
      // After a clear(), older axios gives the number to another.
      if (attachedTo(request) === install) request.eject(id);
    },
  };
}

/** Looked for, not remembered: `clear()` takes it off as well. */
function attachedTo({ handlers }: Attachable['interceptors']['request']): unknown {
  return handlers?.map((handler) => handler?.fulfilled).find((interceptor) => interceptor && ATTACHED in interceptor);
}

function validateInstance(instance: unknown): void {
  const { interceptors } = Object(instance) as Partial<Attachable>;
  if (typeof interceptors?.request?.use === 'function') return;
  throw new TypeError(message('instance', 'must be an axios instance: axios or axios.create()', instance));
}
