import type { Diary, Retry } from './diary.js';
import type { Run } from './drive.js';
import { type Load, loadOf } from './load.js';
import { LENGTH_MS, SHOWN_MS } from './script.js';

/** Calls are summed up by the half-second they began in. */
export const SLICE_MS = 500;

export interface Slice {
  readonly succeeded: number;
  readonly failed: number;
  readonly medianMs: number;
  readonly slowestMs: number;
}

/** What a run came to. All that is printed and drawn is taken from here, and every figure is measured. */
export interface Figures {
  readonly name: string;
  readonly setUp: string;
  readonly calls: number;
  readonly succeeded: number;
  readonly requests: number;
  readonly load: Load;
  readonly medianMs: number;
  readonly p99Ms: number;
  readonly duplicatedPosts: number;
  readonly slices: readonly Slice[];
  readonly retries: readonly Retry[];
  /** Undefined where there is no circuit breaker. */
  readonly changes: Diary['changes'] | undefined;
}

export function figuresOf({ contender, server, diary, results }: Run): Figures {
  const times = results.map(({ tookMs }) => tookMs).sort((a, b) => a - b);
  return {
    name: contender.name,
    setUp: contender.setUp,
    calls: results.length,
    succeeded: results.filter(({ ok }) => ok).length,
    requests: server.requestsAt.length,
    load: loadOf(server.requestsAt, SHOWN_MS),
    medianMs: quantile(times, 0.5),
    p99Ms: quantile(times, 0.99),
    duplicatedPosts: server.duplicatedPosts,
    slices: Array.from({ length: LENGTH_MS / SLICE_MS }, (_, slice) => sliceOf(results, slice)),
    retries: diary.retries,
    changes: contender.resilience && diary.changes,
  };
}

function sliceOf(results: Run['results'], slice: number): Slice {
  const begun = results.filter(({ begunAt }) => Math.floor(begunAt / SLICE_MS) === slice);
  const times = begun.map(({ tookMs }) => tookMs).sort((a, b) => a - b);
  const succeeded = begun.filter(({ ok }) => ok).length;
  return {
    succeeded,
    failed: begun.length - succeeded,
    medianMs: quantile(times, 0.5),
    slowestMs: times.at(-1) ?? 0,
  };
}

const quantile = (sorted: readonly number[], q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0;
