import type { InternalAxiosRequestConfig } from 'axios';
import { BulkheadFullError, type CircuitOpenError } from '../base/errors.js';
import type { Outcome } from '../base/outcome.js';
import type { ResolvedPolicy } from '../policy/resolve.js';
import { Breaker, type BreakerEnvironment } from './breaker.js';
import { Bulkhead } from './bulkhead.js';

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

export interface GuardEnvironment extends BreakerEnvironment {
  readonly onSaturation: (limit: number, queued: number) => void;
}

/** The breaker and the bulkhead that the requests of one scope share. */
export class Guard {
  readonly breaker: Breaker | undefined;
  readonly bulkhead: Bulkhead | undefined;

  constructor(
    readonly scope: string,
    { breaker, bulkhead }: ResolvedPolicy,
    environment: GuardEnvironment,
  ) {
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
            if (to === 'open' || to === 'isolated') this.bulkhead?.flush();
          },
        })
      : undefined;
  }

  get queued(): number {
    return this.bulkhead?.queued ?? 0;
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

function refused(error: CircuitOpenError | undefined): Outcome | undefined {
  return error && { failure: 'refused', error, unsent: true, final: 'circuit-open' };
}
