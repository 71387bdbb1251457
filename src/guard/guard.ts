import type { InternalAxiosRequestConfig } from 'axios';
import { BulkheadFullError, type CircuitOpenError, CoolingDownError } from '../base/errors.js';
import { SERVICE_UNAVAILABLE, TOO_MANY_REQUESTS } from '../base/http.js';
import { type Outcome, statusOf } from '../base/outcome.js';
import { DEFAULTS } from '../policy/defaults.js';
import type { ResolvedPolicy, ResolvedRetry } from '../policy/resolve.js';
import { Breaker, type BreakerEnvironment } from './breaker.js';
import { type BudgetEnvironment, RetryBudget } from './budget.js';
import { Bulkhead, type BulkheadOptions } from './bulkhead.js';
import { CoolDown, type CoolDownEnvironment } from './cool-down.js';
import { Latencies } from './latencies.js';
import type { Place } from './line.js';

/** An attempt that asks to be sent. */
export interface Applicant {
  readonly config: InternalAxiosRequestConfig;
  readonly policy: Pick<ResolvedPolicy, 'breaker' | 'bulkhead'>;
  /** The call's own last failure: why it is here again. */
  readonly cause: unknown;
  readonly send: () => Promise<Outcome>;
  /** Told once if the attempt has to wait for a slot; `leave` ends the wait. */
  readonly onQueued: (leave: (outcome: Outcome) => void) => void;
}

/** A call that asks whether it may go on. */
export interface Candidate {
  readonly config: InternalAxiosRequestConfig;
  readonly policy: Pick<ResolvedPolicy, 'breaker' | 'coolDown' | 'retry'>;
  readonly remainingMs: number;
  /** How its latest attempt ended, if this is to be a retry. */
  readonly last: Outcome | undefined;
}

export type Turn = Place<Outcome | undefined>;

type Environment = BreakerEnvironment &
  Pick<BulkheadOptions, 'onSaturation'> &
  Omit<BudgetEnvironment, 'now'> &
  Omit<CoolDownEnvironment, 'now' | 'random'>;

/** As many as may wait for a bulkhead's slot by default. */
const MOST_WAITING = 10_000;

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
    this.coolDown = coolDown ? new CoolDown(environment) : undefined;
    this.budget = retry.budget ? new RetryBudget(retry.budget.ratio, reserveOf(retry), environment) : undefined;
    this.bulkhead = bulkhead
      ? new Bulkhead(bulkhead.limit, bulkhead.queue, {
          countStreams: bulkhead.countStreams,
          onSaturation: environment.onSaturation,
        })
      : undefined;
    this.breaker = breaker
      ? new Breaker(scope, breaker, {
          ...environment,
          onStateChange: (from, to, retryInMs) => {
            environment.onStateChange(from, to, retryInMs);
            if (to !== 'open' && to !== 'isolated') return;
            this.coolDown?.flush();
            this.budget?.flush();
            this.bulkhead?.flush();
          },
        })
      : undefined;
  }

  /** No retry can be paid for, and others wait for a turn already. */
  get hasSpentBudget(): boolean {
    return this.budget !== undefined && this.budget.waiting > 0 && this.budget.isSpent;
  }

  /** Calls that wait for a cool-down to end or for a turn of the budget. */
  get held(): number {
    return (this.coolDown?.waiting ?? 0) + (this.budget?.waiting ?? 0);
  }

  /** What there is to see of it now. */
  get view() {
    const { queued, held, breaker } = this;
    return { queued, held, ...(breaker && { circuit: breaker.state, retryInMs: breaker.retryInMs }) };
  }

  /** Nothing would be lost by forgetting this scope. */
  get isIdle(): boolean {
    const { queued, held, breaker, coolDown } = this;
    const inFlight = this.bulkhead?.inFlight ?? 0;
    return inFlight + queued + held + (breaker?.retryInMs ?? 0) + (coolDown?.retryInMs ?? 0) === 0;
  }

  get queued(): number {
    return this.bulkhead?.queued ?? 0;
  }

  /** A call asks to go on, with its first attempt or a retry: `undefined` if it may, a refusal, or a place in a line. */
  turn(candidate: Candidate): Turn | Outcome | undefined {
    const { last, policy } = candidate;
    const coolDown = policy.coolDown ? this.coolDown : undefined;
    if (coolDown?.isOn) {
      const refusal = this.#refusal(candidate) ?? this.#cooling(candidate, coolDown);
      return refusal ?? coolDown.join(() => this.#refusal(candidate));
    }
    const { budget } = this;
    if (!last || !budget || !policy.retry.budget) return undefined;
    const refusal = this.#refusal(candidate);
    if (refusal) return refusal;
    const spent = (): Outcome | undefined =>
      budget.isSpent && budget.waiting > 1 ? { ...last, final: 'retry-budget' } : undefined;
    return budget.take(reserveOf(policy.retry), () => spent() ?? this.#refusal(candidate));
  }

  /** True if one more request may be sent beside another: nothing is strained, and the budget has a token for it. */
  maySpare({ breaker, bulkhead, retry }: Pick<ResolvedPolicy, 'breaker' | 'bulkhead' | 'retry'>): boolean {
    if (breaker && this.breaker && this.breaker.state !== 'closed') return false;
    if (bulkhead && this.bulkhead?.hasRoom === false) return false;
    return !(this.coolDown?.isOn ?? false) && (!retry.budget || (this.budget?.takeSpare() ?? true));
  }

  /** What an attempt's end says to all calls of the scope. */
  learn(outcome: Outcome, { policy, retries }: { policy: ResolvedPolicy; retries: number }): void {
    const { failure, retryAfterMs } = outcome;
    const status = statusOf(outcome);
    if (!failure || (status !== undefined && status < 500 && status !== TOO_MANY_REQUESTS)) {
      this.budget?.answered(retries);
      return;
    }
    if (retries > 0) this.budget?.retryFailed();
    const asked = (status === TOO_MANY_REQUESTS || status === SERVICE_UNAVAILABLE) && retryAfterMs;
    const { respectRetryAfter, maxRetryAfter } = policy.retry;
    if (asked && respectRetryAfter && policy.coolDown) this.coolDown?.begin(Math.min(asked, maxRetryAfter));
  }

  #refusal({ config, policy, last }: Candidate): Outcome | undefined {
    return policy.breaker ? refused(this.breaker?.refusal(config, last?.error)) : undefined;
  }

  #cooling({ config, remainingMs, last }: Candidate, { waitMs, retryInMs, waiting }: CoolDown): Outcome | undefined {
    if (waitMs < remainingMs && waiting < MOST_WAITING) return undefined;
    const error = new CoolingDownError(config, this.scope, Math.max(retryInMs, waitMs), last?.error);
    return { failure: 'refused', error, unsent: true, final: 'cooling-down' };
  }

  /** Sends the attempt when breaker and bulkhead let it, or resolves to their refusal with nothing sent. */
  run({ config, policy, cause, send, onQueued }: Applicant): Promise<Outcome> {
    const breaker = policy.breaker ? this.breaker : undefined;
    const bulkhead = policy.bulkhead ? this.bulkhead : undefined;
    const refusal = () => refused(breaker?.refusal(config, cause));
    const guarded = () => (breaker ? breaker.run(send) : send());

    const refusedNow = refusal();
    if (refusedNow) return Promise.resolve(refusedNow);
    if (!bulkhead) return guarded();
    if (bulkhead.hasRoom) return bulkhead.run(guarded);
    if (bulkhead.isFull) return Promise.resolve(this.#full(config, bulkhead));
    // The circuit may open while this one waits: it is asked again when its turn comes, and when the circuit opens.
    const { outcome, leave } = bulkhead.enqueue({ task: async () => refusal() ?? guarded(), refusal });
    onQueued(leave);
    return outcome;
  }

  #full(config: InternalAxiosRequestConfig, bulkhead: Bulkhead): Outcome {
    bulkhead.noteSaturation();
    const error = new BulkheadFullError(config, this.scope, bulkhead.limit, bulkhead.queueLimit);
    return { failure: 'refused', error, unsent: true, final: 'bulkhead-full' };
  }
}

/** Unless it is set, never less than what one call may need by itself. */
const reserveOf = ({ budget, maxRetries }: ResolvedRetry): number =>
  (budget ? budget.reserve : undefined) ?? Math.max(DEFAULTS.retry.budget.reserve, maxRetries);

function refused(error: CircuitOpenError | undefined): Outcome | undefined {
  return error && { failure: 'refused', error, unsent: true, final: 'circuit-open' };
}
