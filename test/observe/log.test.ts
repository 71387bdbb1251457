import { Writable } from 'node:stream';
import { format } from 'node:util';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { AxiosError, type InternalAxiosRequestConfig } from 'axios';
import winston from 'winston';
import type { GiveUpEvent, ResilienceLogger, RetryEvent, SuccessEvent } from '../../src/base/events.js';
import type { AttemptRecord, ResilienceReport } from '../../src/base/report.js';
import { logListener, reportListenerFailure } from '../../src/observe/log.js';

const FACTS = {
  callId: 'c0ffee00-1',
  method: 'GET',
  url: 'https://api.test/users?key=REDACTED',
  scope: 'https://api.test',
};
const CALL = {
  'http.request.method': 'GET',
  'url.full': 'https://api.test/users?key=REDACTED',
  'resilience.call_id': 'c0ffee00-1',
  'resilience.scope': 'https://api.test',
};
const config = { url: 'https://u:secret@api.test/users?key=secret' } as InternalAxiosRequestConfig;
const BUSY_ERROR = new Error('status 503');
const BECAUSE_BUSY = { 'exception.message': 'status 503' };
const RESET: AttemptRecord = { attempt: 1, durationMs: 12.345, code: 'ECONNRESET', failure: 'read', delayMs: 50 };
const BUSY: AttemptRecord = { attempt: 2, durationMs: 6, status: 503, failure: 'status', retryAfterMs: 2_000 };
const REFUSED: AttemptRecord = { attempt: 3, durationMs: 0, code: 'ERR_CIRCUIT_OPEN', failure: 'refused' };
const FINE: AttemptRecord = { attempt: 2, durationMs: 7, status: 200 };

const report = (...attempts: AttemptRecord[]): ResilienceReport => ({
  attempts,
  retries: Math.max(0, attempts.filter(({ failure }) => failure !== 'refused').length - 1),
  waitedMs: 50.04,
  queuedMs: 0,
  elapsedMs: 71.26,
  ended: undefined,
  fallback: false,
});

type Line = [level: string, fields: object, message: string];
type Listens = ReturnType<typeof logListener>;
type Heard = { [Name in keyof Listens]-?: NonNullable<Listens[Name]> };

/** A logger of pino's shape, and what it was told. */
function pinoShaped() {
  const lines: Line[] = [];
  const at = (level: string) => (fields: object, message: string) => lines.push([level, fields, message]);
  return { lines, logger: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') } };
}

/** What the log says of one event. */
function logged(tell: (listener: Heard) => unknown): Line[] {
  const { lines, logger } = pinoShaped();
  tell(logListener(logger) as Heard);
  return lines;
}

const retry = (record: AttemptRecord, more: Partial<RetryEvent> = {}): RetryEvent => ({
  ...FACTS,
  ...record,
  delayMs: 50,
  because: 'read',
  config,
  ...more,
});
const ended = (because: GiveUpEvent['because'], ...attempts: AttemptRecord[]): GiveUpEvent => ({
  ...FACTS,
  because,
  report: report(...attempts),
  config,
});

describe('the record of', () => {
  test('a retry after a lost connection', () => {
    const error = new AxiosError('socket hang up', 'ECONNRESET');
    expect(logged(({ onRetry }) => onRetry(retry(RESET, { error })))).toEqual([
      [
        'warn',
        {
          ...CALL,
          'http.request.resend_count': 0,
          'error.type': 'ECONNRESET',
          'exception.message': 'socket hang up',
          'resilience.attempt_duration_ms': 12.3,
          'resilience.failure': 'read',
          'resilience.because': 'read',
          'resilience.delay_ms': 50,
        },
        'axios-resilience: attempt 1 failed (read), again in 50 ms',
      ],
    ]);
  });

  test('a retry that the server asked to wait for', () => {
    const event = retry(BUSY, { delayMs: 2_100.06, because: 'retry-after' });
    expect(logged(({ onRetry }) => onRetry(event))).toEqual([
      [
        'warn',
        {
          ...CALL,
          'http.request.resend_count': 1,
          'http.response.status_code': 503,
          'error.type': '503',
          'resilience.attempt_duration_ms': 6,
          'resilience.failure': 'status',
          'resilience.because': 'retry-after',
          'resilience.retry_after_ms': 2_000,
          'resilience.delay_ms': 2_100.1,
        },
        'axios-resilience: attempt 2 failed (retry-after), again in 2100.1 ms',
      ],
    ]);
  });

  test('a failure without a code, which is typed by its kind', () => {
    const [line] = logged(({ onRetry }) => onRetry(retry({ attempt: 1, durationMs: 1, failure: 'timeout' })));
    expect(line?.[1]).toMatchObject({ 'error.type': 'timeout', 'resilience.failure': 'timeout' });
  });

  test('a recovery', () => {
    const event: SuccessEvent = { ...FACTS, report: report(RESET, FINE), config };
    expect(logged(({ onRecovered }) => onRecovered(event))).toEqual([
      [
        'info',
        {
          ...CALL,
          'http.request.resend_count': 1,
          'http.response.status_code': 200,
          'resilience.attempt_duration_ms': 7,
          'resilience.attempts': 2,
          'resilience.waited_ms': 50,
          'resilience.queued_ms': 0,
          'resilience.elapsed_ms': 71.3,
        },
        'axios-resilience: recovered after 1 retry',
      ],
    ]);
  });

  test('a success at the first attempt, which is not worth a line', () => {
    expect(logListener(pinoShaped().logger)).not.toHaveProperty('onSuccess');
  });

  test('a call that was given up', () => {
    expect(logged(({ onFailure }) => onFailure(ended('max-retries', RESET, BUSY)))).toEqual([
      [
        'error',
        {
          ...CALL,
          'http.request.resend_count': 1,
          'http.response.status_code': 503,
          'error.type': '503',
          'resilience.attempt_duration_ms': 6,
          'resilience.failure': 'status',
          'resilience.retry_after_ms': 2_000,
          'resilience.attempts': 2,
          'resilience.waited_ms': 50,
          'resilience.queued_ms': 0,
          'resilience.elapsed_ms': 71.3,
          'resilience.because': 'max-retries',
        },
        'axios-resilience: gave up after 2 attempts: max-retries',
      ],
    ]);
  });

  test.each(['circuit-open', 'cooling-down', 'bulkhead-full'] as const)('a call refused at once: %s', (because) => {
    const error = new Error('not now', { cause: BUSY_ERROR });
    expect(logged(({ onReject }) => onReject({ ...FACTS, because, config, error }))).toEqual([
      ['warn', { ...CALL, ...BECAUSE_BUSY, 'resilience.because': because }, `axios-resilience: refused: ${because}`],
    ]);
  });

  test('a call refused at its second retry: it was given up too, and the refusal was no attempt', () => {
    const lines = logged(({ onFailure }) => onFailure(ended('circuit-open', RESET, BUSY, REFUSED)));
    expect(lines.map(([level, , message]) => [level, message])).toEqual([
      ['error', 'axios-resilience: gave up after 2 attempts: circuit-open'],
    ]);
  });

  test('a scope that is left alone, and one whose retries wait', () => {
    const scope = 'https://api.test';
    const lines = logged(({ onCoolDown, onBudgetExhausted }) => {
      onCoolDown({ scope, retryInMs: 2_000.04 });
      onBudgetExhausted({ scope });
    });
    expect(lines).toEqual([
      [
        'warn',
        { 'resilience.scope': scope, 'resilience.retry_in_ms': 2_000 },
        'axios-resilience: https://api.test asked to be left alone for 2000 ms',
      ],
      [
        'warn',
        { 'resilience.scope': scope },
        'axios-resilience: retry budget of https://api.test used up: retries wait for their turn',
      ],
    ]);
  });

  test('a call that must not be retried', () => {
    const lines = logged(({ onNotRetried }) => onNotRetried(ended('method-not-allowed', RESET)));
    expect(lines).toEqual([
      [
        'debug',
        expect.objectContaining({ ...CALL, 'resilience.because': 'method-not-allowed', 'resilience.attempts': 1 }),
        'axios-resilience: not retried: method-not-allowed',
      ],
    ]);
  });

  test.each([
    ['in the wait that was announced', 1, [RESET]],
    ['at its retry', 2, [RESET, { attempt: 2, durationMs: 3, code: 'ERR_CANCELED', failure: 'canceled' }]],
  ] as const)('a call whose caller cancels it %s: no less loud than what it follows', (_, attempts, records) => {
    expect(logged(({ onCanceled }) => onCanceled(ended('canceled', ...records)))).toEqual([
      [
        'info',
        expect.objectContaining({ ...CALL, 'resilience.because': 'canceled', 'resilience.attempts': attempts }),
        `axios-resilience: canceled after ${attempts} attempt${attempts === 1 ? '' : 's'}`,
      ],
    ]);
  });

  test('a call that ended before it was sent', () => {
    const [line] = logged(({ onFailure }) => onFailure(ended('deadline')));
    expect(line?.[1]).toMatchObject({ 'resilience.attempts': 0, 'http.request.resend_count': 0 });
    expect(line?.[2]).toBe('axios-resilience: gave up after 0 attempts: deadline');
  });

  test.each([
    ['closed', 'open', BUSY_ERROR, 'warn', { ...BECAUSE_BUSY, 'resilience.retry_in_ms': 1_000.1 }],
    ['open', 'half-open', BUSY_ERROR, 'warn', BECAUSE_BUSY],
    ['half-open', 'closed', undefined, 'info', {}],
    ['closed', 'isolated', undefined, 'warn', {}],
  ] as const)('a circuit that goes from %s to %s', (from, to, openedBy, level, more) => {
    const event = { scope: 'https://api.test', from, to, retryInMs: 1_000.12, openedBy };
    expect(logged(({ onStateChange }) => onStateChange(event))).toEqual([
      [
        level,
        {
          'resilience.scope': 'https://api.test',
          'resilience.circuit.from': from,
          'resilience.circuit.to': to,
          ...more,
        },
        `axios-resilience: circuit of https://api.test: ${from} → ${to}`,
      ],
    ]);
  });

  test('a bulkhead that is full', () => {
    const event = { scope: 'https://api.test', limit: 256, queued: 1 };
    expect(logged(({ onSaturation }) => onSaturation(event))).toEqual([
      [
        'warn',
        { 'resilience.scope': 'https://api.test', 'resilience.bulkhead.limit': 256, 'resilience.queued': 1 },
        'axios-resilience: bulkhead of https://api.test is full: 256 in flight',
      ],
    ]);
  });
});

describe('the message of an exception', () => {
  const message = (error: unknown) => {
    const lines = logged(({ onRetry }) => onRetry(retry(RESET, { error })));
    return lines.map(([, fields]) => (fields as Record<string, unknown>)['exception.message']).join();
  };
  const refused = ['::1', '127.0.0.1'].map((host) => new Error(`connect ECONNREFUSED ${host}:80`));

  test.each<[string, unknown, string]>([
    ['its own', new Error('socket hang up'), 'socket hang up'],
    ['that of what caused it', new Error('Network Error', { cause: new Error('bad port') }), 'bad port'],
    ['the last one that says anything', new Error('fetch failed', { cause: new Error('') }), 'fetch failed'],
    ['no error at all', 'thrown', 'thrown'],
    ['without userinfo', new Error('at https://u:secret@api.test/'), 'at https://api.test/'],
    ['without query values', new Error('at /a?key=secret&b=secret'), 'at /a?key=REDACTED&b=REDACTED'],
    [
      'one of several addresses that refused',
      new Error('Network Error', { cause: new AggregateError(refused) }),
      'connect ECONNREFUSED 127.0.0.1:80',
    ],
  ])('%s', (_, error, expected) => {
    expect(message(error)).toBe(expected);
  });

  test('ends on a circle', () => {
    const error = new Error('one');
    error.cause = new Error('two', { cause: error });
    expect(['one', 'two']).toContain(message(error));
  });
});

test('no record holds a header, a body, userinfo or a query value', () => {
  const headers = { authorization: 'secret' };
  const response = { status: 503, data: 'secret', headers, config } as never;
  const error = new AxiosError('at https://u:secret@api.test/?a=secret', 'X', config, headers, response);
  const lines = logged((listener) => {
    listener.onRetry(retry(RESET, { error, response }));
    listener.onRecovered({ ...FACTS, report: report(RESET, FINE), config, response });
    listener.onFailure({ ...ended('max-retries', RESET, BUSY), error, response });
    listener.onNotRetried({ ...ended('not-retryable', BUSY), error, response });
    listener.onReject({ ...FACTS, because: 'circuit-open', config, error });
  });
  expect(lines).toHaveLength(5);
  expect(JSON.stringify(lines)).not.toContain('secret');
});

describe('loggers', () => {
  afterEach(() => {
    jest.restoreAllMocks();
  });
  const event = { scope: 'a', from: 'half-open', to: 'closed', retryInMs: 0, openedBy: undefined } as const;
  const FIELDS = {
    'resilience.scope': 'a',
    'resilience.circuit.from': 'half-open',
    'resilience.circuit.to': 'closed',
  };
  const MESSAGE = 'axios-resilience: circuit of a: half-open → closed';

  test('pino gets fields, then the message, as methods of its own', () => {
    const lines: unknown[] = [];
    const logger = {
      name: 'mine',
      info(...args: unknown[]) {
        lines.push([this.name, ...args]);
      },
      warn() {},
      error() {},
    };
    logListener(logger).onStateChange?.(event);
    expect(lines).toEqual([['mine', FIELDS, MESSAGE]]);
  });

  test('console gets the message first', () => {
    const info = jest.spyOn(console, 'info').mockImplementation(() => {});
    logListener(console).onStateChange?.(event);
    expect(info.mock.calls).toEqual([[MESSAGE, FIELDS]]);
  });

  test('console shows a scope as it is named: a % in it is no directive that eats the fields', () => {
    const info = jest.spyOn(console, 'info').mockImplementation(() => {});
    logListener(console).onStateChange?.({ ...event, scope: '50%o%d' });
    const [line = ''] = info.mock.calls.map((args) => format(...args));
    expect(line).toMatch(/^axios-resilience: circuit of 50%o%d: half-open → closed \{/);
    expect(line).toContain("'resilience.circuit.to': 'closed'");
  });

  test('a message is one line, whatever is in the name of a scope', () => {
    const info = jest.spyOn(console, 'info').mockImplementation(() => {});
    logListener(console).onStateChange?.({ ...event, scope: 'tenant a\r\nFAKE \x1b[31mred' });
    expect(info.mock.calls[0]?.[0]).toBe('axios-resilience: circuit of tenant a  FAKE  [31mred: half-open → closed');
  });

  test('winston gets one object that holds the message', () => {
    const lines: unknown[] = [];
    const logger = {
      transports: [],
      log(entry: object) {
        lines.push([this.transports.length, entry]);
      },
      info() {},
      warn() {},
      error() {},
    };
    logListener(logger).onStateChange?.(event);
    expect(lines).toEqual([[0, { ...FIELDS, level: 'info', message: MESSAGE }]]);
  });

  test('and so does winston itself, which is its own first logger, but nothing of a level that it does not have', () => {
    const lines: unknown[] = [];
    const transport = new winston.transports.Stream({
      stream: new Writable({ objectMode: true, write: (line, _encoding, done) => done(void lines.push(line.message)) }),
    });
    winston.configure({ transports: [transport] });
    logListener(winston).onStateChange?.(event);
    const complaints = jest.spyOn(console, 'error').mockImplementation(() => {});
    const sparse = winston.createLogger({ levels: { error: 0, warn: 1 }, transports: [transport] });
    logListener(sparse as unknown as ResilienceLogger).onStateChange?.(event);
    expect([lines.length, complaints.mock.calls]).toEqual([1, []]);
    expect(`${lines[0]}`).toContain(MESSAGE);
    winston.clear();
  });

  test('electron-log has transports too, and takes a line as pino does', () => {
    const lines: Line[] = [];
    const write = (fields: object, message: string) => lines.push(['info', fields, message]);
    const unasked = () => lines.push(['warn', {}, 'not this one']);
    const logger = { transports: {}, log: unasked, info: write, warn: unasked, error: unasked };
    logListener(logger).onStateChange?.(event);
    expect(lines).toEqual([['info', FIELDS, MESSAGE]]);
  });

  test('a logger without debug and info misses those lines, and does no harm', () => {
    const lines: Line[] = [];
    const warn = (fields: object, message: string) => lines.push(['warn', fields, message]);
    const listener = logListener({ warn, error: warn });
    listener.onStateChange?.(event);
    listener.onNotRetried?.(ended('not-retryable', BUSY));
    listener.onStateChange?.({ ...event, from: 'closed', to: 'half-open' });
    expect(lines).toHaveLength(1);
  });

  test('what an asynchronous logger answers reaches whoever told it', () => {
    const failed = Promise.resolve('written');
    const { logger } = pinoShaped();
    expect(logListener({ ...logger, info: () => failed }).onStateChange?.(event)).toBe(failed);
  });
});

describe('a hook that failed', () => {
  afterEach(() => {
    jest.restoreAllMocks();
  });
  const FIELDS = { 'resilience.hook': 'onRetry', 'exception.message': 'at https://api.test/' };
  const MESSAGE = 'axios-resilience: onRetry failed; the call is not affected, and this is said once';
  const error = new Error('at https://u:secret@api.test/');

  test('is an error in the log, told once', async () => {
    const { lines, logger } = pinoShaped();
    await reportListenerFailure(logger, 'onRetry', error);
    expect(lines).toEqual([['error', FIELDS, MESSAGE]]);
  });

  const broken = new Error('disk full');
  test.each<[string, ResilienceLogger['error']]>([
    [
      'throws',
      () => {
        throw broken;
      },
    ],
    ['rejects', () => Promise.reject(broken)],
  ])('goes to the console if the logger %s', async (_, fail) => {
    const told = jest.spyOn(console, 'error').mockImplementation(() => {});
    await reportListenerFailure({ warn: fail, error: fail }, 'onRetry', error);
    expect(told.mock.calls).toEqual([[MESSAGE, FIELDS]]);
  });

  test('is lost if a console throws, as one does that tests have forbidden', async () => {
    let told = 0;
    const fail = () => {
      told++;
      throw broken;
    };
    jest.spyOn(console, 'error').mockImplementation(fail);
    await reportListenerFailure(console, 'onRetry', error);
    await reportListenerFailure({ warn: fail, error: fail }, 'onRetry', error);
    expect(told).toBe(3);
  });
});
