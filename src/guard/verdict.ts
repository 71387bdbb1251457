import { innermost } from '../base/causes.js';
import { safeText } from '../base/excerpt.js';
import { TOO_MANY_REQUESTS } from '../base/http.js';
import { codeOf, type Outcome, statusOf } from '../base/outcome.js';
import type { ResolvedPolicy } from '../policy/resolve.js';
import { isLocal } from './local.js';

export type Settings = Exclude<ResolvedPolicy['breaker'], false> & Pick<ResolvedPolicy['retry'], 'respectRetryAfter'>;

/** What the circuit learns from an attempt. cockatiel keeps the last of these, so none may hold a response. */
export type Verdict =
  | { readonly counts: 'answered' | 'probe-lost' }
  | { readonly counts: 'kept-back'; readonly retryAfterMs: 0 }
  | { readonly counts: 'failure'; readonly retryAfterMs: number; readonly why: SlimFailure };

/** A failure in words. The error itself would hold on to its response. */
export interface SlimFailure {
  readonly message: string;
  readonly code: string | undefined;
  readonly status: number | undefined;
}

const ANSWERED: Verdict = { counts: 'answered' };
export const PROBE_LOST: Verdict = { counts: 'probe-lost' };
/** Of a probe: the next at once would fare no better. */
const KEPT_BACK: Verdict = { counts: 'kept-back', retryAfterMs: 0 };

/** What an attempt tells of its host, or `undefined` if that is nothing. */
export function verdictOf(outcome: Outcome, tookMs: number, settings: Settings, isProbe: boolean): Verdict | undefined {
  const { countRateLimit, slowCallDuration, respectRetryAfter } = settings;
  const retryAfterMs = (respectRetryAfter && outcome.retryAfterMs) || 0;
  const tells = whatItTells(outcome, countRateLimit || (isProbe && retryAfterMs > 0));
  if (tells === 'nothing') return isProbe && wasTried(outcome) && isLocal(outcome) ? KEPT_BACK : undefined;
  if (tells === 'failure') return { counts: 'failure', retryAfterMs, why: slim(outcome) };
  if (slowCallDuration === false || tookMs <= slowCallDuration) return ANSWERED;
  const message = `answered after ${Math.round(tookMs)} ms`;
  return { counts: 'failure', retryAfterMs, why: { message, code: undefined, status: statusOf(outcome) } };
}

const wasTried = ({ failure }: Outcome): boolean => failure !== 'canceled' && failure !== 'refused';

/** Whether the host failed, answered, or was not heard at all. */
export function whatItTells(outcome: Outcome, countRateLimit: boolean): 'failure' | 'answered' | 'nothing' {
  const { failure } = outcome;
  if (!failure || failure === 'status') {
    // Whatever the caller's `validateStatus` thinks of it.
    if (isFailedStatus(statusOf(outcome) ?? 0, countRateLimit)) return 'failure';
    // A proxy that made no tunnel has answered in its place.
    return outcome.unsent ? 'nothing' : 'answered';
  }
  if (!wasTried(outcome) || isLocal(outcome)) return 'nothing';
  return failure === 'other' && !outcome.response ? 'nothing' : 'failure';
}

/** The host failed, and did not just refuse this request: 501 is about the method. */
export function isFailedStatus(status: number, countRateLimit: boolean): boolean {
  if (status === TOO_MANY_REQUESTS) return countRateLimit;
  return status === 408 || (status >= 500 && status !== 501);
}

/** Of the innermost cause, which says why. All calls of the scope are told, and so none of the secrets of one. */
function slim(outcome: Outcome): SlimFailure {
  const status = statusOf(outcome);
  const { message, code = codeOf(outcome) } = Object(innermost(outcome.error)) as Partial<SlimFailure>;
  return { message: typeof message === 'string' ? safeText(message, 1_000) : `status ${status}`, code, status };
}
