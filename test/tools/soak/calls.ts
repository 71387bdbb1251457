import { isCancel } from 'axios';
import { reportOf } from 'axios-resilience';
import type { Random } from './random.js';
import type { Scope } from './scope.js';
import { CALL_ID, HOLDS } from './watched-agent.js';

/** On top of a deadline: a busy machine, and a wall clock that is stepped, which must not matter. */
const PATIENCE_MS = 1_000;

/** Makes one call of a kind drawn at random, tells the model how it settled, and lets go of what it got. False: it was refused. */
export async function makeCall(id: number, scope: Scope, random: Random): Promise<boolean> {
  const isStream = random.chance(0.3);
  const isMissing = random.chance(0.1);
  const deadline = Math.round(random.between(40, 1_500));
  const controller = new AbortController();
  const abort = random.chance(0.15) ? setTimeout(() => controller.abort(), random.between(0, 200)) : undefined;
  // Whoever is late is late, and must not hold up the rest.
  const lastResort = setTimeout(() => controller.abort(), deadline + PATIENCE_MS);
  const { countStreams = false } = scope.plan;
  const startedAt = performance.now();
  scope.count('calls');
  if (isMissing) scope.count('missing');
  const settled: unknown = await scope.api
    .request({
      url: isMissing ? `/missing/${id}` : `/${id}`,
      method: random.pick(['get', 'get', 'get', 'put', 'post']),
      headers: { [CALL_ID]: String(id), [HOLDS]: isStream && !countStreams ? 'head' : 'body' },
      responseType: isStream ? 'stream' : 'text',
      signal: controller.signal,
      resilience: { deadline },
    })
    .catch((error: unknown) => error);
  const lateMs = performance.now() - startedAt - deadline - PATIENCE_MS;
  if (isCancel(settled)) scope.count('cancels');
  const told = reportOf(settled)?.attempts;
  scope.model.settled(id, { told, lateMs });
  if (isStream) await useUp(bodyOf(settled), scope, random);
  clearTimeout(abort);
  clearTimeout(lastResort);
  return told?.at(-1)?.failure !== 'refused';
}

const bodyOf = (settled: unknown): Body | undefined => {
  const { data, response } = settled as { data?: Body; response?: { data?: Body } };
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
