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
  readonly #listeners = new Set<Listener>();
  #idleListeners: (() => void)[] | undefined;

  get signal(): LightSignal {
    return this;
  }

  /** Nobody listens. */
  get isIdle(): boolean {
    return this.#listeners.size === 0;
  }

  /** Tells once when nobody needs this signal any more. True for the first who asks. */
  whenIdle(listener: () => void): boolean {
    this.#idleListeners ??= [];
    return this.#idleListeners.push(listener) === 1;
  }

  /** Nobody needs it any more: the last listener has left, or what it is for has ended. */
  tellIdle(): void {
    const told = this.#idleListeners ?? [];
    this.#idleListeners = undefined;
    for (const tell of told) tell();
  }

  addEventListener(_type: 'abort', listener: Listener): void {
    this.#listeners.add(listener);
  }

  removeEventListener(_type: 'abort', listener: Listener): void {
    if (this.#listeners.delete(listener) && this.#listeners.size === 0) this.tellIdle();
  }

  abort(): void {
    if (this.aborted) return;
    this.aborted = true;
    for (const listener of [...this.#listeners]) listener.call(this, { type: 'abort' });
  }
}
