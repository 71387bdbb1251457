import { after, now } from '../base/clock.js';
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
  const sentAt = now();
  const outcome = await attempt(call, lane);
  if (!outcome.failure) call.scope.guard.latencies.add(now() - sentAt);
  return outcome;
}

/** The first good answer counts, or the last failure; the other attempt is aborted. */
async function race(call: Call, delayMs: number): Promise<Outcome> {
  const { lifetime, request, scope } = call;
  const lanes: { readonly lifetime: Lifetime; readonly end: Promise<Outcome> }[] = [];
  request.share();
  const first = await new Promise<Outcome>((resolve) => {
    let running = 0;
    const start = (isHedge: boolean): void => {
      running++;
      const own = new Lifetime({ headers: call.config.headers }, now(), Number.POSITIVE_INFINITY);
      const end = timed(call, { lifetime: own, isHedge });
      lanes.push({ lifetime: own, end });
      void end.then((outcome) => {
        running--;
        if (running === 0 || isAnswer(call, outcome)) resolve(outcome);
      });
    };
    const stopWaiting = after(delayMs, () => {
      if (running === 0 || !scope.guard.maySpare(call.policy)) return;
      call.emit('onHedge', () => ({ delayMs }));
      start(true);
    });
    start(false);
    void lanes[0]?.end.then(stopWaiting);
    lifetime.enter((end) => {
      for (const lane of lanes) lane.lifetime.cut(end);
      resolve(end);
    });
  });
  for (const lane of lanes) lane.lifetime.cut(lost(call));
  const outcomes = await Promise.all(lanes.map(({ end }) => end));
  for (const lane of lanes) lane.lifetime.dispose();
  lifetime.enter(undefined);
  // Both may have been answered, or one of them after the call was cut short.
  for (const outcome of outcomes) if (outcome !== first) abandon(outcome);
  return first;
}

/** True if no other attempt could do better. */
function isAnswer({ policy, request }: Call, outcome: Outcome): boolean {
  return outcome.failure !== 'refused' && !mayPass(outcome, policy.retry, policy.retry.methods.get(request.method));
}

const lost = ({ config }: Call): End => ({
  failure: 'canceled',
  error: canceledError(config, new Error('the other attempt was answered first')),
  final: 'canceled',
});
