import type { AxiosAdapter, AxiosPromise, InternalAxiosRequestConfig } from 'axios';
import { applyOverride, type ResolvedPolicy } from '../policy/resolve.js';
import { ruleFor } from '../policy/rules.js';
import { validateOverride } from '../policy/validate.js';
import { Call } from './call.js';
import { isUntyped, untype } from './content-type.js';
import type { Context } from './context.js';
import { execute } from './execute.js';
import { warnOfMisplaced } from './misplaced.js';
import { warnOfOtherRetries } from './other-retries.js';
import { realAdapter } from './real-adapter.js';
import { copyOfConfig } from './request.js';

type Config = InternalAxiosRequestConfig;
type AdapterSetting = Config['adapter'];

/** Marks a resilient adapter with the one it stands for, also for other copies of this package. */
const STANDS_FOR = Symbol.for('axios-resilience.stands-for');

/** The request interceptor: puts the resilient adapter where axios's own, or the caller's, would have been called. */
export function adapterInstaller(context: Context): (config: Config) => Config {
  let latest: ResilientAdapter = resilient(undefined, context);
  return (config) => {
    const original = standsFor(config.adapter);
    // One that is made and marked for each request costs 0.7 µs more.
    if (!isSame(latest[STANDS_FOR], original)) latest = resilient(original, context);
    // An interceptor may have frozen it, which recent axios does not mind.
    const open = Object.isFrozen(config) ? copyOfConfig(config) : config;
    open.adapter = isUntyped(config) ? resilient(original, context, true) : latest;
    return open;
  };
}

interface ResilientAdapter extends AxiosAdapter {
  [STANDS_FOR]?: AdapterSetting;
}

function resilient(original: AdapterSetting, context: Context, wasUntyped = false): ResilientAdapter {
  const adapter: ResilientAdapter = (config) => perform(config, original, context, wasUntyped);
  adapter[STANDS_FOR] = original;
  return adapter;
}

/** Lists are compared by what is in them: axios copies them for each request. */
function isSame(a: AdapterSetting, b: AdapterSetting): boolean {
  if (!Array.isArray(a) || !Array.isArray(b)) return a === b;
  return a.length === b.length && a.every((entry, i) => entry === b[i]);
}

/** Not an async function, which would have its callers wait for one promise more. */
function perform(config: Config, original: AdapterSetting, context: Context, wasUntyped: boolean): AxiosPromise {
  try {
    // The caller's config again: sending it once more gets a new call, wrapped once.
    if (original === undefined) delete config.adapter;
    else config.adapter = original;
    warnOfOtherRetries(config, context);
    warnOfMisplaced(config, context);
    const real = realAdapter(original, config);
    const { send } = real;
    // Called as axios calls it, without a `this`.
    if (config.resilience === false) return send(config);
    const policy = policyOf(config, context);
    if (wasUntyped && policy.body) untype(config);
    return execute(new Call(config, real, policy, context));
  } catch (error) {
    return Promise.reject(error);
  }
}

function standsFor(adapter: AdapterSetting): AdapterSetting {
  return typeof adapter === 'function' && STANDS_FOR in adapter ? (adapter[STANDS_FOR] as AdapterSetting) : adapter;
}

/** The instance's policy, or that of a rule, with `instance.defaults.resilience` and then the request's own over it. */
function policyOf(config: Config, { policy, rules, instance }: Context): ResolvedPolicy {
  let resolved = ruleFor(config, rules) ?? policy;
  if (config.resilience === undefined) return resolved;
  // axios has merged the defaults into the request's, but of `retry: 3` and `retry: { … }` it keeps one only: they go first.
  for (const [name, override] of [
    ['defaults.resilience', instance.defaults?.resilience || undefined],
    ['resilience', config.resilience],
  ] as const) {
    if (override === undefined) continue;
    validateOverride(override, name);
    resolved = applyOverride(resolved, override);
  }
  return resolved;
}
