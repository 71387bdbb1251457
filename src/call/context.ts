import type { AxiosInstance } from 'axios';
import { now } from '../base/clock.js';
import type { ResilienceHooks, ResilienceLogger } from '../base/events.js';
import type { BreakerView } from '../guard/breaker.js';
import { Guard } from '../guard/guard.js';
import { Emitter } from '../observe/emit.js';
import { logListener, logWarning, reportListenerFailure } from '../observe/log.js';
import { Counters, type ResilienceStats, snapshot } from '../observe/stats.js';
import type { ResolvedPolicy } from '../policy/resolve.js';
import { validateHooks } from '../policy/validate.js';

/** What the requests of one scope share. */
export interface Scope {
  readonly name: string;
  readonly guard: Guard;
  readonly counters: Counters;
}

/** What all calls of one attached instance share. */
export class Context {
  readonly emitter: Emitter;
  readonly breakers = new Map<string, BreakerView>();
  readonly #logger: ResilienceLogger;
  readonly #warned = new Set<string>();
  readonly #scopes = new Map<string, Scope>();

  /** Of a call's own hooks, the instance's are none: the emitter has those. */
  readonly policy: ResolvedPolicy;

  constructor(
    readonly instance: AxiosInstance,
    { hooks, ...policy }: ResolvedPolicy,
  ) {
    const { logger } = policy;
    this.policy = Object.freeze({ ...policy, hooks: undefined });
    this.#logger = logger || console;
    this.emitter = new Emitter((hook, error) => void reportListenerFailure(this.#logger, hook, error));
    if (logger) this.emitter.add(logListener(logger));
    if (hooks) this.emitter.add(hooks);
  }

  scope(name: string): Scope {
    return this.#scopes.get(name) ?? this.#open(name);
  }

  stats(): ResilienceStats {
    return snapshot([...this.#scopes.values()].map(({ name, counters, guard }) => [name, counters, guard.queued]));
  }

  subscribe(hooks: ResilienceHooks): () => void {
    validateHooks(hooks);
    return this.emitter.add(hooks);
  }

  /** Says what is amiss with the set-up of the instance, not with a call. */
  warnOnce(message: string): void {
    if (this.#warned.has(message)) return;
    this.#warned.add(message);
    void logWarning(this.#logger, message);
  }

  #open(name: string): Scope {
    if (typeof name !== 'string') throw new TypeError(`\`scope\` must return a name, got ${String(name)}`);
    const guard = new Guard(name, this.policy, {
      now,
      random: Math.random,
      onStateChange: (from, to, retryInMs) => {
        this.emitter.emit('onStateChange', () => Object.freeze({ scope: name, from, to, retryInMs }));
      },
    });
    const scope = { name, guard, counters: new Counters() };
    this.#scopes.set(name, scope);
    if (guard.breaker) this.breakers.set(name, guard.breaker);
    return scope;
  }
}
