import type { Decision } from '../base/decision.js';
import type { End } from '../base/outcome.js';
import { isThenable } from '../base/thenable.js';
import { decide } from '../retry/decide.js';
import { abandon } from './body.js';
import type { Call } from './call.js';
import { thrown } from './outcomes.js';

/** Decides on the latest attempt, which failed; true if there will be another. */
export async function decideNext(call: Call): Promise<boolean> {
  const decision = await decided(call);
  call.decision = decision;
  if (!decision.retry) return false;
  const { delayMs, because } = decision;
  call.noteRetry(decision);
  call.emit('onRetry', () => Object.assign({}, call.recorder.last, { delayMs, because }));
  abandon(call.outcome);
  return true;
}

async function decided(call: Call): Promise<Decision> {
  const { retry } = call.policy;
  const { outcome = {}, lifetime } = call;
  try {
    const proposed = decide(outcome, call.facts, retry, Math.random);
    const open = proposed.retry || proposed.because === 'not-retryable';
    const answer = open ? retry.shouldRetry?.(call.failed(), proposed) : undefined;
    const opinion = isThenable(answer) ? await lifetime.until(answer) : answer;
    if (lifetime.over) return end(call, lifetime.over);
    if (opinion === false) return proposed.retry ? { retry: false, because: 'vetoed' } : proposed;
    const decision =
      opinion === true && !proposed.retry ? decide(outcome, call.facts, retry, Math.random, true) : proposed;
    // `shouldRetry` may have taken long.
    return decision.retry && decision.delayMs >= lifetime.remainingMs
      ? { retry: false, because: 'deadline' }
      : decision;
  } catch (error) {
    return end(call, thrown(error));
  }
}

/** The call ends with this instead of what its last attempt ended with. */
function end(call: Call, outcome: End): Decision {
  abandon(call.outcome);
  call.outcome = outcome;
  return { retry: false, because: outcome.final };
}
