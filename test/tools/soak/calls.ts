import { isCancel } from 'axios';
import { isResilienceError, reportOf } from 'axios-resilience';
import { countAbortListeners } from '../../helpers/left-over.js';
import { nextTurn } from '../../helpers/settled.js';
import type { EventLoop } from './event-loop.js';
import { CALL_ID } from './origin.js';
import type { Random } from './random.js';
import type { Scope } from './scope.js';
import { HOLDS } from './watched-agent.js';

/** Such a deadline never passes; its timer, if it were left behind, would still be there at the end. */
const LONG_MS = 60_000;

/** After its deadline, a call is cancelled. */
const PATIENCE_MS = 1_000;

/** Makes one call of a kind drawn at random, tells the model how it settled, and lets go of what it got. False: it was refused. */
export async function makeCall(id: number, scope: Scope, random: Random, loop: EventLoop): Promise<boolean> {
  const isStream = random.chance(0.3);
  const isMissing = random.chance(0.1);
  const deadline = random.chance(0.1) ? LONG_MS : Math.round(random.between(40, 1_500));
  const controller = new AbortController();
  let canceledIn: number | undefined;
  const cancel = () => {
    canceledIn = loop.turn();
    controller.abort();
  };
  const timer = random.chance(0.15) ? setTimeout(cancel, random.between(0, 200)) : undefined;
  // Whoever is late is late, and must not hold up the rest.
  const lastResort = setTimeout(cancel, deadline + PATIENCE_MS);
  const { countStreams = false } = scope.plan;
  const startedAt = performance.now();
  const startedMs = loop.ms();
  scope.count('calls');
  if (isMissing) scope.count('missing');
  scope.model.began(id);
  const { got, isGood } = await scope.client.api
    .request({
      baseURL: scope.baseURL,
      httpAgent: scope.agent,
      url: isMissing ? `/missing/${id}` : `/${id}`,
      method: random.pick(['get', 'get', 'get', 'put', 'post']),
      headers: { [CALL_ID]: String(id), [HOLDS]: isStream && !countStreams ? 'head' : 'body' },
      responseType: isStream ? 'stream' : 'text',
      signal: controller.signal,
      resilience: { deadline },
    })
    .then(
      (response: unknown) => ({ got: response, isGood: true }),
      (error: unknown) => ({ got: error, isGood: false }),
    );
  const report = reportOf(got);
  scope.model.settled(id, {
    end: isGood ? 'success' : endOf(got),
    report,
    deadline,
    tookMs: performance.now() - startedAt,
    countedMs: loop.ms() - startedMs,
    turnsSinceCancel: canceledIn === undefined ? undefined : loop.turn() - canceledIn,
  });
  if (isStream) await useUp(bodyOf(got), scope, random);
  clearTimeout(timer);
  clearTimeout(lastResort);
  // A body that was dropped closes in the next turn.
  await nextTurn();
  scope.model.left({ listeners: countAbortListeners(controller.signal) });
  return report?.attempts.at(-1)?.failure !== 'refused';
}

const ENDS: Readonly<Record<string, string>> = {
  ERR_CIRCUIT_OPEN: 'circuit-open',
  ERR_COOLING_DOWN: 'cooling-down',
  ERR_BULKHEAD_FULL: 'bulkhead-full',
  ERR_DEADLINE_EXCEEDED: 'deadline',
};

function endOf(error: unknown): string | undefined {
  if (isCancel(error)) return 'canceled';
  return isResilienceError(error) ? ENDS[error.code] : undefined;
}

const bodyOf = (got: unknown): Body | undefined => {
  const { data, response } = got as { data?: Body; response?: { data?: Body } };
  return data ?? response?.data;
};

interface Body extends AsyncIterable<unknown> {
  destroy(): void;
}

/** Reads a body to whatever end it has, or drops it half-way. */
async function useUp(body: Body | undefined, scope: Scope, random: Random): Promise<void> {
  if (typeof body?.destroy !== 'function') return;
  scope.count('streams');
  try {
    for await (const _piece of body) {
      if (!random.chance(0.2)) continue;
      scope.count('abandoned');
      break;
    }
  } catch {
    scope.count('cutStreams');
  }
  body.destroy();
}
