import { now } from '../base/clock.js';
import type { Outcome } from '../base/outcome.js';
import { admit, HELD } from '../guard/admit.js';
import type { Call } from './call.js';
import { thrown } from './judge.js';
import type { Lifetime } from './lifetime.js';
import { send } from './send.js';
import { turn } from './turn.js';

/** What an attempt goes on under, if that is not the call alone: two that are sent side by side end one by one. */
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
  let sentAt: number | undefined;

  // Before its slot is given to another, who must know what was learnt.
  const answered = (outcome: Outcome) => {
    counters.inFlight--;
    guard.learn(outcome, { policy, retries: recorder.retries });
  };
  const applicant = {
    config: call.config,
    policy,
    lifetime: call.lifetime,
    cause: call.outcome?.error,
    send: () => {
      sentAt = now();
      if (recorder.sends++ > 0) counters.retries++;
      if (isHedge) recorder.hedges++;
      counters.attempts++;
      counters.inFlight++;
      return send({ call, config, lifetime, sentAt, answered });
    },
    onQueued: (leave: (outcome: Outcome) => void) => {
      queuedAt = now();
      lifetime.enter(leave);
    },
  };

  const noted = (outcome: Outcome): Outcome | Promise<Outcome> => {
    if (queuedAt !== undefined) recorder.queuedMs += (sentAt ?? now()) - queuedAt;
    if (outcome === HELD) return again();
    try {
      if (sentAt !== undefined || (outcome.failure === 'refused' && !isHedge))
        recorder.attempt(outcome, sentAt === undefined ? 0 : now() - sentAt, isHedge);
      return outcome;
    } catch (error) {
      // An answer that will not be looked at.
      return thrown(error);
    }
  };
  const again = async (): Promise<Outcome> => {
    queuedAt = undefined;
    return (await turn(call, { lifetime, guard })) ?? lifetime.over ?? call.lifetime.overByNow ?? apply();
  };
  const apply = () => admit(guard, applicant).then(noted, thrown);
  return apply();
}

const alone = ({ lifetime }: Call): Lane => ({ lifetime, isHedge: false });
