import type { AxiosResponse } from 'axios';
import { file } from '../observe/recorder.js';
import type { Call } from './call.js';

/** Failures for which there is nothing better than the truth: an answer that is what it is, and the caller's own wish. */
const AS_THEY_ARE: ReadonlySet<string> = new Set(['not-retryable', 'canceled']);

/** The caller gets what the last attempt ended with, unchanged, or what its `fallback` has instead of a failure. */
export async function settle(call: Call): Promise<AxiosResponse> {
  const { outcome = {}, decision, policy } = call;
  if (!('error' in outcome)) return outcome.response as AxiosResponse;
  const answer = policy.fallback && !AS_THEY_ARE.has(decision?.because ?? '') ? await fallback(call) : undefined;
  if (answer === undefined) throw outcome.error;
  return answer;
}

async function fallback({ outcome, policy, config, recorder }: Call): Promise<AxiosResponse | undefined> {
  const answer: unknown = policy.fallback && (await policy.fallback(outcome?.error, config));
  if (answer === undefined) return undefined;
  recorder.fallback = true;
  const response = isResponse(answer)
    ? answer
    : { data: answer, status: 200, statusText: 'Fallback', headers: {}, config, request: undefined };
  file(response, recorder);
  return response;
}

function isResponse(answer: unknown): answer is AxiosResponse {
  return typeof answer === 'object' && answer !== null && 'data' in answer && 'status' in answer && 'headers' in answer;
}
