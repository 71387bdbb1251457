import type { BatchObservableResult, Meter } from '@opentelemetry/api';
import type { CircuitState, EndEvent, ResilienceHooks } from '../base/events.js';
import type { ResilienceStats } from '../observe/stats.js';
import { instruments } from './instruments.js';
import { type Labels, ofAttempt, ofEnd } from './labels.js';

const STATES: readonly CircuitState[] = ['closed', 'open', 'half-open', 'isolated'];

/** What `attachResilience` gives back, or as much of it as is looked at. */
export interface Measured {
  subscribe(hooks: ResilienceHooks): () => void;
  stats(): ResilienceStats;
}

/** Counts what happens, and shows what is the case whenever the meter is read; returns the way to stop that. */
export function measure(meter: Meter, measured: Measured, labels: Labels): () => void {
  const its = instruments(meter);
  const present = [its.circuitState, its.activeAttempts, its.queuedAttempts, its.heldCalls];

  const observe = (result: BatchObservableResult): void => {
    for (const [scope, { inFlight, queued, held, circuit }] of Object.entries(measured.stats().scopes)) {
      const at = labels.ofNamed(scope);
      if (!at) continue;
      result.observe(its.activeAttempts, inFlight, at);
      result.observe(its.queuedAttempts, queued, at);
      result.observe(its.heldCalls, held, at);
      for (const state of circuit ? STATES : [])
        result.observe(its.circuitState, Number(state === circuit), { ...at, 'resilience.circuit.state': state });
    }
  };

  const ended = (event: EndEvent): void => {
    const { report, scope } = event;
    const of = labels.ofCall(event);
    its.calls.add(1, { ...of, ...ofEnd(event) });
    its.callDuration.record(report.elapsedMs / 1_000, { ...of, 'resilience.ended': report.ended });
    if (report.queuedMs > 0) its.queueDuration.record(report.queuedMs / 1_000, labels.ofScope(scope));
    const first = report.attempts.find(({ hedge }) => !hedge);
    for (const attempt of report.attempts) {
      if (attempt.failure === 'refused') continue;
      const kind = attempt === first ? 'first' : attempt.hedge ? 'hedge' : 'retry';
      its.attempts.add(1, { ...of, ...ofAttempt(attempt), 'resilience.attempt_kind': kind });
    }
  };

  const unsubscribe = measured.subscribe({
    onEnd: ended,
    onRetry: (event) =>
      its.retryDelay.record(event.delayMs / 1_000, { ...labels.ofCall(event), 'resilience.because': event.because }),
    onReject: (event) => its.rejections.add(1, { ...labels.ofCall(event), 'resilience.because': event.because }),
    onHedge: (event) => its.hedges.add(1, labels.ofCall(event)),
    onStateChange: ({ scope, from, to }) =>
      its.transitions.add(1, {
        ...labels.ofScope(scope),
        'resilience.circuit.from': from,
        'resilience.circuit.to': to,
      }),
    onSaturation: ({ scope }) => its.saturations.add(1, labels.ofScope(scope)),
    onCoolDown: ({ scope }) => its.coolDowns.add(1, labels.ofScope(scope)),
    onBudgetExhausted: ({ scope }) => its.exhaustions.add(1, labels.ofScope(scope)),
  });
  meter.addBatchObservableCallback(observe, present);
  return () => {
    unsubscribe();
    meter.removeBatchObservableCallback(observe, present);
  };
}
