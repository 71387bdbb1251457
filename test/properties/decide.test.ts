import { describe, expect, test } from '@jest/globals';
import type { AxiosResponse } from 'axios';
import { MAX_TIMER_MS } from '../../src/base/clock.js';
import type { FailureKind } from '../../src/base/failure.js';
import type { Outcome } from '../../src/base/outcome.js';
import { type ResolvedRetry, resolvePolicy } from '../../src/policy/resolve.js';
import type { FailedAttempt, RetryPolicy } from '../../src/policy/types.js';
import { decide, type Facts, limitedKind } from '../../src/retry/decide.js';
import { deepFreeze, draws, fc } from '../helpers/seeded.js';

const STOPS = [
  'success',
  'max-retries',
  'not-retryable',
  'method-not-allowed',
  'body-not-replayable',
  'retry-after-too-long',
  'deadline',
  'retry-budget',
  'circuit-open',
  'cooling-down',
  'bulkhead-full',
  'canceled',
  'vetoed',
];

const failures = fc.constantFrom<FailureKind>(
  ...(['dns', 'connect', 'tls', 'read', 'timeout', 'status', 'canceled', 'refused', 'other'] as const),
);
const statuses = fc.oneof(fc.constantFrom(408, 413, 425, 429, 500, 502, 503, 504), fc.integer({ min: 100, max: 599 }));
const waits = fc.oneof(
  fc.integer({ min: 0, max: 100_000 }),
  fc.double({ min: 0, max: Number.MAX_VALUE, noNaN: true }),
  fc.constantFrom(0, MAX_TIMER_MS - 1, MAX_TIMER_MS, MAX_TIMER_MS + 1),
);
const timers = fc.oneof(
  fc.integer({ min: 0, max: 30_000 }),
  fc.double({ min: 0, max: MAX_TIMER_MS, noNaN: true }),
  fc.constant(MAX_TIMER_MS),
);
const few = fc.integer({ min: 0, max: 5 });
const methods = fc.constantFrom('GET', 'POST', 'PUT', 'PURGE');

const answers = statuses.map((status) => ({ status }) as AxiosResponse);

const outcomes: fc.Arbitrary<Outcome> = fc.oneof(
  { weight: 1, arbitrary: fc.record({ response: answers }) },
  {
    weight: 9,
    arbitrary: fc.record(
      {
        failure: failures,
        response: answers,
        unsent: fc.boolean(),
        stale: fc.boolean(),
        retryAfterMs: waits,
        unready: fc.boolean(),
      },
      { requiredKeys: ['failure'] },
    ),
  },
  {
    weight: 1,
    arbitrary: fc.record({ failure: failures, final: fc.constantFrom('canceled', 'deadline', 'circuit-open') }),
  },
);

const rules = fc.oneof(
  fc.boolean(),
  fc.record({ statuses: fc.array(statuses), maxRetries: few }, { requiredKeys: [] }),
);

const policies: fc.Arbitrary<ResolvedRetry> = fc
  .record<RetryPolicy>(
    {
      maxRetries: few,
      limits: fc.record({ connect: few, read: few, status: few }, { requiredKeys: [] }),
      methods: fc.oneof(
        fc.array(methods, { minLength: 1 }),
        fc.dictionary(methods, rules, { minKeys: 1 }) as fc.Arbitrary<Record<string, boolean>>,
      ),
      statuses: fc.array(statuses),
      backoff: fc.oneof(
        fc.record(
          { baseDelay: timers, maxDelay: timers, jitter: fc.constantFrom('full', 'equal', 'decorrelated', 'none') },
          { requiredKeys: [] },
        ),
        fc.double().map((delay) => () => delay),
      ),
      respectRetryAfter: fc.boolean(),
      maxRetryAfter: timers,
    },
    { requiredKeys: [] },
  )
  .map((retry) => resolvePolicy({ retry }).retry);

const facts: fc.Arbitrary<Facts> = fc.record({
  method: methods,
  idempotent: fc.boolean(),
  replayable: fc.boolean(),
  retries: few,
  retriesBy: fc.record({ connect: few, read: few, status: few }),
  previousDelayMs: timers,
  remainingMs: fc.oneof(fc.integer({ min: -10, max: 60_000 }), fc.constant(Infinity)),
  budgetSpent: fc.boolean(),
  failed: fc.constant(() => ({ attempt: 1, durationMs: 5 }) as FailedAttempt),
});

const opinions = fc.option(fc.boolean(), { nil: undefined });

/** `holds` for whatever is decided; gives how many of the cases were a retry. */
function always(
  holds: (decision: ReturnType<typeof decide>, outcome: Outcome, facts: Facts, policy: ResolvedRetry) => boolean,
): { retried: boolean } {
  let retries = 0;
  fc.assert(
    fc.property(outcomes, facts, policies, draws, opinions, (outcome, known, policy, draw, opinion) => {
      const decision = decide(outcome, known, policy, () => draw, opinion);
      if (decision.retry) retries++;
      return holds(decision, outcome, known, policy);
    }),
  );
  return { retried: retries > 0 };
}

describe('decide', () => {
  test('a stop always has a name, and it is "success" where nothing failed and only there', () => {
    const { retried } = always(
      (decision, { failure }) =>
        decision.retry || (STOPS.includes(decision.because) && (decision.because === 'success') === !failure),
    );
    expect(retried).toBe(true);
  });

  test('what is final is not retried, and the call ends as it says', () => {
    const { retried } = always((decision, { final, failure }) => !(final && failure) || decision.because === final);
    expect(retried).toBe(true);
  });

  test('no limit is passed: not of all retries, of a kind of failure, nor of a method', () => {
    const { retried } = always((decision, { failure }, { retries, retriesBy, method }, policy) => {
      if (!decision.retry) return true;
      const kind = limitedKind(failure);
      return (
        retries < policy.maxRetries &&
        retries < (policy.methods.get(method)?.maxRetries ?? Infinity) &&
        (!kind || retriesBy[kind] < policy.limits[kind])
      );
    });
    expect(retried).toBe(true);
  });

  test('a call as a whole has no more retries than the limits allow, whatever its attempts meet', () => {
    let most = 0;
    const lists = fc.array(outcomes, { minLength: 8, maxLength: 12 });
    fc.assert(
      fc.property(lists, facts, policies, draws, (list, known, policy, draw) => {
        const retriesBy = { connect: 0, read: 0, status: 0 };
        let retries = 0;
        for (const outcome of list) {
          const now = { ...known, replayable: true, budgetSpent: false, idempotent: true, retries, retriesBy };
          if (!decide(outcome, now, policy, () => draw, true).retry) break;
          retries++;
          const kind = limitedKind(outcome.failure);
          if (kind) retriesBy[kind]++;
        }
        most = Math.max(most, retries);
        return (
          retries <= Math.min(policy.maxRetries, policy.methods.get(known.method)?.maxRetries ?? policy.maxRetries) &&
          retriesBy.connect <= policy.limits.connect &&
          retriesBy.read <= policy.limits.read &&
          retriesBy.status <= policy.limits.status
        );
      }),
    );
    expect(most).toBeGreaterThanOrEqual(3);
  });

  test('a method that is not allowed is retried only as idempotent, or unsent and not forbidden', () => {
    const { retried } = always((decision, { unsent }, { idempotent, method }, { methods: listed }) => {
      const rule = listed.get(method);
      return !decision.retry || rule?.allowed === true || idempotent || (unsent === true && rule === undefined);
    });
    expect(retried).toBe(true);
  });

  test('no body is sent twice that cannot be, and no budget overdrawn', () => {
    const { retried } = always((decision, _, known) => !decision.retry || (known.replayable && !known.budgetSpent));
    expect(retried).toBe(true);
  });

  test('a delay is one that a timer keeps, and ends before the deadline', () => {
    const { retried } = always(
      (decision, _, { remainingMs }) =>
        !decision.retry ||
        (decision.delayMs >= 0 && decision.delayMs <= MAX_TIMER_MS && decision.delayMs < remainingMs),
    );
    expect(retried).toBe(true);
  });

  test('nothing is sent sooner than a Retry-After that is respected, nor is one waited for that is too long', () => {
    const { retried } = always(
      (decision, { retryAfterMs = 0 }, _, { respectRetryAfter, maxRetryAfter }) =>
        !decision.retry ||
        !respectRetryAfter ||
        (decision.delayMs >= retryAfterMs &&
          retryAfterMs <= maxRetryAfter &&
          (decision.because === 'retry-after') === retryAfterMs > 0),
    );
    expect(retried).toBe(true);
  });

  test('a failure that is not worthwhile to the caller is not retried', () => {
    fc.assert(
      fc.property(
        outcomes,
        facts,
        policies,
        draws,
        (outcome, known, policy, draw) => !decide(outcome, known, policy, () => draw, false).retry,
      ),
    );
  });

  test('the same inputs and draws give the same decision, and nothing is written to', () => {
    fc.assert(
      fc.property(outcomes, facts, policies, draws, (outcome, known, policy, draw) => {
        const frozen = [deepFreeze(outcome), deepFreeze(known), deepFreeze(policy)] as const;
        const first = decide(...frozen, () => draw);
        expect(decide(...frozen, () => draw)).toEqual(first);
      }),
    );
  });
});
