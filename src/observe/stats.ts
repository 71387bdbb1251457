import type { CircuitState } from '../base/events.js';

/** `successes + failures + rejected + canceled` is the number of calls that have ended. */
interface Counts {
  /** Calls begun. */
  readonly calls: number;
  /** Requests handed to an adapter. */
  readonly attempts: number;
  /** Of those, the ones after a call's first, hedges included. */
  readonly retries: number;
  /** Calls that succeeded. */
  readonly successes: number;
  /** Calls that failed for good, their deadlines included. */
  readonly failures: number;
  /** Calls that ended because breaker, cool-down or bulkhead refused them. */
  readonly rejected: number;
  /** Calls that their callers cancelled. */
  readonly canceled: number;
  /** Attempts on their way now. */
  readonly inFlight: number;
  /** Attempts waiting for a slot of the bulkhead now. */
  readonly queued: number;
  /** Calls waiting now for the end of a cool-down, or for their turn of the retry budget. */
  readonly held: number;
}

/** Counters of one scope, and the state of its circuit. */
export interface ScopeStats extends Counts {
  /** Absent without a breaker. */
  readonly circuit?: CircuitState;
  /** Milliseconds until a probe may go out: 0 unless open, `Infinity` while isolated, which JSON writes as `null`. */
  readonly retryInMs?: number;
}

/** Counters of an instance, from when it was attached. */
export interface ResilienceStats extends Counts {
  /** The same by scope: `https://api.example.com`. At most 1,000 are kept; those idle for longest go first. */
  readonly scopes: Readonly<Record<string, ScopeStats>>;
}

export class Counters {
  calls = 0;
  attempts = 0;
  retries = 0;
  successes = 0;
  failures = 0;
  rejected = 0;
  canceled = 0;
  inFlight = 0;

  add(other: Counters): void {
    for (const name of Object.keys(this) as Exclude<keyof Counters, 'add'>[]) this[name] += other[name];
  }
}

/** The present state of a scope, beside its counters. */
type Present = Pick<ScopeStats, 'queued' | 'held' | 'circuit' | 'retryInMs'>;

/** A frozen copy of all counters, and their sums; `forgotten` are those of scopes that are no longer kept. */
export function snapshot(
  scopes: readonly (readonly [name: string, counters: Counters, present: Present])[],
  forgotten = new Counters(),
): ResilienceStats {
  const total = new Counters();
  total.add(forgotten);
  for (const [, counters] of scopes) total.add(counters);
  const copies = scopes.map(([name, counters, present]) => [name, Object.freeze({ ...counters, ...present })] as const);
  const sumOf = (name: 'queued' | 'held') => scopes.reduce((sum, [, , present]) => sum + present[name], 0);
  return Object.freeze({
    ...total,
    queued: sumOf('queued'),
    held: sumOf('held'),
    scopes: Object.freeze(Object.fromEntries(copies)),
  });
}
