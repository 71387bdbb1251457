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
  held: 0,
};

const NOBODY = { queued: 0, held: 0 };

const counters = (given: Partial<Counters>) => Object.assign(new Counters(), given);

test('nothing seen yet is nothing but zeros', () => {
  expect(snapshot([])).toEqual({ ...NONE, scopes: {} });
});

test('has every scope’s figures, and their sums', () => {
  const a = counters({ calls: 4, attempts: 6, retries: 2, successes: 1, failures: 1, rejected: 1, inFlight: 1 });
  const b = counters({ calls: 2, attempts: 1, canceled: 1, inFlight: 1 });
  expect(
    snapshot([
      ['a', a, { queued: 3, held: 1 }],
      ['b', b, { queued: 2, held: 4 }],
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
    held: 5,
    scopes: { a: { ...NONE, ...a, queued: 3, held: 1 }, b: { ...NONE, ...b, queued: 2, held: 4 } },
  });
});

test('is a frozen copy: what is counted later is not in it', () => {
  const a = counters({ calls: 1 });
  const stats = snapshot([['a', a, NOBODY]]);
  a.calls++;
  expect([stats, stats.scopes, stats.scopes.a].filter((part) => !Object.isFrozen(part))).toEqual([]);
  expect([stats.calls, stats.scopes.a?.calls]).toEqual([1, 1]);
});

test('a scope may have any name', () => {
  const names = ['__proto__', 'constructor', 'https://api.test', ''];
  const { calls, scopes } = snapshot(names.map((name) => [name, counters({ calls: 1 }), NOBODY]));
  expect(Object.keys(scopes)).toEqual(names);
  expect(calls).toBe(4);
});

test('tells the circuit of each scope that has one, and none of them all together', () => {
  const open = { circuit: 'open', retryInMs: 250 } as const;
  const isolated = { circuit: 'isolated', retryInMs: Infinity } as const;
  const { scopes, ...total } = snapshot([
    ['a', counters({}), { ...NOBODY, ...open }],
    ['b', counters({}), { ...NOBODY, ...isolated }],
    ['c', counters({}), NOBODY],
  ]);
  expect(scopes).toEqual({
    a: { ...NONE, circuit: 'open', retryInMs: 250 },
    b: { ...NONE, circuit: 'isolated', retryInMs: Infinity },
    c: NONE,
  });
  expect([Object.keys(scopes.c ?? {}), Object.keys(total)]).toEqual([Object.keys(NONE), Object.keys(NONE)]);
});
