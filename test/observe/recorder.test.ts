import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { AxiosError, AxiosHeaders, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios';
import { Recorder } from '../../src/observe/recorder.js';
import { fileReport, reportOf } from '../../src/observe/reports.js';

const response = (status: number) =>
  ({ status, data: 'secret', headers: { authorization: 'secret' } }) as Partial<AxiosResponse> as AxiosResponse;

describe('Recorder', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  test('reports figures and words of each attempt, and nothing of requests or answers', () => {
    const recorder = new Recorder();
    const error = new AxiosError('secret', 'ECONNRESET');
    recorder.sends = 3;
    recorder.attempt({ failure: 'read', error, unsent: false }, 5);
    recorder.delay(50);
    recorder.attempt({ failure: 'status', response: response(503), retryAfterMs: 2_000 }, 6);
    recorder.delay(2_100);
    recorder.attempt({ response: response(200) }, 7);
    recorder.waitedMs = 2_150;
    recorder.queuedMs = 3;
    jest.advanceTimersByTime(2_200);
    recorder.end('success');
    expect(recorder.report).toEqual({
      attempts: [
        { attempt: 1, durationMs: 5, code: 'ECONNRESET', failure: 'read', delayMs: 50 },
        { attempt: 2, durationMs: 6, status: 503, failure: 'status', retryAfterMs: 2_000, delayMs: 2_100 },
        { attempt: 3, durationMs: 7, status: 200 },
      ],
      retries: 2,
      waitedMs: 2_150,
      queuedMs: 3,
      elapsedMs: 2_200,
      ended: 'success',
      fallback: false,
    });
    expect(JSON.stringify(recorder.report)).not.toContain('secret');
  });

  test('knows a call that runs: no end yet, and time goes on', () => {
    const recorder = new Recorder();
    jest.advanceTimersByTime(10);
    expect(recorder.report).toMatchObject({ attempts: [], retries: 0, elapsedMs: 10, ended: undefined });
    jest.advanceTimersByTime(10);
    expect(recorder.report.elapsedMs).toBe(20);
  });

  test('time stands still once the call has ended', () => {
    const recorder = new Recorder();
    jest.advanceTimersByTime(10);
    recorder.end('max-retries');
    jest.advanceTimersByTime(10);
    expect(recorder.report).toMatchObject({ elapsedMs: 10, ended: 'max-retries' });
  });

  test('a report is frozen throughout, and later attempts leave it as it is', () => {
    const recorder = new Recorder();
    recorder.attempt({ response: response(200) }, 5);
    const { report } = recorder;
    recorder.attempt({ response: response(200) }, 6);
    expect([report, report.attempts, ...report.attempts].filter((part) => !Object.isFrozen(part))).toEqual([]);
    expect(report.attempts).toHaveLength(1);
    expect(recorder.report.attempts).toHaveLength(2);
  });

  test.each([
    [0, 0],
    [1, 0],
    [4, 3],
  ])('%d requests sent are %d retries', (sends, retries) => {
    expect(Object.assign(new Recorder(), { sends }).report.retries).toBe(retries);
  });

  test('an error’s code is kept only if it is a word', () => {
    const recorder = new Recorder();
    recorder.attempt({ failure: 'other', error: new DOMException('odd', 'DataCloneError') }, 1);
    recorder.attempt({ failure: 'other', error: 'thrown' }, 1);
    recorder.attempt({ failure: 'other', error: null }, 1);
    expect(recorder.report.attempts.map((record) => 'code' in record)).toEqual([false, false, false]);
  });

  test('the last attempt is the latest, with its wait; before the first there is none', () => {
    const recorder = new Recorder();
    recorder.delay(5);
    expect(recorder.last).toEqual({ attempt: 0, durationMs: 0 });
    recorder.attempt({ response: response(200) }, 5);
    recorder.attempt({ failure: 'timeout' }, 6);
    recorder.delay(40);
    expect(recorder.last).toEqual({ attempt: 2, durationMs: 6, failure: 'timeout', delayMs: 40 });
  });
});

describe('reportOf', () => {
  const recorded = (settled: unknown, retries: number) => {
    const recorder = Object.assign(new Recorder(), { sends: retries + 1 });
    fileReport(settled, recorder);
    return settled;
  };

  test('finds a report by the response, or the error, the call settled with', () => {
    expect(reportOf(recorded(response(200), 1))?.retries).toBe(1);
    expect(reportOf(recorded(new AxiosError('no'), 2))?.retries).toBe(2);
  });

  test('finds it by the config of a response, and of an error that was made later', () => {
    const config = recorded({ headers: new AxiosHeaders() }, 3) as InternalAxiosRequestConfig;
    expect(reportOf({ ...response(200), config })?.retries).toBe(3);
    expect(reportOf(new AxiosError('bad JSON', 'ERR_BAD_RESPONSE', config))?.retries).toBe(3);
  });

  test('prefers the error’s own report to that of its config', () => {
    const config = recorded({ headers: new AxiosHeaders() }, 3) as InternalAxiosRequestConfig;
    expect(reportOf(recorded(new AxiosError('no', 'X', config), 4))?.retries).toBe(4);
  });

  test('of an error of one’s own it is that of the cause, unless it has one itself', () => {
    const failure = recorded(new AxiosError('no'), 2);
    const own = new Error('orders cannot be had', { cause: new Error('later', { cause: failure }) });
    expect(reportOf(own)?.retries).toBe(2);
    expect(reportOf(recorded(own, 1))?.retries).toBe(1);
  });

  test('of what is frozen, and the latest of what settles twice', () => {
    expect(reportOf(recorded(Object.freeze(new Error('frozen')), 5))?.retries).toBe(5);
    const settled = new Error('thrown again');
    recorded(settled, 1);
    expect(reportOf(recorded(settled, 2))?.retries).toBe(2);
  });

  test('what is no object cannot be filed, and does no harm', () => {
    expect([undefined, null, 'text'].map((settled) => reportOf(recorded(settled, 1)))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});
