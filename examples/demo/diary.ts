import type { ResilienceHooks, ResilienceLogger, StateChangeEvent } from 'axios-resilience';
import { pino } from 'pino';

/** A retry, at the moment it was decided on. */
export interface Retry {
  /** Milliseconds since the start of the run. */
  readonly at: number;
  /** 1 for the first retry of its call. */
  readonly number: number;
}

/** What a client did, and when: everything here comes from its hooks and its log. */
export class Diary {
  readonly changes: (StateChangeEvent & { readonly at: number })[] = [];
  readonly retries: Retry[] = [];
  readonly retried = new Map<string, number>();
  readonly refused = new Map<string, number>();
  readonly gaveUp = new Map<string, number>();
  /** The first log record of a call that gave up. */
  sample = '';
  #startedAt = performance.now();

  readonly hooks: ResilienceHooks = {
    onRetry: ({ because, status, attempt }) => {
      this.noteRetry(attempt);
      add(this.retried, status === undefined ? because : `${because} ${status}`);
    },
    onReject: ({ because }) => add(this.refused, because),
    onGiveUp: ({ because }) => add(this.gaveUp, because),
    onStateChange: (change) => this.changes.push({ ...change, at: this.#elapsed() }),
  };

  readonly logger: ResilienceLogger = pino(
    { base: null, level: 'error' },
    {
      write: (record: string) => {
        this.sample ||= record.trim();
      },
    },
  );

  start(): void {
    this.#startedAt = performance.now();
  }

  noteRetry(number: number): void {
    this.retries.push({ at: this.#elapsed(), number });
  }

  #elapsed(): number {
    return performance.now() - this.#startedAt;
  }
}

function add(counts: Map<string, number>, what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1);
}
