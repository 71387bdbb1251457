import { describe, expect, test } from '@jest/globals';
import type { AxiosResponse } from 'axios';
import type { StopReason } from '../../src/base/decision.js';
import type { Outcome } from '../../src/base/outcome.js';
import { settle } from '../../src/call/settle.js';
import { reportOf } from '../../src/observe/reports.js';
import type { Fallback } from '../../src/policy/types.js';
import { CONFIG, unsentCall } from '../helpers/unsent-call.js';

const ERROR = new Error('status 503');
const FAILED: Outcome = { failure: 'status', error: ERROR };

/** What a call settles with that ended so. */
async function settled(outcome: Outcome | undefined, because: StopReason | undefined, fallback?: Fallback) {
  const call = unsentCall(fallback && { fallback });
  call.outcome = outcome;
  call.decision = because && { retry: false, because };
  call.recorder.end('max-retries');
  try {
    return { response: await settle(call) };
  } catch (error) {
    return { error };
  }
}

describe('without a fallback', () => {
  test('a call gets the answer it ended with, good or bad', async () => {
    const response = { status: 503, data: 'busy' } as AxiosResponse;
    expect(await settled({ response }, undefined)).toEqual({ response });
    expect(await settled({ failure: 'status', response }, 'max-retries')).toEqual({ response });
    expect(await settled(undefined, undefined)).toEqual({ response: undefined });
  });

  test('or the error', async () => {
    expect(await settled(FAILED, 'max-retries')).toEqual({ error: ERROR });
    expect(await settled({ error: undefined }, 'vetoed')).toEqual({ error: undefined });
  });
});

describe('a fallback', () => {
  test('is asked with the error and the config, and its value becomes an answer', async () => {
    const asked: unknown[] = [];
    const { response } = await settled(FAILED, 'max-retries', (...args) => {
      asked.push(...args);
      return ['cached'];
    });
    expect(asked).toEqual([ERROR, CONFIG]);
    expect(response).toEqual({
      data: ['cached'],
      status: 200,
      statusText: 'Fallback',
      headers: { 'cache-control': 'no-store' },
      config: CONFIG,
      request: undefined,
    });
    expect(reportOf(response)).toMatchObject({ fallback: true, ended: 'max-retries' });
  });

  test.each([
    [null],
    [0],
    [''],
    ['text'],
    [{}],
    [{ status: 200, headers: {} }],
    [{ data: 1, headers: {} }],
    [{ data: 1, status: 2 }],
  ])('%j is a value like any other', async (value) => {
    const { response } = await settled(FAILED, 'max-retries', () => value);
    expect(response).toMatchObject({ data: value, statusText: 'Fallback' });
  });

  test('may have an answer of its own, later', async () => {
    const own = { data: 1, status: 203, headers: {} };
    const { response } = await settled(FAILED, 'max-retries', async () => own);
    expect(response).toEqual({ ...own, statusText: 'Fallback', config: CONFIG });
    expect(reportOf(response)).toMatchObject({ fallback: true });
  });

  test('may have one of a class, whose fields are getters', async () => {
    class Kept {
      readonly statusText = 'Kept';
      get data() {
        return { kept: true };
      }
      get status() {
        return 203;
      }
      get headers() {
        return { age: '60' };
      }
    }
    const { response } = await settled(FAILED, 'max-retries', () => new Kept());
    const all = { data: { kept: true }, status: 203, statusText: 'Kept', headers: { age: '60' }, config: CONFIG };
    expect(response).toEqual(all);
  });

  test('that has nothing leaves the call its error', async () => {
    expect(await settled(FAILED, 'max-retries', () => undefined)).toEqual({ error: ERROR });
  });

  test.each<[StopReason | undefined, boolean]>([
    ['not-retryable', false],
    ['canceled', false],
    ['circuit-open', true],
    ['deadline', true],
    ['method-not-allowed', true],
    [undefined, true],
  ])('after %s is asked: %p', async (because, isAsked) => {
    let asked = 0;
    await settled(FAILED, because, () => asked++);
    expect(asked).toBe(Number(isAsked));
  });
});
