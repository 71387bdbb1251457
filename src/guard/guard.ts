import type { InternalAxiosRequestConfig } from 'axios';
import { SERVICE_UNAVAILABLE, TOO_MANY_REQUESTS } from '../base/http.js';
import { type End, type Outcome, refused, statusOf } from '../base/outcome.js';
import { DEFAULTS } from '../policy/defaults.js';
import type { ResolvedPolicy, ResolvedRetry } from '../policy/resolve.js';
import { Breaker, type BreakerEnvironment } from './breaker.js';
import { type BudgetEnvironment, RetryBudget } from './budget.js';
import { Bulkhead, type BulkheadEnvironment } from './bulkhead.js';
import { CoolDown, type CoolDownEnvironment } from './cool-down.js';
import { Latencies } from './latencies.js';
import { whatItTells } from './verdict.js';

type Environment = BreakerEnvironment & BudgetEnvironment & CoolDownEnvironment & BulkheadEnvironment;

/** What the requests of one scope share: cool-down, retry budget, breaker and bulkhead. */
export class Guard {
  readonly coolDown: CoolDown | undefined;
  readonly budget: RetryBudget | undefined;
  readonly latencies = new Latencies();
  readonly breaker: Breaker | undefined;
  readonly bulkhead: Bulkhead | undefined;

  constructor(
    readonly scope: string,
    { breaker, bulkhead, coolDown, retry }: ResolvedPolicy,
    environment: Environment,
  ) {
    const { budget, respectRetryAfter } = retry;
    this.coolDown = coolDown ? new CoolDown(environment) : undefined;
    this.budget = budget ? new RetryBudget(budget.ratio, reserveOf(retry), environment) : undefined;
    this.bulkhead = bulkhead ? new Bulkhead(bulkhead, environment) : undefined;
    this.breaker = breaker
      ? new Breaker(
          scope,
          { ...breaker, respectRetryAfter },
          {
            ...environment,
            onStateChange: (from, to, retryInMs, openedBy) => {
              environment.onStateChange(from, to, retryInMs, openedBy);
              if (to === 'open' || to === 'isolated') this.#flush();
            },
          },
        )
      : undefined;
  }

  /** Lets those go who may not be sent any more. */
  #flush(): void {
    this.coolDown?.flush();
    this.budget?.flush();
    this.bulkhead?.flush();
  }

  /** No retry can be paid for: not ever, or others wait for a turn already. */
  get hasSpentBudget(): boolean {
    return this.budget !== undefined && (this.budget.isNone || (this.budget.waiting > 0 && this.budget.isSpent));
  }

  /** Calls that wait for a cool-down to end or for a turn of the budget. */
  get held(): number {
    return (this.coolDown?.waiting ?? 0) + (this.budget?.waiting ?? 0);
  }

  /** Its state for `stats()`. */
  get view() {
    const { queued, held, breaker } = this;
    return { queued, held, ...(breaker && { circuit: breaker.state, retryInMs: breaker.retryInMs }) };
  }

  /** Somebody is on the way through it, or has it held open by hand. */
  get isBusy(): boolean {
    const { queued, held, breaker, bulkhead } = this;
    return queued + held + (bulkhead?.inFlight ?? 0) > 0 || breaker?.state === 'isolated';
  }

  /** Little would be lost by forgetting this scope: nobody is refused, and no probe would be the first. */
  get isIdle(): boolean {
    const { isBusy, breaker, coolDown } = this;
    return !isBusy && (breaker?.state ?? 'closed') === 'closed' && !coolDown?.isCooling;
  }

  get queued(): number {
    return this.bulkhead?.queued ?? 0;
  }

  /** True if one more request may be sent beside another: nothing is strained, and the budget has a token for it. */
  takeSpare({ breaker, bulkhead, retry }: Pick<ResolvedPolicy, 'breaker' | 'bulkhead' | 'retry'>): boolean {
    if (breaker && this.breaker && this.breaker.state !== 'closed') return false;
    if (bulkhead && this.bulkhead?.hasRoom === false) return false;
    return !this.coolDown?.isOn && (!retry.budget || this.budget?.takeSpare() !== false);
  }

  /** A call has ended: a turn that no retry has made use of is somebody else's. */
  takeBack(call: PayingCall): void {
    if (!call.hasTurn) return;
    call.hasTurn = false;
    call.paid--;
    this.budget?.giveBack();
  }

  /** What the end of an attempt says to all calls of the scope that it was sent in. */
  tellCoolDown(outcome: Outcome, policy: ResolvedPolicy): void {
    const { coolDown } = this;
    const askedMs = Math.min(coolDownMs(outcome, policy) ?? 0, policy.retry.maxRetryAfter);
    if (askedMs > 0 && coolDown?.begin(askedMs)) this.#flush();
    if (askedMs === 0 && coolDown?.waiting && whatItTells(outcome, true) === 'failure') coolDown.slowDown();
  }

  /** What it says to the budget of its call, which that has paid for its retries, wherever `beforeRetry` has sent them. */
  tellBudget(outcome: Outcome, call: Pick<PayingCall, 'paid'>): void {
    const tells = whatItTells(outcome, true);
    if (tells === 'answered') {
      this.budget?.answered(call.paid);
      call.paid = 0;
    } else if (tells === 'failure' && call.paid) {
      this.budget?.retryFailed();
    }
  }
}

/** For how long the server asked all calls to leave it alone, if those of this policy heed that. */
export function coolDownMs(outcome: Outcome, { coolDown, retry }: GuardedCall['policy']): number | undefined {
  if (!coolDown || !retry.respectRetryAfter) return undefined;
  const status = statusOf(outcome);
  return status === TOO_MANY_REQUESTS || status === SERVICE_UNAVAILABLE ? outcome.retryAfterMs : undefined;
}

/** As much of a call as its budget is about. */
export interface PayingCall {
  /** Turns of the budget that its retries took, and that no answer has given back. */
  paid: number;
  /** The latest of these has not been sent yet. */
  hasTurn: boolean;
}

/** As much of a call as is looked at to let it pass, hold it or refuse it. */
export interface GuardedCall {
  readonly config: InternalAxiosRequestConfig;
  readonly policy: Pick<ResolvedPolicy, 'breaker' | 'bulkhead' | 'coolDown' | 'retry'>;
  /** How its latest attempt ended, if there was one: why it is here again. */
  readonly outcome: Outcome | undefined;
  readonly lifetime: { readonly overByNow: End | undefined; readonly remainingMs: number };
  /** For how long it has waited by now. */
  readonly recorder: { readonly waitedMs: number };
}

/** The refusal of a call that the circuit does not let pass, now or after so long a wait. */
export function circuitRefusal(
  { breaker }: Guard,
  { config, policy, outcome }: GuardedCall,
  waitMs = 0,
): End | undefined {
  if (!policy.breaker || !breaker || breaker.retryInMs < waitMs) return undefined;
  const error = breaker.refusal(config, outcome?.error);
  return error && refused(error, 'circuit-open');
}

/** Unless it is set, never less than what one call may need by itself. */
export const reserveOf = ({ budget, maxRetries }: ResolvedRetry): number =>
  (budget ? budget.reserve : undefined) ?? Math.max(DEFAULTS.retry.budget.reserve, maxRetries);
