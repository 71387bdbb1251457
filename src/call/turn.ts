import { now } from '../base/clock.js';
import type { End } from '../base/outcome.js';
import { type Turn, turnOf } from '../guard/turn.js';
import type { Call } from './call.js';

type Where = Pick<Call, 'lifetime'> & Pick<Call['scope'], 'guard'>;

/** Waits until the call's scope lets it go on. Resolves to the end of the call, if it never does; `undefined`: at once. */
export function turn(call: Call, where: Where = here(call)): Promise<End | undefined> | undefined {
  const answer = turnOf(where.guard, call);
  return answer && ('leave' in answer ? waited(call, where, answer) : Promise.resolve(noted(call, answer)));
}

const here = ({ lifetime, scope: { guard } }: Call): Where => ({ lifetime, guard });

async function waited(call: Call, { lifetime }: Where, { result, leave }: Turn): Promise<End | undefined> {
  const since = now();
  lifetime.enter(leave);
  const end = await result;
  lifetime.enter(undefined);
  call.recorder.waitedMs += now() - since;
  return noted(call, end);
}

/** A refusal is an attempt that was not sent. */
function noted(call: Call, end: End | undefined): End | undefined {
  if (end?.failure === 'refused') call.recorder.attempt(end, 0);
  return end;
}
