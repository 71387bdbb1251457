import { describe, expect, test } from '@jest/globals';
import { AxiosError, type AxiosResponse, CanceledError } from 'axios';
import { ConnectionWatch } from '../../src/call/connection.js';
import { connectTimedOut, outcomeOfError, outcomeOfResponse, thrown, timedOut } from '../../src/call/outcomes.js';
import type { RetryPolicy } from '../../src/policy/types.js';
import { CONFIG, unsentCall } from '../helpers/unsent-call.js';

const call = (retry: RetryPolicy = {}) => unsentCall({ retry, connectTimeout: 300 });

const answer = (status: number, headers: Record<string, string> = {}, data: unknown = ''): AxiosResponse => ({
  status,
  statusText: '',
  headers,
  data,
  config: CONFIG,
});

const failed = (code: string) => new AxiosError(code, code, CONFIG);

/** A watch that has seen so many hops. */
function watched(hops: number, reused: boolean): ConnectionWatch {
  const watch = new ConnectionWatch({ limitMs: Infinity, fresh: false }, () => {});
  return Object.defineProperties(watch, { hops: { value: hops }, reused: { value: reused } });
}

describe('an answer', () => {
  test('that is good, or none at all as of a custom adapter, is left for axios to judge', () => {
    const response = answer(200);
    const outcome = outcomeOfResponse(response, call());
    expect(outcome).toEqual({ response });
    expect(outcome.response).toBe(response);
    expect(outcomeOfResponse(undefined as never, call())).toEqual({ response: undefined });
  });

  test('of a listed status fails, with the wait it asks for', () => {
    const outcome = outcomeOfResponse(answer(503, { 'retry-after': '2' }), call());
    expect(outcome).toMatchObject({ failure: 'status', response: { status: 503 }, retryAfterMs: 2_000 });
  });

  test('is held against the list of its method, where that has one', () => {
    const listed = call({ methods: { get: { statuses: [404] } } });
    expect([404, 503].map((status) => outcomeOfResponse(answer(status), listed).failure)).toEqual([
      'status',
      undefined,
    ]);
  });

  test('that is 413 fails only with a Retry-After: without, the same would come again, and axios takes it as good', () => {
    const outcomes = [{}, { 'retry-after': 'soon' }, { 'retry-after': '2' }].map((headers) =>
      outcomeOfResponse(answer(413, headers), call()),
    );
    expect(outcomes.map(({ failure }) => failure)).toEqual([undefined, undefined, 'status']);
  });

  test('whose body says "try again" is not ready', () => {
    const pending = call({ retryResponse: ({ data }) => (data as { state: string }).state === 'pending' });
    const outcomes = ['{"state":"pending"}', '{"state":"done"}'].map((data) =>
      outcomeOfResponse(answer(200, {}, data), pending),
    );
    expect(outcomes.map(({ failure, unready }) => [failure, unready])).toEqual([
      ['status', true],
      [undefined, undefined],
    ]);
    expect(outcomes[0]?.response?.data).toBe('{"state":"pending"}');
  });

  test('that the caller’s function fails on ends the call with its error, and its body is let go', () => {
    const error = new Error('broken');
    let canceled = 0;
    const broken = call({
      retryResponse: () => {
        throw error;
      },
    });
    const body = new ReadableStream({ cancel: () => void canceled++ });
    expect(outcomeOfResponse(answer(200, {}, body), broken)).toEqual(thrown(error));
    expect(canceled).toBe(1);
  });
});

describe('an error', () => {
  test.each([
    ['ECONNREFUSED', 'connect', true],
    ['ENOTFOUND', 'dns', true],
    ['ECONNRESET', 'read', false],
    ['ETIMEDOUT', 'timeout', false],
  ])('%s is a failure of kind %s, unsent: %p', (code, failure, unsent) => {
    const error = failed(code);
    expect(outcomeOfError(error, undefined, CONFIG, undefined)).toEqual({ failure, error, unsent });
  });

  test('after a redirect, the first hop was sent', () => {
    const unsent = [1, 2].map(
      (hops) => outcomeOfError(failed('ECONNREFUSED'), undefined, CONFIG, watched(hops, false)).unsent,
    );
    expect(unsent).toEqual([true, false]);
  });

  test('is stale only where a connection used before was lost without an answer', () => {
    const reset = failed('ECONNRESET');
    const stale = [
      outcomeOfError(reset, undefined, CONFIG, watched(1, true)),
      outcomeOfError(reset, undefined, CONFIG, watched(1, false)),
      outcomeOfError(reset, answer(200), CONFIG, watched(1, true)),
      outcomeOfError(failed('ETIMEDOUT'), undefined, CONFIG, watched(1, true)),
    ].map((outcome) => outcome.stale);
    expect(stale).toEqual([true, false, false, false]);
  });

  test('with an answer brings the answer and the wait it asks for', () => {
    const response = answer(503, { 'retry-after': '1' });
    const error = new AxiosError('Request failed', AxiosError.ERR_BAD_RESPONSE, CONFIG, {}, response);
    const strict = { ...CONFIG, validateStatus: (status: number) => status < 300 };
    error.config = strict;
    expect(outcomeOfError(error, response, strict, undefined)).toMatchObject({
      failure: 'status',
      response: { status: 503 },
      retryAfterMs: 1_000,
    });
  });

  test('of a cancelled attempt is the end of the call', () => {
    const outcome = outcomeOfError(new CanceledError(), undefined, CONFIG, undefined);
    expect(outcome).toMatchObject({ failure: 'canceled', final: 'canceled' });
  });
});

describe('a limit of time', () => {
  test('of an attempt leaves open whether the server acted', () => {
    const outcome = timedOut(call(), 500, false);
    expect(outcome).toMatchObject({ failure: 'timeout', error: { message: 'attemptTimeout of 500 ms exceeded' } });
    expect(outcome.unsent).toBeUndefined();
  });

  test('of connecting means that nothing was sent, if there was no hop before', () => {
    const outcomes = [1, 2].map((hops) => connectTimedOut(call(), hops));
    expect(outcomes.map(({ unsent }) => unsent)).toEqual([true, false]);
    expect(outcomes[0]).toMatchObject({ failure: 'connect', error: { message: 'connectTimeout of 300 ms exceeded' } });
  });
});
