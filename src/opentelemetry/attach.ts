import { type Attributes, type MeterProvider, metrics } from '@opentelemetry/api';
import { Labels } from './labels.js';
import { type Measured, measure } from './measure.js';
import { spanListener } from './spans.js';
import { validateTelemetry } from './validate.js';

/** How and where to measure. */
export interface TelemetryOptions {
  /** Where the measurements go. @default the global one as it is now: start the SDK first */
  readonly meterProvider?: MeterProvider | undefined;
  /** Tell of retries, refusals, hedges and failures on the span that is active where a call is made. @default true */
  readonly spanEvents?: boolean | undefined;
  /** Said of each measurement: which instance it is of, if several send to the same servers. @default {} */
  readonly attributes?: Attributes | undefined;
  /**
   * What to call a scope, if its name is a secret or there are many; `undefined` leaves it out, and what is in flight there.
   * @default the name it has
   */
  readonly scope?: ((name: string) => string | undefined) | undefined;
}

/**
 * Measures what the calls of an attached instance do, and tells of it on their spans, until detached by what it returns.
 *
 * @throws TypeError for what is no handle, or no option, by name
 */
export function attachTelemetry(resilience: Measured, options: TelemetryOptions = {}): () => void {
  validateTelemetry(resilience, options);
  const { meterProvider = metrics, spanEvents = true } = options;
  const labels = new Labels(options);
  const stops = [measure(meterProvider.getMeter('axios-resilience'), resilience, labels)];
  if (spanEvents) stops.push(resilience.subscribe(spanListener(labels)));
  return () => {
    for (const stop of stops) stop();
  };
}
