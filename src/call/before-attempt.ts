import type { End, Outcome } from '../base/outcome.js';
import { awaitTurn } from './await-turn.js';
import type { Call } from './call.js';
import { watchCredentials } from './credentials.js';
import { attemptWithHedge } from './hedge.js';
import { thrown } from './outcomes.js';
import { watchBody } from './watch-body.js';

/** Sends a call for the first time. Its body is made only if the caller gave none. */
export function firstAttempt(call: Call): Promise<Outcome> {
  const makesBody = call.policy.body !== undefined && call.config.data === undefined;
  watchBody(call);
  return unlessOver(call, makesBody ? bodyInTurn : awaitTurn);
}

/** Sends a call again after its wait, unless its caller has second thoughts. */
export function nextAttempt(call: Call): Promise<Outcome> {
  const { body, retry } = call.policy;
  return unlessOver(call, body || retry.beforeRetry ? preparedInTurn : awaitTurn);
}

/** Sends a call after `before`, at once if that has nothing to wait for, unless the call was ended meanwhile. */
function unlessOver(call: Call, before: (call: Call) => Promise<End | undefined> | undefined): Promise<Outcome> {
  const { lifetime } = call;
  if (lifetime.over) return Promise.resolve(lifetime.over);
  return (
    before(call)?.then((end) => end ?? lifetime.overByNow ?? attemptWithHedge(call), thrown) ?? attemptWithHedge(call)
  );
}

/** Resolves to the end of the call, if `beforeRetry` puts one to it; it may also change the request. */
async function askBeforeRetry(call: Call): Promise<End | undefined> {
  const { lifetime, request } = call;
  const { beforeRetry } = call.policy.retry;
  if (!beforeRetry) return undefined;
  const { template } = request;
  const leaveBehind = watchCredentials(template);
  const { headers, data } = template;
  const answer = await lifetime.until(Promise.resolve(beforeRetry(template, call.failed())));
  if (lifetime.over) return lifetime.over;
  if (answer === false) return { ...call.outcome, final: 'vetoed' };
  request.adopt({ headers, data });
  leaveBehind(request.original);
  return undefined;
}

const preparedInTurn = async (call: Call): Promise<End | undefined> =>
  (await awaitTurn(call)) ?? (await askBeforeRetry(call)) ?? (await renewBody(call)) ?? spent(call) ?? watchBody(call);

const bodyInTurn = async (call: Call): Promise<End | undefined> =>
  (await awaitTurn(call)) ?? (await renewBody(call)) ?? watchBody(call);

async function renewBody({ lifetime, request, policy }: Call): Promise<End | undefined> {
  if (!policy.body) return undefined;
  const renewed = request.renewBody().finally(() => {
    // It came too late for anybody to send it.
    if (lifetime.over) request.discardBody();
  });
  await lifetime.until(renewed);
  return lifetime.over;
}

const spent = ({ request, outcome }: Call): End | undefined =>
  request.isSpent ? { ...outcome, final: 'body-not-replayable' } : undefined;
