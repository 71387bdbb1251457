import type { Meter } from '@opentelemetry/api';

/** Those that the semantic conventions advise for HTTP, and two more: a call may take as long as its deadline allows. */
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 30, 60];

/** All instruments; docs/opentelemetry.md lists them. */
export function instruments(meter: Meter) {
  const counter = (name: string, description: string, unit: string) =>
    meter.createCounter(`axios_resilience.${name}`, { description, unit });
  const seconds = (name: string, description: string) =>
    meter.createHistogram(`axios_resilience.${name}`, {
      description,
      unit: 's',
      advice: { explicitBucketBoundaries: SECONDS },
    });
  const present = (name: string, description: string, unit: string) =>
    meter.createObservableUpDownCounter(`axios_resilience.${name}`, { description, unit });

  return {
    calls: counter('calls', 'Calls that have ended', '{call}'),
    callDuration: seconds('call.duration', 'From the start of a call to its end: queue, attempts and waits'),
    attempts: counter('attempts', 'Requests handed to an adapter, counted when their call ends', '{attempt}'),
    retryDelay: seconds('retry.delay', 'Waits before a retry, as decided'),
    queueDuration: seconds('queue.duration', 'Time in the queue of the bulkhead, of calls that had to wait'),
    rejections: counter('rejections', 'Calls that were refused', '{call}'),
    hedges: counter('hedges', 'Requests sent a second time because they were slow', '{attempt}'),
    transitions: counter('circuit.transitions', 'Changes of a circuit from one state to another', '{transition}'),
    saturations: counter('bulkhead.saturations', 'Times that a bulkhead became full', '{saturation}'),
    coolDowns: counter('cool_downs', 'Times that a server asked to be left alone', '{cool_down}'),
    exhaustions: counter('budget.exhaustions', 'Times that a retry budget ran out', '{exhaustion}'),
    circuitState: present('circuit.state', '1 for the state the circuit is in, 0 for the others', '{circuit}'),
    activeAttempts: present('active_attempts', 'Attempts on their way', '{attempt}'),
    queuedAttempts: present('queued_attempts', 'Attempts waiting for a slot of the bulkhead', '{attempt}'),
    heldCalls: present('held_calls', 'Calls waiting for a cool-down or a turn of the retry budget', '{call}'),
  };
}
