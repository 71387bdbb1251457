import type { AxiosResponse } from 'axios';
import { isRejection, type StopDecision, type StopReason } from '../base/decision.js';
import { fileReport } from '../observe/reports.js';
import { firstAttempt } from './before-attempt.js';
import type { Call } from './call.js';
import { decideNext } from './decide-next.js';
import { Retries } from './retries.js';
import { settle } from './settle.js';
import { reissue } from './wire.js';

/** One call, from its first attempt to its last word. */
export async function execute(call: Call): Promise<AxiosResponse> {
  const { lifetime, scope } = call;
  // For whoever asks while it runs.
  fileReport(call.config, call.recorder);
  scope.counters.calls++;
  try {
    call.outcome = await firstAttempt(call);
    if (call.outcome.failure && (await decideNext(call))) await reissue(new Retries(call));
    conclude(call);
    return settle(call);
  } finally {
    lifetime.dispose();
    scope.guard.takeBack(call);
    call.unwatchBody?.();
    call.request.discardBody(call.outcome);
  }
}

/** Writes down how the call ended, and tells those who listen. */
function conclude(call: Call): void {
  const { outcome = {}, decision, recorder, lifetime } = call;
  const because = decision?.retry === false ? decision.because : 'success';
  recorder.end(because);
  fileReport(outcome.error, recorder);
  // An adapter of the caller's may leave the config off, or put another in its place.
  if (outcome.response?.config !== call.config) fileReport(outcome.response, recorder);
  count(call, because);
  tell(call, because);
  call.emit('onEnd', () => ({ report: recorder.report }));
  if (outcome.stream) lifetime.followBody(outcome.stream, outcome.response?.data);
}

function count({ scope: { counters } }: Call, because: StopDecision['because']): void {
  if (because === 'success') counters.successes++;
  else if (because === 'canceled') counters.canceled++;
  else if (isRejection(because)) counters.rejected++;
  else counters.failures++;
}

/** Ends of a call that was not retried, rather than given up, if no retry had been decided on before. */
const NEVER_RETRIED: ReadonlySet<string> = new Set<StopReason>([
  'max-retries',
  'not-retryable',
  'method-not-allowed',
  'body-not-replayable',
  'canceled',
]);

function tell(call: Call, because: StopDecision['because']): void {
  const { recorder } = call;
  const { retries } = recorder;
  if (because === 'success') {
    call.emit('onSuccess', () => ({ report: recorder.report }));
    if (retries > 0) call.emit('onRecovered', () => ({ report: recorder.report }));
    return;
  }
  const end = () => ({ because, report: recorder.report });
  if (call.retries === 0 && NEVER_RETRIED.has(because)) {
    call.emit('onNotRetried', end);
  } else if (because === 'canceled') {
    call.emit('onCanceled', end);
  } else {
    const isRejected = isRejection(because);
    if (isRejected) call.emit('onReject', () => ({ because }));
    call.emit('onGiveUp', end);
    if (retries > 0 || !isRejected) call.emit('onFailure', end);
  }
}
