const MOST = 100;
const LEAST = 20;

/** How long the latest answers of a scope took. */
export class Latencies {
  readonly #latest: number[] = [];
  #next = 0;

  add(ms: number): void {
    this.#latest[this.#next] = ms;
    this.#next = (this.#next + 1) % MOST;
  }

  /** Milliseconds that this share of them took at most; `undefined` while too few are known. */
  quantile(share: number): number | undefined {
    if (this.#latest.length < LEAST) return undefined;
    const sorted = [...this.#latest].sort((a, b) => a - b);
    return sorted[Math.ceil(share * sorted.length) - 1];
  }
}
