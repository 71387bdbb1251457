import { isAxiosError } from 'axios';
import { isResilienceError, reportOf } from 'axios-resilience';

export interface Failure {
  readonly status: number;
  readonly code: string;
  /** When to come back, if anybody knows. */
  readonly retryInMs?: number | undefined;
}

/** A full queue moves on soon, but nobody can say when. */
const QUEUE_MOVES_ON_MS = 1_000;

/** What the failure of a call to the upstream is to our own caller; `undefined` if it is no such failure. */
export function failureOf(error: unknown): Failure | undefined {
  if (isResilienceError(error)) {
    const { code } = error;
    if (code === 'ERR_DEADLINE_EXCEEDED') return { status: 504, code };
    if (code === 'ERR_BULKHEAD_FULL') return { status: 503, code, retryInMs: QUEUE_MOVES_ON_MS };
    return { status: 503, code, retryInMs: error.retryInMs };
  }
  if (!isAxiosError(error)) return undefined;
  const { code = 'ERR_UPSTREAM', response } = error;
  // Nobody is there to read it: for the log.
  if (code === 'ERR_CANCELED') return { status: 499, code };
  if (response?.status === 404) return { status: 404, code: 'ERR_NOT_FOUND' };
  const { ended, attempts } = reportOf(error) ?? {};
  const last = attempts?.at(-1);
  if (last?.retryAfterMs) return { status: 503, code, retryInMs: last.retryAfterMs };
  return { status: ended === 'deadline' || last?.failure === 'timeout' ? 504 : 502, code };
}

/** Whole seconds, never 0: that would be an invitation. A circuit isolated by hand has no time at all. */
export const retryAfter = (retryInMs: number): string | undefined =>
  Number.isFinite(retryInMs) ? String(Math.max(1, Math.ceil(retryInMs / 1_000))) : undefined;
