import type { AxiosResponse } from 'axios';
import { file } from '../observe/file.js';
import type { ResolvedPolicy } from '../policy/resolve.js';
import { abandon, isStream, isUnread } from './body.js';
import type { Call } from './call.js';

/** Failures for which there is nothing better than the truth: an answer that is what it is, and the caller's own wish. */
const AS_THEY_ARE: ReadonlySet<string> = new Set(['not-retryable', 'canceled']);

/** The caller gets what the last attempt ended with, unchanged, or what its `fallback` has instead of a failure. */
export function settle(call: Call): AxiosResponse | Promise<AxiosResponse> {
  const { outcome = {}, decision, policy } = call;
  if (!('error' in outcome)) return outcome.response as AxiosResponse;
  if (policy.fallback && !AS_THEY_ARE.has(decision?.because ?? '')) return fallback(call, policy.fallback);
  throw outcome.error;
}

async function fallback({ outcome = {}, config, recorder }: Call, ask: Fallback): Promise<AxiosResponse> {
  const answer: unknown = await ask(outcome.error, config);
  if (answer === undefined) throw outcome.error;
  recorder.fallback = true;
  const response = isResponse(answer)
    ? answer
    : { data: answer, status: 200, statusText: 'Fallback', headers: NOT_KEPT, config, request: undefined };
  file(response, recorder);
  // Unless it may be what the answer is made of.
  if (!isStream(response.data) && isUnread(outcome.response?.data)) abandon(outcome);
  return response;
}

/** A cache between us and the caller would serve it for long after the server has recovered. */
const NOT_KEPT = Object.freeze({ 'cache-control': 'no-store' });

type Fallback = Exclude<ResolvedPolicy['fallback'], false | undefined>;

function isResponse(answer: unknown): answer is AxiosResponse {
  return typeof answer === 'object' && answer !== null && 'data' in answer && 'status' in answer && 'headers' in answer;
}
