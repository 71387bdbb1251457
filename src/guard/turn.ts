import { CoolingDownError } from '../base/errors.js';
import { type End, refused } from '../base/outcome.js';
import { DEFAULTS } from '../policy/defaults.js';
import type { CoolDown } from './cool-down.js';
import { circuitRefusal, coolDownMs, type Guard, type GuardedCall, type PayingCall, reserveOf } from './guard.js';
import type { Place } from './line.js';

export type Turn = Place<End | undefined>;

/** So many newcomers as may wait for a bulkhead's slot by default. */
const MOST_WAITING = DEFAULTS.bulkhead.queue;

/** Whoever would wait for its turn of the budget for longer than this share of its time had better give up now. */
const SHARE_FOR_WAITING = 0.5;

/** A call asks to go on, with its first attempt or a retry: `undefined` if it may, a refusal, or a place in a line. */
export function turnOf(guard: Guard, call: GuardedCall & PayingCall): Turn | End | undefined {
  const { coolDown } = guard;
  return call.policy.coolDown && coolDown?.isOn ? afterCoolDown(coolDown, guard, call) : ofBudget(guard, call);
}

function afterCoolDown(coolDown: CoolDown, guard: Guard, call: GuardedCall): Turn | End {
  const isReturning = call.outcome !== undefined || call.recorder.waitedMs > 0;
  const isCrowded = !isReturning && coolDown.waiting >= MOST_WAITING;
  return (
    circuitRefusal(guard, call) ??
    tooLong(guard, call, coolDown.waitMs(isReturning), isCrowded) ??
    coolDown.join(() => circuitRefusal(guard, call) ?? tooLong(guard, call, coolDown.retryInMs), isReturning)
  );
}

/** A retry takes a turn of the budget, unless it has one already. */
function ofBudget(guard: Guard, call: GuardedCall & PayingCall): Turn | End | undefined {
  const { policy, outcome: last } = call;
  const { budget } = guard;
  if (!last || !budget || !policy.retry.budget || call.hasTurn) return undefined;
  // A server that has asked to be left alone until now has said when to come.
  if (guard.coolDown && coolDownMs(last, policy)) return undefined;
  const refusal = () => circuitRefusal(guard, call);
  const unless = (isVain: boolean): End | undefined => (isVain ? { ...last, final: 'retry-budget' } : undefined);
  const spent = () => unless(budget.isSpent && budget.waiting > 1);
  const end =
    refusal() ?? call.lifetime.overByNow ?? unless(budget.waitMs > SHARE_FOR_WAITING * call.lifetime.remainingMs);
  if (end) return end;
  const take = () => {
    call.paid++;
    call.hasTurn = true;
  };
  return budget.take(reserveOf(policy.retry), () => spent() ?? refusal(), take);
}

/** The refusal of a call that has not the time, or the room, to wait until the cool-down is over. */
function tooLong(
  { scope }: Guard,
  { config, lifetime, outcome: last }: GuardedCall,
  waitMs: number,
  isCrowded = false,
): End | undefined {
  if (waitMs < lifetime.remainingMs && !isCrowded) return undefined;
  return refused(new CoolingDownError(config, scope, waitMs, last?.error), 'cooling-down');
}
