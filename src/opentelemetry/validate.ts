import { bool, having, object, readable, syncFn, typed } from '../policy/check.js';

const handle = having('must be what attachResilience() gave back', 'subscribe', 'stats');

const telemetryOptions = object(
  {
    meterProvider: having('must be a MeterProvider', 'getMeter'),
    spanEvents: bool,
    attributes: typed('must be a plain object', (value) => Object.prototype.toString.call(value) === '[object Object]'),
    scope: syncFn,
  },
  'an object',
  Object.entries,
);

/** Throws a TypeError for the first thing wrong with what is to be measured, or how. */
export function validateTelemetry(resilience: unknown, options: unknown): void {
  readable('resilience', () => handle(resilience, 'resilience'));
  readable('options', () => telemetryOptions(options, 'options'));
}
