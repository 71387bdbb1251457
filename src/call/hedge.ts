import { after, now } from '../base/clock.js';
import { canceledError } from '../base/errors.js';
import { SAFE_METHODS } from '../base/http.js';
import type { Outcome } from '../base/outcome.js';
import { mayPass } from '../retry/decide.js';
import { attempt } from './attempt.js';
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

/** Sent once, and timed: too few latencies are known to say what is slow. */
async function timed(call: Call): Promise<Outcome> {
  const sentAt = now();
  const outcome = await attempt(call);
  if (!outcome.failure) call.scope.guard.latencies.add(now() - sentAt);
  return outcome;
}

/** The first good answer counts, or the last failure; the other attempt is aborted. */
async function race(call: Call, delayMs: number): Promise<Outcome> {
  const { lifetime, request, scope } = call;
  const lanes: { readonly lifetime: Lifetime; readonly end: Promise<Outcome> }[] = [];
  request.share();
  const first = await new Promise<Outcome>((resolve) => {
    const start = (isHedge: boolean): void => {
      const own = new Lifetime({ headers: call.config.headers }, now(), Number.POSITIVE_INFINITY);
      const sentAt = now();
      const end = attempt(call, { lifetime: own, isHedge });
      lanes.push({ lifetime: own, end });
      void end.then((outcome) => {
        if (!outcome.failure) scope.guard.latencies.add(now() - sentAt);
        running--;
        if (running === 0 || isAnswer(call, outcome)) resolve(outcome);
      });
      running++;
    };
    let running = 0;
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

const lost = ({ config }: Call): Outcome => ({
  failure: 'canceled',
  error: canceledError(config, new Error('the other attempt was answered first')),
  final: 'canceled',
});
