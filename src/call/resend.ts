import type { Outcome } from '../base/outcome.js';
import { attempt } from './attempt.js';
import type { Call } from './call.js';
import { serialize } from './request.js';
import { thrown } from './send.js';

/** Sends a call again after its wait, unless it was cut short meanwhile, or its caller has second thoughts. */
export async function resend(call: Call): Promise<Outcome> {
  try {
    return call.lifetime.over ?? (await prepare(call)) ?? (await attempt(call));
  } catch (error) {
    return thrown(error);
  }
}

/** Asks `beforeRetry`, which may change the request; resolves to the end of the call if it stops it. */
async function prepare(call: Call): Promise<Outcome | undefined> {
  const { lifetime, request } = call;
  const { beforeRetry } = call.policy.retry;
  if (!beforeRetry) return undefined;
  const { template } = request;
  const answer = await lifetime.until(Promise.resolve(beforeRetry(template, call.failed())));
  if (lifetime.over) return lifetime.over;
  if (answer === false) return { ...call.outcome, final: 'vetoed' };
  serialize(template);
  return undefined;
}
