import { innermost } from '../base/causes.js';
import type { CallFacts, GiveUpEvent, ResilienceLogger } from '../base/events.js';
import { safeText } from '../base/excerpt.js';
import { type AttemptRecord, errorType, type ResilienceReport, sentAttempts } from '../base/report.js';
import type { Listener } from './emit.js';

type Level = 'debug' | 'info' | 'warn' | 'error';
type Fields = Record<string, string | number>;
type Write = (level: Level, fields: Fields, message: string) => unknown;

const NAME = 'axios-resilience';

/**
 * One structured record per event. Fields have OpenTelemetry's attribute names where it has one, and `resilience.…`
 * otherwise; none holds a header, a body, userinfo or a query value.
 */
export function logListener(logger: ResilienceLogger): Listener {
  const write = writer(logger);
  return {
    onRetry: (event) => {
      const { attempt, because, error } = event;
      const delayMs = round(event.delayMs);
      const fields = fieldsOf(event);
      addAttempt(fields, event);
      addCause(fields, error);
      fields['resilience.delay_ms'] = delayMs;
      fields['resilience.because'] = because;
      return write('warn', fields, `attempt ${attempt} failed (${because}), again in ${delayMs} ms`);
    },
    onRecovered: (event) => {
      const fields = fieldsOf(event);
      addReport(fields, event.report);
      return write('info', fields, `recovered after ${count(event.report.retries, 'retry', 'retries')}`);
    },
    onFailure: (event) => write('error', ending(event), `gave up ${afterAttempts(event)}: ${event.because}`),
    onCanceled: (event) => write('info', ending(event), `canceled ${afterAttempts(event)}`),
    onNotRetried: (event) => write('debug', ending(event), `not retried: ${event.because}`),
    onReject: (event) => {
      const fields = fieldsOf(event);
      addCause(fields, event.error);
      fields['resilience.because'] = event.because;
      return write('warn', fields, `refused: ${event.because}`);
    },
    onHedge: (event) => {
      const delayMs = round(event.delayMs);
      const fields = fieldsOf(event);
      fields['resilience.delay_ms'] = delayMs;
      return write('info', fields, `no answer after ${delayMs} ms: sent a second time`);
    },
    onCoolDown: ({ scope, retryInMs }) => {
      const ms = round(retryInMs);
      const fields = { 'resilience.scope': scope, 'resilience.retry_in_ms': ms };
      return write('warn', fields, `${oneLine(scope)} asked to be left alone for ${ms} ms`);
    },
    onBudgetExhausted: ({ scope }) => {
      const fields = { 'resilience.scope': scope };
      return write('warn', fields, `retry budget of ${oneLine(scope)} used up: retries wait for their turn`);
    },
    onStateChange: ({ scope, from, to, retryInMs, openedBy }) => {
      const fields: Fields = {
        'resilience.scope': scope,
        'resilience.circuit.from': from,
        'resilience.circuit.to': to,
      };
      addCause(fields, openedBy);
      if (to === 'open') fields['resilience.retry_in_ms'] = round(retryInMs);
      return write(to === 'closed' ? 'info' : 'warn', fields, `circuit of ${oneLine(scope)}: ${from} → ${to}`);
    },
    onSaturation: ({ scope, limit, queued }) => {
      const fields = { 'resilience.scope': scope, 'resilience.bulkhead.limit': limit, 'resilience.queued': queued };
      return write('warn', fields, `bulkhead of ${oneLine(scope)} is full: ${limit} in flight`);
    },
  };
}

/** Says that a hook or logger failed: to the logger, or to the console if that is what failed or there is none. */
export function reportListenerFailure(logger: ResilienceLogger, culprit: string, error: unknown): Promise<void> {
  const fields = { 'resilience.hook': culprit, 'exception.message': exception(error) };
  return tell(logger, 'error', fields, `${culprit} failed; the call is not affected, and this is said once`);
}

export function logWarning(logger: ResilienceLogger, message: string): Promise<void> {
  return tell(logger, 'warn', {}, message);
}

async function tell(logger: ResilienceLogger, level: Level, fields: Fields, message: string): Promise<void> {
  try {
    await writer(logger)(level, fields, message);
  } catch {
    // Tests forbid output by a console that throws.
    if (logger !== console) await tell(console, level, fields, message);
  }
}

function fieldsOf({ callId, method, url, scope }: CallFacts): Fields {
  return { 'http.request.method': method, 'url.full': url, 'resilience.call_id': callId, 'resilience.scope': scope };
}

/** This and the next write into what is there: to spread one object into another costs ten times as much. */
function addAttempt(fields: Fields, record: AttemptRecord): void {
  const { attempt, durationMs, status, failure, retryAfterMs } = record;
  fields['http.request.resend_count'] = attempt - 1;
  fields['resilience.attempt_duration_ms'] = round(durationMs);
  if (status !== undefined) fields['http.response.status_code'] = status;
  if (failure !== undefined) {
    fields['error.type'] = errorType(failure, record);
    fields['resilience.failure'] = failure;
  }
  if (retryAfterMs !== undefined) fields['resilience.retry_after_ms'] = round(retryAfterMs);
}

function addReport(fields: Fields, report: ResilienceReport): void {
  const last = report.attempts.at(-1);
  if (last) addAttempt(fields, last);
  fields['http.request.resend_count'] = report.retries;
  fields['resilience.attempts'] = sentAttempts(report);
  fields['resilience.waited_ms'] = round(report.waitedMs);
  fields['resilience.queued_ms'] = round(report.queuedMs);
  fields['resilience.elapsed_ms'] = round(report.elapsedMs);
}

/** The message of the innermost cause, which is the one that says why. */
function addCause(fields: Fields, error: unknown): void {
  if (error !== undefined) fields['exception.message'] = exception(innermost(error));
}

function ending(event: GiveUpEvent): Fields {
  const fields = fieldsOf(event);
  addReport(fields, event.report);
  addCause(fields, event.error);
  fields['resilience.because'] = event.because;
  return fields;
}

/** The name of a scope may be made of what somebody else sends. */
const oneLine = (scope: string): string => scope.replace(/\p{Cc}/gu, ' ');

const exception = (error: unknown): string => safeText(said(error), 1_000);

/** What is thrown may be no error, and not even have a text. */
function said(error: unknown): string {
  try {
    return String(error instanceof Error ? error.message : error);
  } catch {
    return 'an error without a text';
  }
}

const afterAttempts = ({ report }: GiveUpEvent): string =>
  `after ${count(sentAttempts(report), 'attempt', 'attempts')}`;

const count = (n: number, one: string, many: string): string => `${n} ${n === 1 ? one : many}`;

const round = (ms: number): number => Math.round(ms * 10) / 10;

/** pino takes fields first; console is read by people, message first; winston takes one object that holds the message. */
function writer(logger: ResilienceLogger): Write {
  if (logger === globalThis.console)
    return (level, fields, message) => console[level](`${NAME}: ${message.replaceAll('%', '%%')}`, fields);
  // electron-log has transports as well, but no list of them, and takes what it is given as pino does.
  const { transports, log, createLogger } = logger as { transports?: unknown; log?: unknown; createLogger?: unknown };
  const isWinston = Array.isArray(transports) || createLogger !== undefined;
  if (isWinston && typeof log === 'function') {
    // Of a level that it does not have, it complains each time.
    return (level, fields, message) =>
      logger[level] && log.call(logger, { ...fields, level, message: `${NAME}: ${message}` });
  }
  return (level, fields, message) => logger[level]?.(fields, `${NAME}: ${message}`);
}
