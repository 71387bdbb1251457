import { CoolingDownError } from '../base/errors.js';
import type { End } from '../base/outcome.js';
import type { ResolvedPolicy } from '../policy/resolve.js';
import type { CoolDown } from './cool-down.js';
import { circuitRefusal, type Guard, type Refusable, reserveOf } from './guard.js';
import type { Place } from './line.js';

/** A call that asks whether it may go on. */
export interface Candidate extends Refusable {
  readonly policy: Pick<ResolvedPolicy, 'breaker' | 'coolDown' | 'retry'>;
  readonly lifetime: { readonly remainingMs: number };
  /** For how long it has waited by now. */
  readonly recorder: { readonly waitedMs: number };
}

export type Turn = Place<End | undefined>;

/** So many newcomers as may wait for a bulkhead's slot by default. */
const MOST_WAITING = 10_000;

/** A call asks to go on, with its first attempt or a retry: `undefined` if it may, a refusal, or a place in a line. */
export function turnOf(guard: Guard, candidate: Candidate): Turn | End | undefined {
  const { policy, outcome: last } = candidate;
  const { budget } = guard;
  const coolDown = policy.coolDown && guard.coolDown?.isOn ? guard.coolDown : undefined;
  if (!coolDown && !last) return undefined;

  const refusal = () => circuitRefusal(guard, candidate);
  if (coolDown) {
    const returns = last !== undefined || candidate.recorder.waitedMs > 0;
    return refusal() ?? tooLong(guard, candidate, coolDown, returns) ?? coolDown.join(refusal, returns);
  }
  if (!last || !budget || !policy.retry.budget) return undefined;
  const spent = (): End | undefined =>
    budget.isSpent && budget.waiting > 1 ? { ...last, final: 'retry-budget' } : undefined;
  return refusal() ?? budget.take(reserveOf(policy.retry), () => spent() ?? refusal());
}

/** The refusal of a call that has not the time to wait until the cool-down is over. */
function tooLong(
  { scope }: Guard,
  { config, lifetime, outcome: last }: Candidate,
  coolDown: CoolDown,
  returns: boolean,
): End | undefined {
  const waitMs = coolDown.waitMs(returns);
  if (waitMs < lifetime.remainingMs && (returns || coolDown.waiting < MOST_WAITING)) return undefined;
  const error = new CoolingDownError(config, scope, waitMs, last?.error);
  return { failure: 'refused', error, unsent: true, final: 'cooling-down' };
}
