import { MAX_TIMER_MS, spread } from '../base/clock.js';
import type { Decision, StopDecision } from '../base/decision.js';
import type { FailureKind } from '../base/failure.js';
import { CONTENT_TOO_LARGE } from '../base/http.js';
import { type Outcome, statusOf } from '../base/outcome.js';
import type { ResolvedMethod, ResolvedRetry } from '../policy/resolve.js';
import type { FailedAttempt } from '../policy/types.js';
import { backoffDelay } from './backoff.js';

/** What a decision needs to know of the call, beside the attempt's outcome. */
export interface Facts {
  /** Upper case. */
  readonly method: string;
  /** The caller, or an Idempotency-Key, says that this request may be sent twice, or that it may not. */
  readonly idempotent: boolean | undefined;
  /** The body can be sent again. */
  readonly replayable: boolean;
  /** Retries decided so far, and of those, how many for each kind of limit. */
  readonly retries: number;
  readonly retriesBy: Readonly<Record<LimitedKind, number>>;
  readonly previousDelayMs: number;
  readonly remainingMs: number;
  /** The scope's retries have led nowhere, and others wait already. */
  readonly budgetSpent: boolean;
  readonly failed: () => FailedAttempt;
}

export type LimitedKind = 'connect' | 'read' | 'status';

/** The failures that may pass by themselves, with the limit that each counts against. No other is retried. */
const LIMITED_BY: Readonly<Partial<Record<FailureKind, LimitedKind>>> = {
  dns: 'connect',
  connect: 'connect',
  read: 'read',
  timeout: 'read',
  status: 'status',
};

/** Which of the limits a failure counts against, if any. */
export const limitedKind = (failure: FailureKind | undefined): LimitedKind | undefined =>
  failure && LIMITED_BY[failure];

/**
 * Whether an attempt is followed by another, when, and why. `worthwhile` is the caller's opinion from `shouldRetry`: it
 * replaces the question whether the failure may pass by itself, and none of the others.
 */
export function decide(
  outcome: Outcome,
  facts: Facts,
  policy: ResolvedRetry,
  random: () => number,
  worthwhile = mayPass(outcome, policy, facts.method),
): Decision {
  const rule = policy.methods.get(facts.method);
  const { failure, retryAfterMs } = outcome;
  if (!failure) return stop('success');
  if (outcome.final) return stop(outcome.final);
  if (!worthwhile) return stop('not-retryable');
  if (isUsedUp(failure, facts, policy, rule)) return stop('max-retries');
  if (!mayBeSentAgain(outcome, facts, rule)) return stop('method-not-allowed');
  if (!facts.replayable) return stop('body-not-replayable');
  // Coming back sooner than asked is only refused again, so a wait we will not make ends the call.
  const asked = (policy.respectRetryAfter && retryAfterMs) || 0;
  if (asked > policy.maxRetryAfter) return stop('retry-after-too-long');
  const delayMs = asked ? Math.min(spread(asked, random), MAX_TIMER_MS) : ownDelay(outcome, facts, policy, random);
  if (delayMs >= facts.remainingMs) return stop('deadline');
  if (facts.budgetSpent) return stop('retry-budget');
  return { retry: true, delayMs, because: asked ? 'retry-after' : failure };
}

const stop = (because: StopDecision['because']): StopDecision => ({ retry: false, because });

/** Failures that may pass by themselves: nothing is known to be wrong with the request. */
export function mayPass(outcome: Outcome, policy: ResolvedRetry, method: string): boolean {
  const { failure, unready, retryAfterMs } = outcome;
  if (unready) return true;
  if (failure !== 'status') return limitedKind(failure) !== undefined;
  const status = statusOf(outcome) ?? 0;
  if (status === CONTENT_TOO_LARGE && !(policy.respectRetryAfter && retryAfterMs !== undefined)) return false;
  return isListed(status, policy, method);
}

/** The policy, or its rule for this method, has the status among those that may pass. */
export const isListed = (status: number, { methods, statuses }: ResolvedRetry, method: string): boolean =>
  (methods.get(method)?.statuses ?? statuses).has(status);

function isUsedUp(
  failure: FailureKind,
  facts: Facts,
  policy: ResolvedRetry,
  rule: ResolvedMethod | undefined,
): boolean {
  const kind = limitedKind(failure);
  if (kind && facts.retriesBy[kind] >= policy.limits[kind]) return true;
  return facts.retries >= Math.min(policy.maxRetries, rule?.maxRetries ?? Infinity);
}

/** Without a word of the caller's, the method list wins over everything but proof that sending again does no harm (RFC 9110 §9.2.2). */
function mayBeSentAgain({ unsent }: Outcome, { idempotent }: Facts, rule: ResolvedMethod | undefined): boolean {
  if (idempotent ?? rule?.allowed) return true;
  return unsent === true && rule?.allowed !== false;
}

/** A connection that was stale says nothing of the server's health, so the first of a call is replaced at once. */
function ownDelay({ stale }: Outcome, facts: Facts, { backoff }: ResolvedRetry, random: () => number): number {
  if (stale && facts.retries === 0) return 0;
  return backoffDelay(backoff, facts.retries + 1, facts.previousDelayMs, facts.failed, random);
}
