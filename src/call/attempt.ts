import { now } from '../base/clock.js';
import type { Outcome } from '../base/outcome.js';
import type { Call } from './call.js';
import { thrown } from './judge.js';
import type { Lifetime } from './lifetime.js';
import { send } from './send.js';

/** What an attempt goes on under, if that is not the call alone: two that are sent side by side end one by one. */
export interface Lane {
  readonly lifetime: Lifetime;
  readonly isHedge: boolean;
}

/** Sends a call's request once, if the guard of its scope lets it, and writes down how that ended. */
export async function attempt(call: Call, { lifetime, isHedge }: Lane = alone(call)): Promise<Outcome> {
  const { recorder, policy, context } = call;
  const config = call.request.next();
  const { guard, counters } = config === call.config ? call.scope : context.scope(policy.scope(config));
  const askedAt = now();
  let queued = false;
  let sentAt: number | undefined;

  const outcome = await guard
    .run({
      config: call.config,
      policy,
      cause: call.outcome?.error,
      send: () => {
        sentAt = now();
        if (recorder.sends++ > 0) counters.retries++;
        if (isHedge) recorder.hedges++;
        counters.attempts++;
        counters.inFlight++;
        return send(call, config, lifetime);
      },
      onQueued: (leave) => {
        queued = true;
        lifetime.enter(leave);
      },
    })
    .catch(thrown);

  const endedAt = now();
  if (sentAt !== undefined) {
    counters.inFlight--;
    guard.learn(outcome, { policy, retries: recorder.retries });
  }
  if (queued) recorder.queuedMs += (sentAt ?? endedAt) - askedAt;
  if (sentAt !== undefined || (outcome.failure === 'refused' && !isHedge))
    recorder.attempt(outcome, endedAt - (sentAt ?? endedAt), isHedge);
  return outcome;
}

const alone = ({ lifetime }: Call): Lane => ({ lifetime, isHedge: false });
