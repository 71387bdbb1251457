import type { Attributes, BatchObservableResult, Meter } from '@opentelemetry/api';
import type { Rejection } from '../base/decision.js';
import type { CircuitState, EndEvent, ResilienceHooks } from '../base/events.js';
import type { ResilienceStats, ScopeStats } from '../observe/stats.js';
import { instruments } from './instruments.js';
import { type Labels, ofAttempt, ofEnd } from './labels.js';

const STATES: readonly CircuitState[] = ['closed', 'open', 'half-open', 'isolated'];

const REJECTIONS: readonly Rejection[] = ['circuit-open', 'cooling-down', 'bulkhead-full'];

/** What `attachResilience` gives back, or as much of it as is looked at. */
export interface Measured {
  /** As that of a `ResilienceHandle`. */
  subscribe(hooks: ResilienceHooks): () => void;
  /** As that of a `ResilienceHandle`. */
  stats(): ResilienceStats;
}

/** Counts events, and observes the present state whenever the meter is read; returns a function that stops both. */
export function measure(meter: Meter, measured: Measured, labels: Labels): () => void {
  const its = instruments(meter);
  const unsubscribe = measured.subscribe(eventCounter(its, labels));
  const stopObserving = observePresent(meter, its, measured, labels);
  return () => {
    unsubscribe();
    stopObserving();
  };
}

type Instruments = ReturnType<typeof instruments>;

/** What is so now, whenever the meter is read. */
function observePresent(meter: Meter, its: Instruments, measured: Measured, labels: Labels): () => void {
  const gauges = [
    [its.activeAttempts, 'inFlight'],
    [its.queuedAttempts, 'queued'],
    [its.heldCalls, 'held'],
  ] as const;
  const present = [its.circuitState, ...gauges.map(([instrument]) => instrument)];

  const observe = (result: BatchObservableResult): void => {
    for (const { at, scopes } of shownAlike(measured.stats(), labels)) {
      const sum = (of: (scope: ScopeStats) => number) => scopes.reduce((total, scope) => total + of(scope), 0);
      for (const [instrument, counter] of gauges) {
        const value = sum((scope) => scope[counter]);
        result.observe(instrument, value, at);
      }
      for (const state of scopes.some(({ circuit }) => circuit) ? STATES : []) {
        const circuits = sum(({ circuit }) => Number(circuit === state));
        result.observe(its.circuitState, circuits, { ...at, 'resilience.circuit.state': state });
      }
      // So that each series begins at 0: rate() does not see the step of one that begins at 1.
      for (const counter of [its.saturations, its.coolDowns, its.exhaustions]) counter.add(0, at);
      for (const because of REJECTIONS) its.rejections.add(0, { ...at, 'resilience.because': because });
    }
  };
  meter.addBatchObservableCallback(observe, present);
  return () => meter.removeBatchObservableCallback(observe, present);
}

/** What has happened. */
function eventCounter(its: Instruments, labels: Labels): ResilienceHooks {
  const ended = (event: EndEvent): void => {
    const { report, scope } = event;
    const of = labels.ofCall(event);
    const how = { ...of, 'resilience.ended': report.ended };
    its.calls.add(1, { ...how, 'resilience.retried': report.retries > 0, ...ofEnd(event) });
    its.callDuration.record(report.elapsedMs / 1_000, how);
    if (report.queuedMs > 0) its.queueDuration.record(report.queuedMs / 1_000, labels.ofScope(scope));
    const first = report.attempts.find(({ hedge }) => !hedge);
    for (const attempt of report.attempts) {
      if (attempt.failure === 'refused') continue;
      const kind = attempt === first ? 'first' : attempt.hedge ? 'hedge' : 'retry';
      its.attempts.add(1, { ...of, ...ofAttempt(attempt), 'resilience.attempt_kind': kind });
    }
  };

  return {
    onEnd: ended,
    onRetry: (event) =>
      its.retryDelay.record(event.delayMs / 1_000, { ...labels.ofCall(event), 'resilience.because': event.because }),
    onReject: ({ scope, because }) =>
      its.rejections.add(1, { ...labels.ofScope(scope), 'resilience.because': because }),
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
  };
}

interface Group {
  readonly at: Attributes;
  readonly scopes: ScopeStats[];
}

/** Scopes may share a name; of several observations with the same attributes, a reader keeps only the last. */
function shownAlike({ scopes }: ResilienceStats, labels: Labels): Iterable<Group> {
  const groups = new Map<string, Group>();
  for (const [name, scope] of Object.entries(scopes)) {
    const at = labels.ofNamed(name);
    if (!at) continue;
    const key = JSON.stringify([at['resilience.scope'], at['server.address'], at['server.port']]);
    const group = groups.get(key) ?? { at, scopes: [] };
    group.scopes.push(scope);
    groups.set(key, group);
  }
  return groups.values();
}
