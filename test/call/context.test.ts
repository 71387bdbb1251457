import { describe, expect, jest, test } from '@jest/globals';
import axios from 'axios';
import type { ResilienceHooks, ResilienceLogger } from '../../src/base/events.js';
import type { Outcome } from '../../src/base/outcome.js';
import { Context } from '../../src/call/context.js';
import type { ResiliencePolicy } from '../../src/policy/types.js';
import { nextTurn } from '../helpers/settled.js';

const FAILED = { failure: 'status', response: { status: 503 }, retryAfterMs: 5_000 } as unknown as Outcome;

function made(policy: ResiliencePolicy = {}) {
  const warnings: string[] = [];
  const warn = (...line: unknown[]) => void warnings.push(line.filter((part) => typeof part === 'string').join(' '));
  const logger: ResilienceLogger = { debug: warn, info: warn, warn, error: warn };
  const context = new Context(axios, { logger, ...policy });
  return { context, warnings };
}

/** So many scopes of a call each, `0` the first. */
const fill = (context: Context, count: number) => {
  for (let i = 0; i < count; i++) Object.assign(context.scope(`${i}`).counters, { calls: 1, successes: 1 });
};
const has = (context: Context, name: string) => name in context.stats().scopes;

test('chance is that of the time when it is asked, which a test may have stubbed since', async () => {
  const { context } = made({ breaker: { consecutive: 1, minimumDuration: 0, openFor: 1_000 } });
  const { breaker } = context.scope('a').guard;
  const random = jest.spyOn(Math, 'random').mockReturnValue(0.999);
  await breaker?.begin(0)({ ...FAILED, retryAfterMs: 0 }, 1);
  random.mockRestore();
  expect(breaker?.retryInMs).toBeGreaterThan(1_150);
});

describe('scopes', () => {
  test('are opened once by name, each with a breaker to look at', () => {
    const { context } = made();
    const scope = context.scope('a');
    expect(context.scope('a')).toBe(scope);
    context.scope('b');
    expect([...context.breakers.keys(), context.breakers.get('a') === scope.guard.breaker]).toEqual(['a', 'b', true]);
  });

  test('without a breaker have none to look at', () => {
    const { context } = made({ breaker: false });
    context.scope('a');
    expect([context.breakers.size, Object.keys(context.stats().scopes)]).toEqual([0, ['a']]);
  });

  test.each([
    [undefined, 'undefined'],
    [7, '7'],
    [Symbol('a'), 'Symbol(a)'],
    [Object.create(null), 'an object'],
  ])('have a name, not %p', (name, shown) => {
    expect(() => made().context.scope(name as never)).toThrow(
      new TypeError(`\`scope\` must return a name, got ${shown}`),
    );
  });

  test('are a thousand at most: the hundred that were not used for longest go, and stay in the sums', () => {
    const { context } = made();
    fill(context, 1_000);
    context.scope('0');
    expect(Object.keys(context.stats().scopes)).toHaveLength(1_000);
    context.scope('new');
    const { calls, scopes } = context.stats();
    expect([Object.keys(scopes).length, calls]).toEqual([901, 1_000]);
    expect(['0', '1', '100', '101', 'new'].map((name) => has(context, name))).toEqual([true, false, false, true, true]);
    expect([context.breakers.size, context.breakers.has('100')]).toEqual([901, false]);
  });

  test('that are busy, or isolated by hand, are kept, though there be more than a thousand', () => {
    const { context } = made();
    fill(context, 1_000);
    context.scope('0').counters.inFlight = 1;
    context.scope('1').guard.breaker?.isolate();
    context.scope('2').counters.calls++; // between two attempts
    for (let i = 3; i < 1_000; i++) context.scope(`${i}`);
    context.scope('new');
    expect(['0', '1', '2', '3'].map((name) => has(context, name))).toEqual([true, true, true, false]);
    for (const name of Object.keys(context.stats().scopes)) context.scope(name).counters.inFlight = 1;
    for (let i = 0; i < 200; i++) context.scope(`newer ${i}`).counters.inFlight = 1;
    expect(Object.keys(context.stats().scopes)).toHaveLength(901 + 200);
  });

  test('that still refuse calls go when all do, but no sooner', () => {
    const { context } = made();
    fill(context, 1_000);
    for (let i = 0; i < 999; i++) context.scope(`${i}`).guard.coolDown?.begin(60_000);
    context.scope('new').guard.coolDown?.begin(60_000);
    expect([has(context, '999'), Object.keys(context.stats().scopes).length]).toEqual([false, 1_000]);
    for (let i = 0; i < 5_000; i++) context.scope(`newer ${i}`).guard.coolDown?.begin(60_000);
    expect([has(context, '0'), has(context, 'newer 4999')]).toEqual([false, true]);
    expect(Object.keys(context.stats().scopes).length).toBeLessThanOrEqual(1_000);
  });
});

describe('what a scope says', () => {
  test('reaches the hooks of the instance and who subscribed, frozen, until they are taken off', async () => {
    const told: unknown[] = [];
    const tell = (name: string) => (event: object) => void told.push([name, event, Object.isFrozen(event)]);
    const hooks: ResilienceHooks = { onCoolDown: tell('cool-down'), onSaturation: tell('saturation') };
    const { context } = made({ hooks, bulkhead: { limit: 1, queue: 0 }, retry: { budget: { reserve: 0 } } });
    const off = context.subscribe({ onBudgetExhausted: tell('budget'), onStateChange: tell('state') });
    const { guard } = context.scope('a');
    guard.bulkhead?.noteSaturation();
    guard.budget?.take(0, () => undefined);
    guard.budget?.take(0, () => undefined)?.leave(undefined);
    const hold = guard.breaker?.isolate();
    off();
    hold?.dispose();
    guard.tellCoolDown(FAILED, context.policy);
    expect(told).toEqual([
      ['saturation', { scope: 'a', limit: 1, queued: 0 }, true],
      ['budget', { scope: 'a' }, true],
      ['state', { scope: 'a', from: 'closed', to: 'isolated', retryInMs: Infinity }, true],
      ['cool-down', { scope: 'a', retryInMs: expect.any(Number) }, true],
    ]);
  });

  test('does not reach hooks that are none', () => {
    expect(() => made().context.subscribe({ onRetyr: () => {} } as never)).toThrow(/^`hooks.onRetyr` is not an option/);
  });

  test('is logged, and so is a hook that fails', async () => {
    const { context, warnings } = made({
      hooks: {
        onStateChange: () => {
          throw new Error('broken hook');
        },
      },
    });
    context.scope('a').guard.breaker?.isolate();
    await nextTurn();
    expect(warnings).toHaveLength(2);
    expect(warnings.join('\n')).toContain('onStateChange');
  });
});

test('what is amiss with the set-up is said once for each matter', async () => {
  const { context, warnings } = made();
  for (const matter of ['a', 'b', 'a']) context.warnOnce(matter, `about ${matter}`);
  await nextTurn();
  expect(warnings).toHaveLength(2);
  expect(warnings.join('\n')).toMatch(/about a\n.*about b/);
});

test('the policy of a context is frozen, and without the hooks, which are the instance’s', () => {
  const { context } = made({ hooks: { onRetry: () => {} }, deadline: 5 });
  expect([context.policy.hooks, context.policy.deadline, Object.isFrozen(context.policy)]).toEqual([[], 5, true]);
});
