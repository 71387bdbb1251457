import type { CreateAxiosDefaults } from 'axios';
import { after, now } from '../base/clock.js';
import type { ResilienceHooks, ResilienceLogger } from '../base/events.js';
import { unawaited } from '../base/thenable.js';
import type { BreakerView } from '../guard/breaker.js';
import { Guard } from '../guard/guard.js';
import { Emitter, type EventOf, type ScopeEvent } from '../observe/emit.js';
import { logListener, logWarning, reportListenerFailure } from '../observe/log.js';
import { Counters, type ResilienceStats, snapshot } from '../observe/stats.js';
import { message } from '../policy/check.js';
import { type ResolvedPolicy, resolvePolicy, withoutPrototype } from '../policy/resolve.js';
import { type Rules, resolveRules } from '../policy/rules.js';
import type { ResiliencePolicy } from '../policy/types.js';
import { validateHooks } from '../policy/validate.js';

/** The requests of one scope: what guards them, and their figures. */
export interface Scope {
  readonly name: string;
  readonly guard: Guard;
  readonly counters: Counters;
  /** The number of its latest use, counted over all scopes. */
  lastUse: number;
}

/** Before there are more, so many of them go: to look for one each time costs 60 µs. */
const MOST_SCOPES = 1_000;
const FORGOTTEN_AT_ONCE = 100;

/** What all calls of one attached instance share. */
export class Context {
  readonly emitter: Emitter;
  readonly breakers = new Map<string, BreakerView>();
  readonly #logger: ResilienceLogger;
  readonly #warned = new Set<string>();
  /** Sums of the scopes that were let go of. */
  readonly #forgotten = new Counters();
  #uses = 0;
  readonly #scopes = new Map<string, Scope>();
  /** Without the instance's hooks, which the emitter has: what a policy brings here are a call's own. */
  readonly policy: ResolvedPolicy;
  readonly rules: Rules;

  constructor(
    readonly instance: { readonly defaults: Pick<CreateAxiosDefaults, 'resilience'> },
    given: ResiliencePolicy,
  ) {
    const { hooks, ...policy } = resolvePolicy(given);
    const { logger } = policy;
    this.policy = Object.freeze({ ...policy, hooks: [] });
    this.rules = resolveRules(withoutPrototype(given).rules, this.policy);
    this.#logger = logger || console;
    this.emitter = new Emitter((culprit, error) => void reportListenerFailure(this.#logger, culprit, error));
    if (logger) this.emitter.add(logListener(logger), logger);
    for (const each of hooks) this.emitter.add(each);
  }

  scope(name: string): Scope {
    const scope = this.#scopes.get(name) ?? this.#open(name);
    scope.lastUse = ++this.#uses;
    return scope;
  }

  stats(): ResilienceStats {
    const scopes = [...this.#scopes.values()];
    return snapshot(
      scopes.map(({ name, counters, guard }) => [name, counters, guard.view]),
      this.#forgotten,
    );
  }

  subscribe(hooks: ResilienceHooks): () => void {
    validateHooks(hooks);
    return this.emitter.add(hooks);
  }

  /** Says what is amiss with the set-up of the instance, not with a call; once for each `matter`. */
  warnOnce(matter: string, warning: string): void {
    if (this.#warned.has(matter)) return;
    this.#warned.add(matter);
    void logWarning(this.#logger, warning);
  }

  #open(name: string): Scope {
    if (typeof name !== 'string') throw new TypeError(message('scope', 'must return a name', unawaited(name)));
    const tell = <Name extends ScopeEvent>(hook: Name, fields: Omit<EventOf<Name>, 'scope'>): void =>
      this.emitter.emit(hook, () => Object.freeze({ scope: name, ...fields }) as EventOf<Name>);
    const guard = new Guard(name, this.policy, {
      now,
      after,
      // Looked up each time: a test may stub it later on.
      random: () => Math.random(),
      onCoolDown: (retryInMs) => tell('onCoolDown', { retryInMs }),
      onExhausted: () => tell('onBudgetExhausted', {}),
      onStateChange: (from, to, retryInMs, openedBy) => tell('onStateChange', { from, to, retryInMs, openedBy }),
      onSaturation: (limit, queued) => tell('onSaturation', { limit, queued }),
    });
    if (this.#scopes.size >= MOST_SCOPES) this.#forgetSome();
    const scope = { name, guard, counters: new Counters(), lastUse: 0 };
    this.#scopes.set(name, scope);
    if (guard.breaker) this.breakers.set(name, guard.breaker);
    return scope;
  }

  /** Those unused for longest, and those that still refuse calls only if there are no others; never one that is busy. */
  #forgetSome(): void {
    const quiet = [...this.#scopes.values()].filter(isQuiet);
    const idle = quiet.filter(({ guard }) => guard.isIdle);
    const going = (idle.length > 0 ? idle : quiet).sort((a, b) => a.lastUse - b.lastUse);
    for (const { name, counters } of going.slice(0, FORGOTTEN_AT_ONCE)) {
      this.#scopes.delete(name);
      this.breakers.delete(name);
      this.#forgotten.add(counters);
    }
  }
}

/** No call of it is under way, be it between two attempts, and none of another scope's is on its way through it. */
function isQuiet({ counters, guard }: Scope): boolean {
  const { calls, successes, failures, rejected, canceled, inFlight } = counters;
  return calls === successes + failures + rejected + canceled && inFlight === 0 && !guard.isBusy;
}
