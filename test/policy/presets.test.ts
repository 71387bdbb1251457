import { expect, test } from '@jest/globals';
import { presets } from '../../src/policy/presets.js';
import { resolvePolicy } from '../../src/policy/resolve.js';
import { validatePolicy } from '../../src/policy/validate.js';

test('the values of each', () => {
  expect(presets).toEqual({
    standard: {},
    interactive: {
      deadline: 5_000,
      attemptTimeout: 2_000,
      connectTimeout: 1_000,
      retry: { maxRetries: 2, backoff: { baseDelay: 50, maxDelay: 500 }, maxRetryAfter: 2_000 },
    },
    background: {
      deadline: 300_000,
      attemptTimeout: 60_000,
      connectTimeout: 10_000,
      retry: { maxRetries: 8, backoff: { baseDelay: 500, maxDelay: 60_000 }, maxRetryAfter: 240_000 },
    },
    retryOnly: {
      deadline: false,
      attemptTimeout: false,
      connectTimeout: false,
      retry: { budget: false },
      coolDown: false,
      breaker: false,
      bulkhead: false,
    },
  });
});

test.each(Object.entries(presets))('%s is a policy', (_, preset) => {
  expect(() => validatePolicy(preset)).not.toThrow();
});

test('what retryOnly switches off is off', () => {
  const off = { deadline: Infinity, coolDown: false, breaker: false, bulkhead: false };
  expect(resolvePolicy(presets.retryOnly)).toMatchObject({ ...off, retry: { budget: false, maxRetries: 3 } });
});

test('are frozen, also within', () => {
  const { interactive } = presets;
  const parts = [presets, presets.standard, interactive, interactive.retry, interactive.retry?.backoff];
  expect(parts.map((part) => Object.isFrozen(part))).toEqual([true, true, true, true, true]);
});
