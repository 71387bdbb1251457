import { BulkheadFullError } from '../base/errors.js';
import { type Outcome, refused } from '../base/outcome.js';
import type { Breaker } from './breaker.js';
import type { Bulkhead } from './bulkhead.js';
import { circuitRefusal, type Guard, type GuardedCall } from './guard.js';

/** An attempt that asks to be sent. */
export interface Applicant {
  readonly call: GuardedCall;
  /** Called once. Has `breaker` look at its outcome before it resolves, and so before the slot is free. */
  send(breaker: Breaker | undefined): Promise<Outcome>;
  /** Told once if the attempt has to wait for a slot; `leave` ends the wait. */
  onQueued(leave: (outcome: Outcome) => void): void;
}

/** Not sent, since its scope has begun to cool down after it had its turn: it has to ask for another. */
export const HELD: Outcome = Object.freeze({ failure: 'refused', unsent: true });

/** Sends the attempt when breaker and bulkhead let it, or resolves to their refusal, or to HELD, with nothing sent. */
export function admit(guard: Guard, applicant: Applicant): Promise<Outcome> {
  const { policy, lifetime } = applicant.call;
  const breaker = policy.breaker ? guard.breaker : undefined;
  const bulkhead = policy.bulkhead ? guard.bulkhead : undefined;
  const guarded = () => applicant.send(breaker);

  const stopped = whyNot(guard, applicant);
  if (stopped) return Promise.resolve(stopped);
  if (!bulkhead) return guarded();
  if (bulkhead.hasRoom) return bulkhead.run(guarded);
  if (bulkhead.isFull) return Promise.resolve(full(guard, applicant, bulkhead));
  // Asked again when its turn comes, when the circuit opens, and when a cool-down begins or is lengthened.
  const refusal = () => lifetime.overByNow ?? whyNot(guard, applicant);
  const { result, leave } = bulkhead.enqueue(async () => refusal() ?? guarded(), refusal);
  applicant.onQueued(leave);
  return result;
}

function whyNot(guard: Guard, { call }: Applicant): Outcome | undefined {
  const isHeld = call.policy.coolDown && guard.coolDown?.isCooling;
  return circuitRefusal(guard, call) ?? (isHeld ? HELD : undefined);
}

function full({ scope }: Guard, { call: { config } }: Applicant, bulkhead: Bulkhead): Outcome {
  bulkhead.noteSaturation();
  const { limit, queue } = bulkhead.settings;
  return refused(new BulkheadFullError(config, scope, limit, queue), 'bulkhead-full');
}
