import { now } from '../base/clock.js';
import type { Outcome } from '../base/outcome.js';
import type { Turn } from '../guard/guard.js';
import type { Call } from './call.js';

/** Waits until the call's scope lets it go on. Resolves to the end of the call, if it never does; `undefined`: at once. */
export function turn(call: Call): Promise<Outcome | undefined> | undefined {
  const { config, policy, lifetime, outcome: last } = call;
  const answer = call.scope.guard.turn({ config, policy, last, remainingMs: lifetime.remainingMs });
  return answer && ('leave' in answer ? waited(call, answer) : Promise.resolve(noted(call, answer)));
}

async function waited(call: Call, { result, leave }: Turn): Promise<Outcome | undefined> {
  const { lifetime, recorder } = call;
  const since = now();
  lifetime.enter(leave);
  const end = await result;
  lifetime.enter(undefined);
  recorder.waitedMs += now() - since;
  return noted(call, end);
}

/** A refusal is an attempt that was not sent. */
function noted(call: Call, end: Outcome | undefined): Outcome | undefined {
  if (end?.failure === 'refused') call.recorder.attempt(end, 0);
  return end;
}
