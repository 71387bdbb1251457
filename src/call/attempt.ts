import { now } from '../base/clock.js';
import type { Outcome } from '../base/outcome.js';
import { admit, HELD } from '../guard/admit.js';
import type { Learn } from '../guard/breaker.js';
import type { Call } from './call.js';
import { thrown } from './judge.js';
import type { Lifetime } from './lifetime.js';
import { send } from './send.js';
import { turn } from './turn.js';

/** Attempts that are sent side by side have a lifetime each, so that one of them can be ended alone. */
export interface Lane {
  readonly lifetime: Lifetime;
  readonly isHedge: boolean;
}

/** Sends a call's request once, if the guard of its scope lets it, and writes down how that ended. Never rejects. */
export function attempt(call: Call, lane: Lane = alone(call)): Promise<Outcome> {
  try {
    return begin(call, lane);
  } catch (error) {
    // The caller's own `scope`, asked of the request of a retry.
    return Promise.resolve(thrown(error));
  }
}

function begin(call: Call, { lifetime, isHedge }: Lane): Promise<Outcome> {
  const { recorder, policy, context } = call;
  const config = call.request.next();
  const { guard, counters } = config === call.config ? call.scope : context.scope(policy.scope(config));
  let queuedAt: number | undefined;
  let isSent = false;

  const applicant = {
    config: call.config,
    policy,
    lifetime: call.lifetime,
    cause: call.outcome?.error,
    send: (learn: Learn | undefined) => {
      const sentAt = now();
      isSent = true;
      if (queuedAt !== undefined) recorder.queuedMs += sentAt - queuedAt;
      if (recorder.sends++ > 0) counters.retries++;
      if (isHedge) recorder.hedges++;
      counters.attempts++;
      counters.inFlight++;
      const note = (outcome: Outcome) => {
        recorder.attempt(outcome, now() - sentAt, isHedge);
        guard.learn(outcome, { policy, retries: recorder.retries });
        return learn ? learn(outcome) : outcome;
      };
      const answered = (outcome: Outcome) => {
        counters.inFlight--;
        try {
          return note(outcome);
        } catch (error) {
          // The answer has a getter that throws.
          return note(thrown(error));
        }
      };
      return send({ call, config, lifetime, sentAt, answered });
    },
    onQueued: (leave: (outcome: Outcome) => void) => {
      queuedAt = now();
      lifetime.enter(leave);
    },
  };

  const waited = (outcome: Outcome): Outcome | Promise<Outcome> => {
    if (isSent) return outcome;
    if (queuedAt !== undefined) recorder.queuedMs += now() - queuedAt;
    if (outcome === HELD) return again();
    if (outcome.failure === 'refused' && !isHedge) recorder.attempt(outcome, 0);
    return outcome;
  };
  const again = async (): Promise<Outcome> => {
    queuedAt = undefined;
    return (await turn(call, { lifetime, guard })) ?? lifetime.over ?? call.lifetime.overByNow ?? apply();
  };
  const apply = (): Promise<Outcome> => {
    const end = admit(guard, applicant);
    return isSent ? end : end.then(waited, thrown);
  };
  return apply();
}

const alone = ({ lifetime }: Call): Lane => ({ lifetime, isHedge: false });
