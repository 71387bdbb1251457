import { describe, expect, test } from '@jest/globals';
import type { AxiosResponse } from 'axios';
import type { FailureKind } from '../../src/base/failure.js';
import type { Outcome } from '../../src/base/outcome.js';
import { resolvePolicy } from '../../src/policy/resolve.js';
import type { FailedAttempt, RetryPolicy } from '../../src/policy/types.js';
import { decide, type Facts, limitedKind } from '../../src/retry/decide.js';

const FACTS: Facts = {
  method: 'GET',
  idempotent: undefined,
  replayable: true,
  retries: 0,
  retriesBy: { connect: 0, read: 0, status: 0 },
  previousDelayMs: 0,
  budgetSpent: false,
  remainingMs: 30_000,
  failed: () => ({ attempt: 1, durationMs: 5 }) as FailedAttempt,
};

const answer = (status: number, more: Partial<Outcome> = {}): Outcome => ({
  failure: 'status',
  response: { status } as AxiosResponse,
  ...more,
});
const RESET: Outcome = { failure: 'read', unsent: false };
const REFUSED: Outcome = { failure: 'connect', unsent: true };

/** In short: why not, or after how long and why. The draw is ½, so that the first wait is 50 ms. */
function decided(outcome: Outcome, facts: Partial<Facts> = {}, retry: RetryPolicy = {}, worthwhile?: boolean) {
  const policy = resolvePolicy({ retry }).retry;
  const decision = decide(outcome, { ...FACTS, ...facts }, policy, () => 0.5, worthwhile);
  return decision.retry ? `${decision.delayMs} ms, ${decision.because}` : decision.because;
}

type Row = [string, Outcome, Partial<Facts>, RetryPolicy, string];

describe('each rule', () => {
  test.each<Row>([
    ['nothing failed', {}, {}, {}, 'success'],
    ['the call is over', { failure: 'canceled', final: 'canceled' }, {}, {}, 'canceled'],
    ['refused here', { failure: 'refused', final: 'circuit-open', unsent: true }, {}, {}, 'circuit-open'],
    ['a status that stays', answer(404), {}, {}, 'not-retryable'],
    ['as many retries as allowed', answer(503), { retries: 3 }, {}, 'max-retries'],
    ['the server may have acted', RESET, { method: 'POST' }, {}, 'method-not-allowed'],
    ['a body that is used up', answer(503), { replayable: false }, {}, 'body-not-replayable'],
    ['a wait longer than worth it', answer(503, { retryAfterMs: 60_001 }), {}, {}, 'retry-after-too-long'],
    ['no time left for the wait', answer(503), { remainingMs: 50 }, {}, 'deadline'],
    ['no budget left for it', answer(503), { budgetSpent: true }, {}, 'retry-budget'],
    ['else', answer(503), {}, {}, '50 ms, status'],
  ])('%s', (_, outcome, facts, retry, decision) => {
    expect(decided(outcome, facts, retry)).toBe(decision);
  });
});

describe('of two rules that apply, the first has its say', () => {
  const late = { remainingMs: 1 };
  const long = { retryAfterMs: 60_001 };
  test.each<Row>([
    ['success, over', { final: 'canceled' }, {}, {}, 'success'],
    ['over, stays', { failure: 'canceled', final: 'deadline' }, {}, {}, 'deadline'],
    ['stays, used up', answer(404), { retries: 3 }, {}, 'not-retryable'],
    ['used up, method', answer(503), { retries: 3, method: 'POST' }, {}, 'max-retries'],
    ['method, body', answer(503), { method: 'POST', replayable: false }, {}, 'method-not-allowed'],
    ['body, too long', answer(503, long), { replayable: false }, {}, 'body-not-replayable'],
    ['too long, deadline', answer(503, long), late, {}, 'retry-after-too-long'],
    ['deadline, retry', answer(503, { retryAfterMs: 1_000 }), { remainingMs: 1_050 }, {}, 'deadline'],
    ['retry', answer(503, { retryAfterMs: 1_000 }), { remainingMs: 1_051 }, {}, '1050 ms, retry-after'],
  ])('%s', (_, outcome, facts, retry, decision) => {
    expect(decided(outcome, facts, retry)).toBe(decision);
  });
});

describe('what may pass by itself', () => {
  test.each<[FailureKind, string]>([
    ['dns', '50 ms, dns'],
    ['connect', '50 ms, connect'],
    ['read', '50 ms, read'],
    ['timeout', '50 ms, timeout'],
    ['tls', 'not-retryable'],
    ['canceled', 'not-retryable'],
    ['refused', 'not-retryable'],
    ['other', 'not-retryable'],
  ])('%s: %s', (failure, decision) => {
    expect(decided({ failure })).toBe(decision);
  });

  test.each([408, 425, 429, 500, 502, 503, 504])('%d may', (status) => {
    expect(decided(answer(status))).toBe('50 ms, status');
  });

  test.each([400, 401, 403, 404, 409, 418, 421, 501, 505, 0, 600, 999])('%d may not', (status) => {
    expect(decided(answer(status))).toBe('not-retryable');
  });

  test.each<Row>([
    ['a list of statuses replaces the default: listed', answer(418), {}, { statuses: [418] }, '50 ms, status'],
    ['a list of statuses replaces the default: not listed', answer(503), {}, { statuses: [418] }, 'not-retryable'],
    ['an empty list takes none', answer(503), {}, { statuses: [] }, 'not-retryable'],
    ['an empty list is no word on lost connections', RESET, {}, { statuses: [] }, '50 ms, read'],
    ['413 without Retry-After', answer(413), {}, {}, 'not-retryable'],
    ['413 with Retry-After', answer(413, { retryAfterMs: 2_000 }), {}, {}, '2100 ms, retry-after'],
    ['413 with Retry-After: 0', answer(413, { retryAfterMs: 0 }), {}, {}, '50 ms, status'],
    [
      '413 with a Retry-After that is not respected',
      answer(413, { retryAfterMs: 2_000 }),
      {},
      { respectRetryAfter: false },
      'not-retryable',
    ],
    ['413 that is not listed', answer(413, { retryAfterMs: 2_000 }), {}, { statuses: [503] }, 'not-retryable'],
    ['a 200 that means "try again"', answer(200, { unready: true }), {}, {}, '50 ms, status'],
  ])('%s', (_, outcome, facts, retry, decision) => {
    expect(decided(outcome, facts, retry)).toBe(decision);
  });
});

describe('limits', () => {
  const by = (connect: number, read: number, status: number): Partial<Facts> => ({
    retries: connect + read + status,
    retriesBy: { connect, read, status },
  });
  test.each<Row>([
    ['no retries at all', answer(503), {}, { maxRetries: 0 }, 'max-retries'],
    ['the last retry', answer(503), by(0, 0, 4), { maxRetries: 5, backoff: { baseDelay: 0 } }, '0 ms, status'],
    ['one too many', answer(503), by(0, 0, 5), { maxRetries: 5 }, 'max-retries'],
    ['all kinds share the whole', RESET, by(1, 1, 1), {}, 'max-retries'],
    ['read: none', RESET, {}, { limits: { read: 0 } }, 'max-retries'],
    ['a timeout is a read', { failure: 'timeout' }, {}, { limits: { read: 0 } }, 'max-retries'],
    ['connect: none', REFUSED, {}, { limits: { connect: 0 } }, 'max-retries'],
    ['a DNS failure is a connect', { failure: 'dns' }, {}, { limits: { connect: 0 } }, 'max-retries'],
    ['status: one', answer(503), by(0, 0, 1), { limits: { status: 1 } }, 'max-retries'],
    [
      'status: none, for an answer that means "try again"',
      answer(200, { unready: true }),
      {},
      { limits: { status: 0 } },
      'max-retries',
    ],
    ['another kind is not used up', answer(503), by(0, 2, 0), { limits: { read: 2 } }, '200 ms, status'],
    [
      'the whole wins over a larger part',
      REFUSED,
      by(2, 0, 0),
      { maxRetries: 2, limits: { connect: 5 } },
      'max-retries',
    ],
  ])('%s', (_, outcome, facts, retry, decision) => {
    expect(decided(outcome, facts, retry)).toBe(decision);
  });

  test.each<[FailureKind | undefined, string | undefined]>([
    ['dns', 'connect'],
    ['connect', 'connect'],
    ['read', 'read'],
    ['timeout', 'read'],
    ['status', 'status'],
    ['tls', undefined],
    ['other', undefined],
    [undefined, undefined],
  ])('%s counts as %s', (failure, kind) => {
    expect(limitedKind(failure)).toBe(kind);
  });
});

describe('methods', () => {
  const POST = { method: 'POST' };
  test.each<Row>([
    ['POST, never sent', REFUSED, POST, {}, '50 ms, connect'],
    ['POST, may be sent', RESET, POST, {}, 'method-not-allowed'],
    ['POST, nobody knows', { failure: 'connect' }, POST, {}, 'method-not-allowed'],
    ['POST, answered', answer(503), POST, {}, 'method-not-allowed'],
    ['POST, asked to come again', answer(429, { retryAfterMs: 1_000 }), POST, {}, 'method-not-allowed'],
    ['POST, idempotent', RESET, { ...POST, idempotent: true }, {}, '50 ms, read'],
    ['PUT, not idempotent', RESET, { method: 'PUT', idempotent: false }, {}, 'method-not-allowed'],
    ['PUT, not idempotent, never sent', REFUSED, { method: 'PUT', idempotent: false }, {}, '50 ms, connect'],
    [
      'POST, listed, not idempotent',
      RESET,
      { ...POST, idempotent: false },
      { methods: ['POST'] },
      'method-not-allowed',
    ],
    [
      'false in a record, idempotent',
      RESET,
      { ...POST, idempotent: true },
      { methods: { POST: false } },
      '50 ms, read',
    ],
    ['POST, listed', answer(503), POST, { methods: ['post'] }, '50 ms, status'],
    ['POST, listed, another status', answer(501), POST, { methods: ['post'] }, 'not-retryable'],
    ['GET, no longer listed', answer(503), {}, { methods: ['POST'] }, 'method-not-allowed'],
    ['GET, no longer listed, never sent', REFUSED, {}, { methods: ['POST'] }, '50 ms, connect'],
    ['a verb nobody knows, listed', answer(503), { method: 'PROPFIND' }, { methods: ['PROPFIND'] }, '50 ms, status'],
    ['true in a record', answer(503), POST, { methods: { POST: true } }, '50 ms, status'],
    ['false in a record', answer(503), POST, { methods: { POST: false } }, 'method-not-allowed'],
    ['false in a record, never sent', REFUSED, POST, { methods: { POST: false } }, 'method-not-allowed'],
    ['its own statuses: listed', answer(409), POST, { methods: { POST: { statuses: [409] } } }, '50 ms, status'],
    ['its own statuses: not listed', answer(503), POST, { methods: { POST: { statuses: [409] } } }, 'not-retryable'],
    ['statuses of another', answer(503), {}, { methods: { GET: true, POST: { statuses: [] } } }, '50 ms, status'],
    ['its own number', answer(503), { ...POST, retries: 1 }, { methods: { POST: { maxRetries: 1 } } }, 'max-retries'],
    [
      'its own number above that of all',
      answer(503),
      { ...POST, retries: 3 },
      { methods: { POST: { maxRetries: 9 } } },
      'max-retries',
    ],
    ['GET, a 200 that means "try again"', answer(200, { unready: true }), {}, {}, '50 ms, status'],
    ['POST, a 200 that means "try again"', answer(200, { unready: true }), POST, {}, 'method-not-allowed'],
  ])('%s', (_, outcome, facts, retry, decision) => {
    expect(decided(outcome, facts, retry)).toBe(decision);
  });

  test.each(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE', 'QUERY'])('%s is sent again', (method) => {
    expect(decided(answer(503), { method })).toBe('50 ms, status');
  });

  test.each(['POST', 'PATCH', 'CONNECT', 'LINK', 'constructor'])('%s is not', (method) => {
    expect(decided(answer(503), { method })).toBe('method-not-allowed');
  });
});

describe('the opinion of shouldRetry', () => {
  test.each<[string, boolean, Outcome, Partial<Facts>, RetryPolicy, string]>([
    ['makes a 404 worth it', true, answer(404), {}, {}, '50 ms, status'],
    ['makes a TLS failure worth it', true, { failure: 'tls' }, {}, {}, '50 ms, tls'],
    ['makes a 413 worth it', true, answer(413), {}, {}, '50 ms, status'],
    ['makes a 503 not worth it', false, answer(503), {}, {}, 'not-retryable'],
    ['is no word on the method', true, answer(404), { method: 'POST' }, {}, 'method-not-allowed'],
    ['is no word on the limits', true, answer(404), { retries: 3 }, {}, 'max-retries'],
    ['is no word on the body', true, answer(404), { replayable: false }, {}, 'body-not-replayable'],
    ['is no word on the deadline', true, answer(404), { remainingMs: 10 }, {}, 'deadline'],
    ['is no word on the end of the call', true, { failure: 'canceled', final: 'canceled' }, {}, {}, 'canceled'],
    ['is no word on a success', true, {}, {}, {}, 'success'],
  ])('%s', (_, worthwhile, outcome, facts, retry, decision) => {
    expect(decided(outcome, facts, retry, worthwhile)).toBe(decision);
  });
});

describe('the wait', () => {
  const policy = resolvePolicy({}).retry;
  const wait = (retryAfterMs: number, draw: number) => {
    const facts = { ...FACTS, remainingMs: Infinity };
    return decide(answer(503, { retryAfterMs }), facts, policy, () => draw);
  };

  test.each([
    [100, 0, 100],
    [100, 1, 110],
    [5_000, 0, 5_000],
    [5_000, 0.5, 5_250],
    [10_000, 1, 11_000],
    [60_000, 0, 60_000],
    [60_000, 1, 61_000],
  ])('asked for %d ms, draw %d: %d ms', (askedMs, draw, delayMs) => {
    expect(wait(askedMs, draw)).toEqual({ retry: true, delayMs, because: 'retry-after' });
  });

  test('fits a timer, however long the wait that is allowed', () => {
    const patient = resolvePolicy({ retry: { maxRetryAfter: 2 ** 31 - 1 } }).retry;
    const facts = { ...FACTS, remainingMs: Infinity };
    const decision = decide(answer(503, { retryAfterMs: 2 ** 31 - 1 }), facts, patient, () => 0.99);
    expect(decision).toEqual({ retry: true, delayMs: 2 ** 31 - 1, because: 'retry-after' });
  });

  test.each<Row>([
    ['Retry-After of 0: the backoff', answer(503, { retryAfterMs: 0 }), {}, {}, '50 ms, status'],
    ['Retry-After below the backoff', answer(503, { retryAfterMs: 10 }), {}, {}, '10.5 ms, retry-after'],
    ['on a status like any other', answer(500, { retryAfterMs: 1_000 }), {}, {}, '1050 ms, retry-after'],
    ['not respected', answer(503, { retryAfterMs: 1_000 }), {}, { respectRetryAfter: false }, '50 ms, status'],
    ['not respected, too long', answer(503, { retryAfterMs: 1e9 }), {}, { respectRetryAfter: false }, '50 ms, status'],
    ['endless', answer(503, { retryAfterMs: Infinity }), {}, {}, 'retry-after-too-long'],
    ['none is worth it', answer(503, { retryAfterMs: 1 }), {}, { maxRetryAfter: 0 }, 'retry-after-too-long'],
    ['the second', answer(503), { retries: 1 }, {}, '100 ms, status'],
    ['the third', answer(503), { retries: 2 }, {}, '200 ms, status'],
    ['as a function says', answer(503), {}, { backoff: ({ attempt }) => attempt * 40 }, '40 ms, status'],
    ['a function that says too long', answer(503), {}, { backoff: () => 30_000 }, 'deadline'],
    [
      'after the last wait',
      answer(503),
      { previousDelayMs: 200 },
      { backoff: { jitter: 'decorrelated' } },
      '350 ms, status',
    ],
    ['a stale connection is replaced at once', { ...RESET, stale: true }, {}, {}, '0 ms, read'],
    ['… once a call', { ...RESET, stale: true }, { retries: 1 }, {}, '100 ms, read'],
    ['no deadline', answer(503), { remainingMs: Infinity }, {}, '50 ms, status'],
  ])('%s', (_, outcome, facts, retry, decision) => {
    expect(decided(outcome, facts, retry)).toBe(decision);
  });
});
