/** Somebody who waits for `R`: what comes of being served, or of being refused. */
export interface Waiter<R> {
  /** Called once, when its turn has come. */
  readonly serve: () => R | Promise<R>;
  /** What it gets instead if it may not go on any more, asked when something has changed. */
  readonly refusal: () => R | undefined;
}

interface Waiting<R> extends Waiter<R> {
  readonly resolve: (result: R | Promise<R>) => void;
}

/** A place in a line. `leave` gives it up with a result of one's own, if one's turn has not come yet. */
export interface Place<R> {
  readonly result: Promise<R>;
  leave(result: R): void;
}

/** Strictly first in, first out; whoever gives up leaves at once, from wherever they stand. */
export class Line<R> {
  /** A Set keeps the order of insertion and lets go of any entry at once. */
  readonly #waiting = new Set<Waiting<R>>();

  /** `onDeserted` is called when the last who waited has left. */
  constructor(private readonly onDeserted?: () => void) {}

  get size(): number {
    return this.#waiting.size;
  }

  join(waiter: Waiter<R>): Place<R> {
    let resolve!: Waiting<R>['resolve'];
    const result = new Promise<R>((settle) => {
      resolve = settle;
    });
    const waiting: Waiting<R> = { ...waiter, resolve };
    this.#waiting.add(waiting);
    const leave = (own: R) => {
      if (!this.#waiting.delete(waiting)) return;
      resolve(own);
      if (this.#waiting.size === 0) this.onDeserted?.();
    };
    return { result, leave };
  }

  /** Serves whoever has waited for longest, and gives back what comes of it. */
  serveNext(): R | Promise<R> | undefined {
    for (const waiting of this.#waiting) {
      this.#waiting.delete(waiting);
      const result = waiting.serve();
      waiting.resolve(result);
      return result;
    }
    return undefined;
  }

  /** Lets those go who may not go on any more. */
  flush(): void {
    for (const waiting of [...this.#waiting]) {
      const refusal = waiting.refusal();
      if (refusal !== undefined && this.#waiting.delete(waiting)) waiting.resolve(refusal);
    }
  }
}
