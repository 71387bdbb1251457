export { attachTelemetry, type TelemetryOptions } from './opentelemetry/attach.js';
export type { Measured } from './opentelemetry/measure.js';
