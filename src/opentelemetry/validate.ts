import { bool, isFunction, object, readable, syncFn, typed } from '../policy/check.js';

const handle = typed('must be what attachResilience() gave back', (value) => {
  const { subscribe, stats } = Object(value) as { subscribe?: unknown; stats?: unknown };
  return isFunction(subscribe) && isFunction(stats);
});

const telemetryOptions = object(
  {
    meterProvider: typed('must be a MeterProvider', (value) =>
      isFunction((Object(value) as { getMeter?: unknown }).getMeter),
    ),
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
