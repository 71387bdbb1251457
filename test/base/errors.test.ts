import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import axios, { AxiosError, AxiosHeaders, type InternalAxiosRequestConfig } from 'axios';
import {
  attemptTimeoutError,
  BulkheadFullError,
  CircuitOpenError,
  canceledError,
  DeadlineExceededError,
  isResilienceError,
} from '../../src/base/errors.js';

const CONFIG: InternalAxiosRequestConfig = { url: '/a', headers: new AxiosHeaders() };
const SCOPE = 'https://api.test';
const cause = new AxiosError('socket hang up', 'ECONNRESET');

describe('refusals', () => {
  test.each([
    [
      new CircuitOpenError(CONFIG, SCOPE, 250, 'open', cause),
      {
        name: 'CircuitOpenError',
        code: 'ERR_CIRCUIT_OPEN',
        message: 'Circuit of https://api.test is open',
        retryInMs: 250,
      },
    ],
    [
      new BulkheadFullError(CONFIG, SCOPE, 2, 10),
      {
        name: 'BulkheadFullError',
        code: 'ERR_BULKHEAD_FULL',
        message: 'Bulkhead of https://api.test is full: 2 in flight, 10 queued',
      },
    ],
    [
      new DeadlineExceededError(CONFIG, SCOPE, 500, cause),
      {
        name: 'DeadlineExceededError',
        code: 'ERR_DEADLINE_EXCEEDED',
        message: 'deadline of 500 ms exceeded; last failure: socket hang up',
        deadline: 500,
      },
    ],
  ])('%p is an AxiosError that says what refused it, and where', (error, facts) => {
    expect(error).toMatchObject({ ...facts, config: CONFIG, scope: SCOPE, isResilienceError: true });
    expect(error).toBeInstanceOf(AxiosError);
    expect(axios.isAxiosError(error)).toBe(true);
    expect(isResilienceError(error)).toBe(true);
  });

  test('a deadline that passed during the first attempt names no failure and has no cause', () => {
    const error = new DeadlineExceededError(CONFIG, SCOPE, 500);
    expect(error.message).toBe('deadline of 500 ms exceeded');
    expect('cause' in error).toBe(false);
  });

  test('the cause is there to read, but serialises to nothing', () => {
    const error = new CircuitOpenError(CONFIG, SCOPE, 250, 'open', cause);
    expect(error.cause).toBe(cause);
    expect(Object.keys(error)).not.toContain('cause');
    expect(JSON.stringify(error)).not.toContain('socket hang up');
  });
});

describe('isResilienceError', () => {
  test('knows the error of another copy of this package', () => {
    expect(isResilienceError({ isResilienceError: true, code: 'ERR_BULKHEAD_FULL' })).toBe(true);
  });

  test.each([
    undefined,
    null,
    'ERR_CIRCUIT_OPEN',
    new Error('no'),
    new AxiosError('no', 'ERR_CIRCUIT_OPEN'),
    { isResilienceError: true, code: 'ERR_NETWORK' },
    { isResilienceError: 1, code: 'ERR_CIRCUIT_OPEN' },
  ])('%p is none', (other) => {
    expect(isResilienceError(other)).toBe(false);
  });
});

describe('attemptTimeoutError', () => {
  test.each([
    [{}, 'AttemptTimeoutError', 'ETIMEDOUT', 'attemptTimeout of 50 ms exceeded'],
    [{ timeout: 50 }, 'AxiosError', 'ECONNABORTED', 'timeout of 50ms exceeded'],
    [{ timeout: 50, timeoutErrorMessage: 'Too slow' }, 'AxiosError', 'ECONNABORTED', 'Too slow'],
    [
      { timeout: 50, transitional: { clarifyTimeoutError: true } },
      'AxiosError',
      'ETIMEDOUT',
      'timeout of 50ms exceeded',
    ],
    [{ timeoutErrorMessage: 'Too slow' }, 'AttemptTimeoutError', 'ETIMEDOUT', 'attemptTimeout of 50 ms exceeded'],
  ])('%j: names the limit that was passed, as axios would its own', (fields, name, code, message) => {
    const error = attemptTimeoutError({ ...CONFIG, ...fields }, 50, 'timeout' in fields);
    expect(error).toMatchObject({ name, code, message });
    expect(error.constructor).toBe(AxiosError);
    // With a name of its own, if any: `AxiosError [AttemptTimeoutError]: …`.
    expect(inspect(error)).toMatch(/^AxiosError(:| \[)/);
    expect(isResilienceError(error)).toBe(false);
  });
});

describe('canceledError', () => {
  test('is what axios rejects with, and carries the reason', () => {
    const reason = new Error('left the page');
    const error = canceledError(CONFIG, reason);
    expect(error).toMatchObject({ code: 'ERR_CANCELED', message: 'canceled', config: CONFIG });
    expect(error.cause).toBe(reason);
    expect(Object.keys(error)).not.toContain('cause');
    expect(axios.isCancel(error)).toBe(true);
  });

  test('says what the old cancel token was cancelled with', () => {
    const source = axios.CancelToken.source();
    source.cancel('left the page');
    const error = canceledError({ ...CONFIG, cancelToken: source.token }, undefined);
    expect(error.message).toBe('left the page');
    expect(error.cause).toBeUndefined();
  });
});
