import { describe, expect, test } from '@jest/globals';
import type { Outcome } from '../../src/base/outcome.js';
import { type Settings, verdictOf } from '../../src/guard/verdict.js';
import { DEFAULTS } from '../../src/policy/defaults.js';

const answer = (status: number, more: Partial<Outcome> = {}): Outcome => ({
  failure: 'status',
  response: { status } as never,
  ...more,
});
const coded = (code: string): Outcome => ({ failure: 'other', error: Object.assign(new Error(code), { code }) });

const counts = (outcome: Outcome, { isProbe = false, tookMs = 5, ...settings }: Partial<Settings> & Extra = {}) =>
  verdictOf(outcome, tookMs, { ...DEFAULTS.breaker, respectRetryAfter: true, ...settings }, isProbe)?.counts;

interface Extra {
  isProbe?: boolean;
  tookMs?: number;
}

describe('what an attempt tells of its host', () => {
  test.each<[string, Outcome, string | undefined]>([
    ['success', {}, 'answered'],
    ['404', answer(404), 'answered'],
    ['408', answer(408), 'failure'],
    ['499', answer(499), 'answered'],
    ['500', answer(500), 'failure'],
    ['501', answer(501), 'answered'],
    ['503', answer(503), 'failure'],
    ['403 of a proxy that makes no tunnel', answer(403, { unsent: true }), undefined],
    ['503 of such', answer(503, { unsent: true }), 'failure'],
    ['a status that is none', { failure: 'status' }, 'answered'],
    ['a lost connection', { failure: 'read' }, 'failure'],
    ['a cancellation', { failure: 'canceled' }, undefined],
    ['a refusal of our own', { failure: 'refused' }, undefined],
    ['a failure that nobody knows', { failure: 'other' }, undefined],
    ['… with an answer', { failure: 'other', response: { status: 200 } as never }, 'failure'],
    ['no file descriptor left', { ...coded('EMFILE'), failure: 'connect' }, undefined],
    ['… in the whole system', { ...coded('ENFILE'), failure: 'connect' }, undefined],
    ['connection refused', { ...coded('ECONNREFUSED'), failure: 'connect' }, 'failure'],
  ])('%s', (_, outcome, verdict) => {
    expect(counts(outcome)).toBe(verdict);
  });

  test('429 is an answer, unless the policy or a probe that is told when to come back says otherwise', () => {
    const asks = { retryAfterMs: 1_000 };
    expect([
      counts(answer(429)),
      counts(answer(429, asks)),
      counts(answer(429), { isProbe: true }),
      counts(answer(429, asks), { isProbe: true }),
      counts(answer(429), { countRateLimit: true }),
    ]).toEqual(['answered', 'answered', 'answered', 'failure', 'failure']);
  });

  test('a probe that was kept back here is told from one that is cancelled, which says nothing of how the next would fare', () => {
    const trouble: Outcome[] = [
      { ...coded('EMFILE'), failure: 'connect' },
      { failure: 'canceled' },
      { failure: 'refused' },
    ];
    const own = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
    expect(trouble.map((outcome) => counts(outcome, { isProbe: true }))).toEqual(['kept-back', undefined, undefined]);
    Object.defineProperty(globalThis, 'navigator', { value: { onLine: false }, configurable: true });
    const offline = [...trouble, { failure: 'read' } as const].map((outcome) => counts(outcome, { isProbe: true }));
    Reflect.deleteProperty(globalThis, 'navigator');
    if (own) Object.defineProperty(globalThis, 'navigator', own);
    expect(offline).toEqual(['kept-back', undefined, undefined, 'kept-back']);
  });

  test('an answer is slow above the limit, if there is one', () => {
    expect([
      counts({}, { tookMs: 60_000 }),
      counts({}, { tookMs: 100, slowCallDuration: 100 }),
      counts({}, { tookMs: 101, slowCallDuration: 100 }),
    ]).toEqual(['answered', 'answered', 'failure']);
  });

  test('Retry-After is heard if the policy heeds it', () => {
    const asks = (status: number) => ({ ...answer(status), retryAfterMs: 7_000 });
    const heard = (status: number, isProbe: boolean) =>
      [true, false].map((respectRetryAfter) => {
        const verdict = verdictOf(asks(status), 5, { ...DEFAULTS.breaker, respectRetryAfter }, isProbe);
        return verdict?.counts === 'failure' ? verdict.retryAfterMs : verdict?.counts;
      });
    expect([heard(503, false), heard(503, true)]).toEqual([
      [7_000, 0],
      [7_000, 0],
    ]);
    expect([heard(429, false), heard(429, true)]).toEqual([
      ['answered', 'answered'],
      [7_000, 'answered'],
    ]);
  });

  test.each([{ message: Symbol('x') }, { message: Object.create(null) }])(
    'so is one with an error whose message is no text: %p',
    (error) => {
      const verdict = verdictOf({ ...answer(503), error }, 5, { ...DEFAULTS.breaker, respectRetryAfter: true }, false);
      expect(verdict).toMatchObject({ why: { message: 'status 503' } });
    },
  );

  test('what it says is told to others, and so holds no secret', () => {
    const error = new Error('error sending request for url (https://u:hunter2@api.test/a?token=s3cr3t#key=s3cr3t)');
    const verdict = verdictOf({ failure: 'read', error }, 5, { ...DEFAULTS.breaker, respectRetryAfter: true }, false);
    expect(verdict).toMatchObject({
      why: { message: 'error sending request for url (https://api.test/a?token=REDACTED' },
    });
  });

  test('a failure without an error is known by its status', () => {
    expect(verdictOf(answer(503), 5, { ...DEFAULTS.breaker, respectRetryAfter: true }, false)).toEqual({
      counts: 'failure',
      retryAfterMs: 0,
      why: { message: 'status 503', code: undefined, status: 503 },
    });
  });
});
