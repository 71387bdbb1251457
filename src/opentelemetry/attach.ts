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
  /** Added to each measurement and event: tells instances apart that send to the same servers. @default {} */
  readonly attributes?: Attributes | undefined;
  /**
   * The name to show for a scope, where its own is a secret or there are many; `undefined` shows none, nor the scope's
   * present state.
   * @default the name it has
   */
  readonly scope?: ((name: string) => string | undefined) | undefined;
}

/**
 * Measures what the calls of an attached instance do, and adds events to their spans, until the returned function is called.
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
