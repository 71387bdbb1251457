import { expect, test } from '@jest/globals';
import { Counters, snapshot } from '../../src/observe/stats.js';

const NONE = {
  calls: 0,
  attempts: 0,
  retries: 0,
  successes: 0,
  failures: 0,
  rejected: 0,
  canceled: 0,
  inFlight: 0,
  queued: 0,
};

const counters = (given: Partial<Counters>) => Object.assign(new Counters(), given);

test('nothing seen yet is nothing but zeros', () => {
  expect(snapshot([])).toEqual({ ...NONE, scopes: {} });
});

test('has every scope’s figures, and their sums', () => {
  const a = counters({ calls: 4, attempts: 6, retries: 2, successes: 1, failures: 1, rejected: 1, inFlight: 1 });
  const b = counters({ calls: 2, attempts: 1, canceled: 1, inFlight: 1 });
  expect(
    snapshot([
      ['a', a, 3],
      ['b', b, 2],
    ]),
  ).toEqual({
    calls: 6,
    attempts: 7,
    retries: 2,
    successes: 1,
    failures: 1,
    rejected: 1,
    canceled: 1,
    inFlight: 2,
    queued: 5,
    scopes: { a: { ...NONE, ...a, queued: 3 }, b: { ...NONE, ...b, queued: 2 } },
  });
});

test('is a frozen copy: what is counted later is not in it', () => {
  const a = counters({ calls: 1 });
  const stats = snapshot([['a', a, 0]]);
  a.calls++;
  expect([stats, stats.scopes, stats.scopes.a].filter((part) => !Object.isFrozen(part))).toEqual([]);
  expect([stats.calls, stats.scopes.a?.calls]).toEqual([1, 1]);
});

test('a scope may have any name', () => {
  const names = ['__proto__', 'constructor', 'https://api.test', ''];
  const { calls, scopes } = snapshot(names.map((name) => [name, counters({ calls: 1 }), 0]));
  expect(Object.keys(scopes)).toEqual(names);
  expect(calls).toBe(4);
});

test('tells the circuit of each scope that has one, and none of them all together', () => {
  const open = { state: 'open', retryInMs: 250 } as const;
  const held = { state: 'isolated', retryInMs: Number.POSITIVE_INFINITY } as const;
  const { scopes, ...total } = snapshot([
    ['a', counters({}), 0, open],
    ['b', counters({}), 0, held],
    ['c', counters({}), 0, undefined],
  ]);
  expect(scopes).toEqual({
    a: { ...NONE, circuit: 'open', retryInMs: 250 },
    b: { ...NONE, circuit: 'isolated', retryInMs: Number.POSITIVE_INFINITY },
    c: NONE,
  });
  expect([Object.keys(scopes.c ?? {}), Object.keys(total)]).toEqual([Object.keys(NONE), Object.keys(NONE)]);
});
