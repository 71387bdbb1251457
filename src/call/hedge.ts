import { after } from '../base/clock.js';
import { canceledError } from '../base/errors.js';
import { SAFE_METHODS } from '../base/http.js';
import type { End, Outcome } from '../base/outcome.js';
import { mayPass } from '../retry/decide.js';
import { attempt, type Lane } from './attempt.js';
import { abandon } from './body.js';
import type { Call } from './call.js';
import { Lifetime } from './lifetime.js';

/** Sends an attempt, and if its answer is slow to come and the policy says so, a second one beside it. */
export function hedged(call: Call): Promise<Outcome> {
  const { policy, request } = call;
  const { hedge } = policy;
  if (!hedge || !SAFE_METHODS.has(request.method) || !request.canBeDoubled) return attempt(call);
  const { latencies } = call.scope.guard;
  const delayMs = (hedge.quantile && latencies.quantile(hedge.quantile)) || hedge.delay;
  return delayMs === undefined ? timed(call) : race(call, delayMs);
}

/** An attempt whose latency is noted, so that it is known what is slow. */
async function timed(call: Call, lane?: Lane): Promise<Outcome> {
  const outcome = await attempt(call, lane);
  if (!outcome.failure) call.scope.guard.latencies.add(call.recorder.last.durationMs);
  return outcome;
}

/** The first good answer counts, or the last failure; the other attempt is aborted. */
async function race(call: Call, delayMs: number): Promise<Outcome> {
  const { lifetime, request, scope } = call;
  const lanes: Lifetime[] = [];
  let counts: Outcome | undefined;
  let isDecided = false;
  let stopWaiting = (): void => {};
  let second: Promise<Outcome> | undefined;
  request.share();
  const take = (outcome: Outcome): void => {
    abandon(counts);
    counts = outcome;
  };
  const decide = (outcome: Outcome, others: End): void => {
    if (isDecided) return;
    isDecided = true;
    take(outcome);
    for (const lane of lanes) lane.cut(others);
  };
  // Comes before it is written down: what has lost is, and then the attempt that counts.
  const onEnd = (outcome: Outcome): void => {
    if (isDecided) abandon(outcome);
    else if (isAnswer(call, outcome)) decide(outcome, lost(call));
    else take(outcome);
  };
  const start = (isHedge: boolean, onSent: () => void): Promise<Outcome> => {
    const own = new Lifetime({ headers: call.config.headers }, 0, Number.POSITIVE_INFINITY);
    lanes.push(own);
    return timed(call, { lifetime: own, isHedge, onSent, onEnd });
  };
  const hedge = (): void => {
    if (!scope.guard.takeSpare(call.policy)) return;
    second = start(true, () => call.emit('onHedge', () => ({ delayMs })));
  };
  const first = start(false, () => {
    stopWaiting = after(delayMs, hedge);
  });
  lifetime.enter((end) => decide(end, end));
  const outcome = await first;
  stopWaiting();
  await second;
  for (const lane of lanes) lane.dispose();
  lifetime.enter(undefined);
  // One that was refused does not count, unless it was the only one.
  return counts ?? outcome;
}

/** True if no other attempt could do better. */
const isAnswer = ({ policy, request }: Call, outcome: Outcome): boolean =>
  !mayPass(outcome, policy.retry, policy.retry.methods.get(request.method));

/** How the other attempt ends; of its error no more is seen than the code. */
const lost = ({ config }: Call): End => ({
  failure: 'canceled',
  error: canceledError(config, undefined),
  final: 'canceled',
});
