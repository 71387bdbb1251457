import type { GiveUpEvent, ResilienceHooks, SuccessEvent } from '../base/events.js';
import { unawaited } from '../base/thenable.js';

/** Hooks of users' own, and those that only the log listens to: events are not free, and it has no use for each. */
export interface Listener extends ResilienceHooks {
  /** A call succeeded after retries. */
  onRecovered?(event: SuccessEvent): unknown;
  /** A call was given up, and not just refused: `onReject` has said that. */
  onFailure?(event: GiveUpEvent): unknown;
  /** A call was cancelled after a retry had been announced: no give-up, but whoever has read of the retry waits for its end. */
  onCanceled?(event: GiveUpEvent): unknown;
  /** A failed call was not worth a retry, or must not have one: no give-up, but not silent either. */
  onNotRetried?(event: GiveUpEvent): unknown;
}

export type EventName = keyof Listener;
/** What is told of a scope, not of a call. */
export type ScopeEvent = 'onCoolDown' | 'onBudgetExhausted' | 'onStateChange' | 'onSaturation';
export type EventOf<Name extends EventName> = Parameters<NonNullable<Listener[Name]>>[0];

interface Entry {
  readonly listener: Listener;
  readonly logger?: object | undefined;
}

type Hook = (event: object) => unknown;

/** Calls listeners so that nothing they do reaches the call: one that throws or rejects is reported once. */
export class Emitter {
  /** In an entry of its own each, so that the same hooks added twice take two to take off. */
  #entries: readonly Entry[] = [];
  readonly #reported = new WeakSet<object>();

  constructor(private readonly report: (culprit: string, error: unknown) => void) {}

  /** A hook that fails is reported once; a `logger`, which is behind all hooks of its listener, once for all of them. */
  add(listener: Listener, logger?: object): () => void {
    const entry = { listener, logger };
    this.#entries = [...this.#entries, entry];
    return () => {
      this.#entries = this.#entries.filter((other) => other !== entry);
    };
  }

  /** `make` runs only if somebody listens. Of a request's `own`, the first that has the hook runs, after the instance's. */
  emit<Name extends EventName>(name: Name, make: () => EventOf<Name>, own: readonly Listener[] = []): void {
    let event: EventOf<Name> | undefined;
    const tell = (entry: Entry): boolean => {
      const hook = this.#hookOf(entry, name);
      if (!hook) return false;
      event ??= make();
      this.#tell(entry, name, hook, event);
      return true;
    };
    for (const entry of this.#entries) tell(entry);
    own.some((listener) => tell({ listener }));
  }

  /** Looked up once: a getter may answer differently the next time, and a hook may take itself off before it fails. */
  #hookOf(entry: Entry, name: EventName): Hook | undefined {
    try {
      const hook: unknown = entry.listener[name];
      return typeof hook === 'function' ? (hook as Hook) : undefined;
    } catch (error) {
      this.#failed(entry, name, entry.listener, error);
      return undefined;
    }
  }

  #tell(entry: Entry, name: EventName, hook: Hook, event: object): void {
    try {
      unawaited(hook.call(entry.listener, event), (error) => this.#failed(entry, name, hook, error));
    } catch (error) {
      this.#failed(entry, name, hook, error);
    }
  }

  #failed({ logger }: Entry, name: EventName, hook: object, error: unknown): void {
    const culprit = logger ?? hook;
    if (this.#reported.has(culprit)) return;
    this.#reported.add(culprit);
    this.report(logger ? 'logger' : name, error);
  }
}
