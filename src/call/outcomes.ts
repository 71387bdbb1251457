import type { AxiosResponse, InternalAxiosRequestConfig } from 'axios';
import { wallClock } from '../base/clock.js';
import { attemptTimeoutError, connectTimeoutError } from '../base/errors.js';
import { classify, neverSent } from '../base/failure.js';
import { hasBroken } from '../base/node-request.js';
import { isObject } from '../base/object.js';
import type { End, Outcome } from '../base/outcome.js';
import { unawaited } from '../base/thenable.js';
import { isFailedStatus } from '../guard/verdict.js';
import { isListed, mayPass } from '../retry/decide.js';
import { retryAfterMs } from '../retry/retry-after.js';
import { discard } from './body.js';
import type { Call } from './call.js';
import type { Watch } from './connection.js';
import { parsed } from './parsed.js';

/** What came of an answer that axios takes as good, whatever the policy thinks of it. */
export function outcomeOfResponse(response: AxiosResponse, call: Call): Outcome {
  // A custom adapter may resolve with anything; axios will say what it thinks of that.
  if (!isObject(response)) return { response };
  const { retry } = call.policy;
  const { method } = call.request;
  if (isListed(response.status, retry, method)) {
    const unsent = neverSent('status', response, call.config);
    const listed: Outcome = { failure: 'status', ...answered(response), ...(unsent && { unsent }) };
    if (mayPass(listed, retry, method)) return listed;
  }
  try {
    const unready = unawaited(retry.retryResponse?.(parsed(response))) === true;
    if (unready) return { failure: 'status', unready, ...answered(response) };
    return isFailedStatus(response.status, true) ? answered(response) : { response };
  } catch (error) {
    discard(response.data, response.request);
    return thrown(error);
  }
}

/** What came of an attempt that threw. */
export function outcomeOfError(
  error: unknown,
  response: AxiosResponse | undefined,
  sent: InternalAxiosRequestConfig,
  watched: Watch | undefined,
  /** Another may destroy the stream with what befell the connection. */
  isAxiosOwn = false,
): Outcome {
  const failure = isAxiosOwn && hasBroken(sent.data, error) ? 'other' : classify(error);
  return {
    failure,
    error,
    unsent: neverSent(failure, error, sent),
    ...watched?.seen?.(failure, response),
    ...(response && answered(response)),
    ...(failure === 'canceled' && { final: failure }),
  };
}

/** What one of the caller's own functions threw: the call rejects with it. */
export const thrown = (error: unknown): End => ({ failure: 'other', error, final: 'vetoed' });

function answered(response: AxiosResponse): Pick<Outcome, 'response' | 'retryAfterMs'> {
  const ms = retryAfterMs(response.headers, response.status, wallClock());
  return ms === undefined ? { response } : { response, retryAfterMs: ms };
}

/** The attempt took longer than its limit, which is the caller's own `timeout` or not. */
export const timedOut = ({ config, adapter }: Call, limitMs: number, isOwn: boolean): Outcome => ({
  failure: 'timeout',
  error: attemptTimeoutError(config, limitMs, isOwn, adapter.isFetch),
});

/** The connection did not stand in time; the hops before it were sent. */
export const connectTimedOut = ({ config, policy }: Call, hops: number): Outcome => ({
  failure: 'connect',
  error: connectTimeoutError(config, policy.connectTimeout),
  unsent: hops <= 1,
});
