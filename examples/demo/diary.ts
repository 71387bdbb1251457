import type { ResilienceHooks, ResilienceLogger, StateChangeEvent } from 'axios-resilience';
import { pino } from 'pino';

/** What axios-resilience did, and when: everything here comes from its hooks and its log. */
export class Diary {
  readonly changes: (StateChangeEvent & { readonly at: number })[] = [];
  readonly retried = new Map<string, number>();
  readonly refused = new Map<string, number>();
  readonly gaveUp = new Map<string, number>();
  /** The first log record of a call that gave up. */
  sample = '';
  #startedAt = performance.now();

  readonly hooks: ResilienceHooks = {
    onRetry: ({ because, status }) => add(this.retried, status === undefined ? because : `${because} ${status}`),
    onReject: ({ because }) => add(this.refused, because),
    onGiveUp: ({ because }) => add(this.gaveUp, because),
    onStateChange: (change) => this.changes.push({ ...change, at: performance.now() - this.#startedAt }),
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
}

function add(counts: Map<string, number>, what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1);
}
