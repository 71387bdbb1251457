import type { AxiosResponse } from 'axios';
import { causesOf } from '../base/causes.js';
import type { StopReason } from '../base/decision.js';
import { isObject } from '../base/object.js';
import type { Outcome } from '../base/outcome.js';
import { isStream } from '../base/stream.js';
import { fileReport } from '../observe/reports.js';
import type { ResolvedPolicy } from '../policy/resolve.js';
import { discardAnswer, isUnread } from './body.js';
import type { Call } from './call.js';
import { Lifetime } from './lifetime.js';

/** Ends that `fallback` is not asked about: an answer that no retry would change, and the caller's own cancellation. */
const AS_THEY_ARE: ReadonlySet<string | undefined> = new Set<StopReason>(['not-retryable', 'canceled']);

/** The caller gets what the last attempt ended with, unchanged, or what its `fallback` has instead of a failure. */
export function settle(call: Call): AxiosResponse | Promise<AxiosResponse> {
  const { outcome = {}, decision, policy } = call;
  if (!Object.hasOwn(outcome, 'error')) return outcome.response as AxiosResponse;
  if (policy.fallback && !AS_THEY_ARE.has(decision?.because)) return fallback(call, policy.fallback);
  throw outcome.error;
}

async function fallback({ outcome = {}, config, recorder }: Call, ask: Fallback): Promise<AxiosResponse> {
  let answer: unknown;
  // The call's own may have run out; no deadline holds for this, but its caller may cancel it.
  const lifetime = new Lifetime(config);
  try {
    answer = await lifetime.until(Promise.resolve(ask(outcome.error, config)));
    if (lifetime.over) throw lifetime.over.error;
  } catch (error) {
    fileReport(error, recorder);
    // Unless the new error leads to the failed answer: whoever catches it may still read that.
    if (!causesOf(error).some((link) => link === outcome.error || Object.values(link).includes(outcome.response)))
      discardUnread(outcome);
    throw error;
  } finally {
    lifetime.dispose();
  }
  if (answer === undefined) throw outcome.error;
  recorder.fallback = true;
  const given = isResponse(answer) ? answer : { data: answer, status: 200, headers: NOT_KEPT };
  // A copy, since axios goes on to write into it; a spread alone would leave the getters of a class behind.
  const { data, status, headers } = given;
  const response = { statusText: 'Fallback', config, ...given, data, status, headers };
  fileReport(response, recorder);
  // Unless it may be what the answer is made of.
  if (!isStream(response.data)) discardUnread(outcome);
  return response;
}

function discardUnread(outcome: Outcome): void {
  if (isUnread(outcome.response?.data)) discardAnswer(outcome);
}

/** A cache between us and the caller would serve it for long after the server has recovered. */
const NOT_KEPT = Object.freeze({ 'cache-control': 'no-store' });

type Fallback = Exclude<ResolvedPolicy['fallback'], false | undefined>;

function isResponse(answer: unknown): answer is AxiosResponse {
  return isObject(answer) && 'data' in answer && 'status' in answer && 'headers' in answer;
}
