import { now } from '../base/clock.js';
import type { End } from '../base/outcome.js';
import { type Turn, turnOf } from '../guard/turn.js';
import type { Call } from './call.js';
import type { Scope } from './context.js';

/** Waits until a scope lets a call go on. Resolves to the end of the call, if it never does; `undefined`: at once. */
export function awaitTurn(
  call: Call,
  { guard }: Pick<Scope, 'guard'> = call.scope,
  { lifetime }: Pick<Call, 'lifetime'> = call,
): Promise<End | undefined> | undefined {
  const answer = turnOf(guard, call);
  return answer && ('leave' in answer ? waited(call, lifetime, answer) : Promise.resolve(recordRefusal(call, answer)));
}

async function waited(call: Call, lifetime: Call['lifetime'], { result, leave }: Turn): Promise<End | undefined> {
  const since = now();
  lifetime.enter(leave);
  const end = await result;
  lifetime.leave();
  call.recorder.waitedMs += now() - since;
  return recordRefusal(call, end);
}

/** A refusal is an attempt that was not sent. */
export function recordRefusal(call: Call, end: End | undefined): End | undefined {
  if (end?.failure === 'refused') call.recorder.attempt(end, 0);
  return end;
}
