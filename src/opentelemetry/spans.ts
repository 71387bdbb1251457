import { type Attributes, type Span, trace } from '@opentelemetry/api';
import type { CallFacts, ResilienceHooks } from '../base/events.js';
import { type Labels, ofAttempt, ofEnd } from './labels.js';

/**
 * Adds retries, refusals, hedges and failures to the active span as events. Hooks run in the async context of their call,
 * so this is the span that was active when the call was made.
 */
export function spanListener(labels: Labels): ResilienceHooks {
  const tell = (name: string, event: CallFacts, attributes: Attributes) =>
    recording()?.addEvent(`axios_resilience.${name}`, {
      ...labels.ofCall(event),
      'resilience.call_id': event.callId,
      ...attributes,
    });
  return {
    onRetry: (event) =>
      tell('retry', event, {
        ...ofAttempt(event),
        'resilience.because': event.because,
        'resilience.attempt': event.attempt,
        'resilience.delay_ms': event.delayMs,
      }),
    onReject: (event) => tell('rejection', event, { 'resilience.because': event.because }),
    onHedge: (event) => tell('hedge', event, { 'resilience.delay_ms': event.delayMs }),
    onGiveUp: (event) =>
      tell('give_up', event, {
        ...ofEnd(event),
        'resilience.because': event.because,
        'resilience.attempt': event.report.attempts.length,
        'resilience.elapsed_ms': event.report.elapsedMs,
      }),
    onEnd: ({ report: { retries } }) => retries > 0 && recording()?.setAttribute('http.request.resend_count', retries),
  };
}

/** The active span, unless it has ended or is not sampled. */
function recording(): Span | undefined {
  const span = trace.getActiveSpan();
  return span?.isRecording() ? span : undefined;
}
