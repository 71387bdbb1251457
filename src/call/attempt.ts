import { now } from '../base/clock.js';
import type { Outcome } from '../base/outcome.js';
import type { Call } from './call.js';
import { thrown } from './judge.js';
import { send } from './send.js';

/** Sends a call's request once, if the guard of its scope lets it, and writes down how that ended. */
export async function attempt(call: Call): Promise<Outcome> {
  const { recorder, lifetime, policy, context } = call;
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
        counters.attempts++;
        counters.inFlight++;
        return send(call, config);
      },
      onQueued: (leave) => {
        queued = true;
        lifetime.enter(leave);
      },
    })
    .catch(thrown);

  const endedAt = now();
  if (sentAt !== undefined) guard.learn(outcome, { policy, retries: recorder.retries });
  if (sentAt !== undefined) counters.inFlight--;
  if (queued) recorder.queuedMs += (sentAt ?? endedAt) - askedAt;
  if (sentAt !== undefined || outcome.failure === 'refused') recorder.attempt(outcome, endedAt - (sentAt ?? endedAt));
  return outcome;
}
