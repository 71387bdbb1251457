import type { Decision } from '../base/decision.js';
import type { End } from '../base/outcome.js';
import { isThenable } from '../base/thenable.js';
import { circuitRefusal } from '../guard/guard.js';
import { decide } from '../retry/decide.js';
import { recordRefusal } from './await-turn.js';
import { discardAnswer } from './body.js';
import type { Call } from './call.js';
import { thrown } from './outcomes.js';
import { watchBodyForRetry } from './watch-body.js';

/** Decides on the latest attempt, which failed; true if there will be another. */
export async function decideNext(call: Call): Promise<boolean> {
  const decision = await decisionOn(call);
  call.decision = decision;
  if (!decision.retry) return false;
  const { delayMs, because } = decision;
  call.noteRetry(decision);
  call.emit('onRetry', () => Object.assign({}, call.recorder.last, { delayMs, because }));
  discardAnswer(call.outcome);
  watchBodyForRetry(call);
  return true;
}

async function decisionOn(call: Call): Promise<Decision> {
  const { retry } = call.policy;
  const { outcome = {}, lifetime } = call;
  try {
    const proposed = decide(outcome, call.facts, retry, Math.random);
    const open = proposed.retry || (proposed.because === 'not-retryable' && !outcome.final);
    const answer = open ? retry.shouldRetry?.(call.failed(), proposed) : undefined;
    const opinion = isThenable(answer) ? await lifetime.until(answer) : answer;
    if (lifetime.over) return endWith(call, lifetime.over);
    if (opinion === false) return proposed.retry ? { retry: false, because: 'vetoed' } : proposed;
    const forced = opinion === true && !proposed.retry;
    return unlessVain(call, forced ? decide(outcome, call.facts, retry, Math.random, true) : proposed);
  } catch (error) {
    return endWith(call, lifetime.over ?? thrown(error));
  }
}

/** A wait that nothing can come of is not begun: `shouldRetry` may have taken long, the circuit may have opened. */
function unlessVain(call: Call, decision: Decision): Decision {
  if (!decision.retry) return decision;
  const { delayMs } = decision;
  if (delayMs >= call.lifetime.remainingMs) return { retry: false, because: 'deadline' };
  // A hook may turn it to another host.
  const refusal = call.policy.retry.beforeRetry
    ? undefined
    : recordRefusal(call, circuitRefusal(call.scope.guard, call, delayMs));
  return refusal ? endWith(call, refusal) : decision;
}

/** The call ends with this instead of what its last attempt ended with. */
function endWith(call: Call, outcome: End): Decision {
  discardAnswer(call.outcome);
  call.outcome = outcome;
  return { retry: false, because: outcome.final };
}
