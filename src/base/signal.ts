type Listener = (event: { type: 'abort' }) => void;

/** The part of AbortController that an attempt needs. */
export interface Aborter {
  readonly signal: LightSignal | AbortSignal;
  abort(): void;
}

/**
 * A real AbortSignal, for adapters that may pass it on (to fetch, which takes no other), made when it is asked for: it
 * costs more than all the rest of a call, and most adapters never look.
 */
export class LateSignal implements Aborter {
  #controller: AbortController | undefined;
  #aborted = false;

  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.#aborted) this.#controller.abort();
    }
    return this.#controller.signal;
  }

  abort(): void {
    this.#aborted = true;
    this.#controller?.abort();
  }
}

/**
 * As much of an AbortSignal as axios's own adapters and axios-retry use (axios types it as GenericAbortSignal), at a
 * fraction of the cost.
 */
export class LightSignal implements Aborter {
  aborted = false;
  /** Called when the last listener has left: nobody needs this signal any more. */
  onIdle: (() => void) | undefined;
  readonly #listeners = new Set<Listener>();

  get signal(): LightSignal {
    return this;
  }

  /** Nobody listens. */
  get isIdle(): boolean {
    return this.#listeners.size === 0;
  }

  addEventListener(_type: 'abort', listener: Listener): void {
    this.#listeners.add(listener);
  }

  removeEventListener(_type: 'abort', listener: Listener): void {
    if (this.#listeners.delete(listener) && this.#listeners.size === 0) this.onIdle?.();
  }

  abort(): void {
    if (this.aborted) return;
    this.aborted = true;
    for (const listener of [...this.#listeners]) listener.call(this, { type: 'abort' });
  }
}
