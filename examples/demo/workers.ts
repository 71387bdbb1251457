const WORKERS = 6;
const WORK_MS = 50;
const QUEUE = 50;

/** Requests a second that a healthy server can answer. */
export const CAPACITY = (WORKERS * 1_000) / WORK_MS;

/**
 * What a request costs the server: a worker for a while, or a place in a bounded queue before that. Callers that have
 * given up meanwhile are served all the same, and turning a request away costs a little of everyone's time.
 */
export class Workers {
  #busy = 0;
  readonly #queue: (() => void)[] = [];
  readonly #refusedAt: number[] = [];

  constructor(private readonly slowness: () => number) {}

  /** False if the queue is full: the request is turned away. */
  offer(finish: () => void): boolean {
    if (this.#queue.length >= QUEUE) {
      this.#refusedAt.push(performance.now());
      return false;
    }
    this.#queue.push(finish);
    this.#startNext();
    return true;
  }

  #startNext(): void {
    while (this.#busy < WORKERS) {
      const finish = this.#queue.shift();
      if (!finish) return;
      this.#busy++;
      setTimeout(
        () => {
          this.#busy--;
          finish();
          this.#startNext();
        },
        WORK_MS * this.slowness() * this.#strain(),
      );
    }
  }

  /** Twice the time for all work while as many requests are turned away as could have been answered. */
  #strain(): number {
    const aSecondAgo = performance.now() - 1_000;
    while ((this.#refusedAt[0] ?? Infinity) < aSecondAgo) this.#refusedAt.shift();
    return 1 + this.#refusedAt.length / CAPACITY;
  }
}
