import { CoolingDownError } from '../base/errors.js';
import { type End, refused } from '../base/outcome.js';
import { DEFAULTS } from '../policy/defaults.js';
import type { CoolDown } from './cool-down.js';
import { circuitRefusal, type Guard, type GuardedCall, reserveOf } from './guard.js';
import type { Place } from './line.js';

export type Turn = Place<End | undefined>;

/** So many newcomers as may wait for a bulkhead's slot by default. */
const MOST_WAITING = DEFAULTS.bulkhead.queue;

/** A call asks to go on, with its first attempt or a retry: `undefined` if it may, a refusal, or a place in a line. */
export function turnOf(guard: Guard, call: GuardedCall): Turn | End | undefined {
  const { policy, outcome: last } = call;
  const { budget } = guard;
  const coolDown = policy.coolDown && guard.coolDown?.isOn ? guard.coolDown : undefined;
  if (!coolDown && !last) return undefined;

  const refusal = () => circuitRefusal(guard, call);
  if (coolDown) {
    const isReturning = last !== undefined || call.recorder.waitedMs > 0;
    return refusal() ?? tooLong(guard, call, coolDown, isReturning) ?? coolDown.join(refusal, isReturning);
  }
  if (!last || !budget || !policy.retry.budget) return undefined;
  const spent = (): End | undefined =>
    budget.isSpent && budget.waiting > 1 ? { ...last, final: 'retry-budget' } : undefined;
  return refusal() ?? budget.take(reserveOf(policy.retry), () => spent() ?? refusal());
}

/** The refusal of a call that has not the time to wait until the cool-down is over. */
function tooLong(
  { scope }: Guard,
  { config, lifetime, outcome: last }: GuardedCall,
  coolDown: CoolDown,
  isReturning: boolean,
): End | undefined {
  const waitMs = coolDown.waitMs(isReturning);
  if (waitMs < lifetime.remainingMs && (isReturning || coolDown.waiting < MOST_WAITING)) return undefined;
  return refused(new CoolingDownError(config, scope, waitMs, last?.error), 'cooling-down');
}
