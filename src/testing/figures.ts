import { isObject } from '../base/object.js';
import { type ResilienceReport, sentAttempts } from '../base/report.js';
import { reportOf } from '../observe/reports.js';
import { isError } from './error.js';

/**
 * Requests that a call sent, from what it settled with: a response or an error. A refusal by breaker, cool-down or bulkhead
 * sends none.
 *
 * @throws Error if it did not come through an attached instance
 */
export const attemptsOf = (settled: unknown): number => sentAttempts(expectReport(settled));

/** Milliseconds that were decided on between a call's attempts, in order. */
export const waitsOf = (settled: unknown): number[] =>
  expectReport(settled).attempts.flatMap(({ delayMs }) => (delayMs === undefined ? [] : [delayMs]));

function expectReport(settled: unknown): ResilienceReport {
  const report = reportOf(settled);
  if (report) return report;
  const other = isObject(settled) ? 'an object' : String(settled);
  const got = isError(settled) ? `${settled.name}: ${settled.message}` : other;
  throw new Error(`no report: neither response nor error of an attached axios instance, but ${got}`);
}
