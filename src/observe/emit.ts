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

/** Calls listeners so that nothing they do reaches the call: one that throws or rejects is reported once. */
export class Emitter {
  /** In an entry of its own each, so that the same hooks added twice take two to take off. */
  #entries: readonly { readonly listener: Listener; readonly culprit?: object | undefined }[] = [];
  readonly #reported = new WeakSet<object>();

  constructor(private readonly report: (hook: string, error: unknown) => void) {}

  /** A hook that fails is reported once; with a `culprit` (the logger), once for all hooks of that listener. */
  add(listener: Listener, culprit?: object): () => void {
    const entry = { listener, culprit };
    this.#entries = [...this.#entries, entry];
    return () => {
      this.#entries = this.#entries.filter((other) => other !== entry);
    };
  }

  /** `make` runs only if somebody listens. Of a request's `own`, the first that has the hook runs, after the instance's. */
  emit<Name extends EventName>(name: Name, make: () => EventOf<Name>, own: readonly Listener[] = []): void {
    let event: EventOf<Name> | undefined;
    for (const { listener, culprit } of this.#entries) {
      if (!listener[name]) continue;
      event ??= make();
      this.#tell(listener, name, event, culprit);
    }
    for (const listener of own) {
      if (!listener[name]) continue;
      this.#tell(listener, name, event ?? make());
      break;
    }
  }

  #tell<Name extends EventName>(
    listener: Listener,
    name: Name,
    event: EventOf<Name>,
    culprit = listener[name] as object,
  ): void {
    const failed = (error: unknown) => {
      if (this.#reported.has(culprit)) return;
      this.#reported.add(culprit);
      this.report(name, error);
    };
    try {
      unawaited((listener[name] as (event: EventOf<Name>) => unknown)(event), failed);
    } catch (error) {
      failed(error);
    }
  }
}
