import { beforeEach, describe, expect, test } from '@jest/globals';
import { RetryBudget } from '../../src/guard/budget.js';
import { ManualClock } from '../helpers/manual-clock.js';

describe('RetryBudget', () => {
  let clock: ManualClock;
  let budget: RetryBudget;
  let exhausted: number;
  /** When each retry was let go, or what it was refused with. */
  let log: string[];
  /** Whether each that goes is answered at once. */
  let isAnswered: boolean;

  const make = (reserve: number, ratio = 0.2) => {
    clock = new ManualClock();
    exhausted = 0;
    log = [];
    isAnswered = false;
    budget = new RetryBudget(ratio, reserve, { ...clock, onExhausted: () => exhausted++ });
  };
  beforeEach(() => make(3));

  const retry = (name: string, refusal: () => { final: 'retry-budget' } | undefined = () => undefined) => {
    const place = budget.take(0, refusal);
    const let_go = (end?: object) => {
      log.push(`${name} ${end ? 'refused' : 'goes'} at ${clock.now()}`);
      if (isAnswered) budget.answered(1);
    };
    if (place) void place.result.then(let_go);
    else let_go();
    return place;
  };
  const spent = () => (budget.isSpent && budget.waiting > 1 ? ({ final: 'retry-budget' } as const) : undefined);

  test('as many as the reserve go at once, the next one waits, and that is said once', async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e']) retry(name);
    expect(log).toEqual(['a goes at 0', 'b goes at 0', 'c goes at 0']);
    expect([budget.waiting, exhausted]).toEqual([2, 1]);
  });

  test('without an answer those who wait go one by one, each after twice the gap', async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) retry(name);
    await clock.advance(3_000);
    expect(log.slice(3)).toEqual(['d goes at 250', 'e goes at 750', 'f goes at 1750']);
    expect([budget.waiting, clock.pending]).toEqual([0, 0]);
  });

  test('a timer that is lost, as with the clock of another test, holds up nobody: who comes next lets the others go', async () => {
    let isLost = true;
    const after: typeof clock.after = (ms, act) => (isLost ? () => {} : clock.after(ms, act));
    budget = new RetryBudget(0.2, 1, { ...clock, after, onExhausted: () => {} });
    for (const name of ['a', 'left behind']) retry(name);
    isLost = false;
    await clock.advance(300);
    retry('b');
    await clock.advance(500);
    expect(log).toEqual(['a goes at 0', 'left behind goes at 300', 'b goes at 800']);
    expect([budget.waiting, clock.pending]).toEqual([0, 0]);
  });

  test('while each is answered, those in line follow each other half as fast again as they came', async () => {
    make(1);
    retry('first');
    await clock.advance(100);
    for (let i = 0; i < 10; i++) retry(`${i}`);
    await clock.advance(150);
    expect(log).toEqual(['first goes at 0', '0 goes at 250']);
    isAnswered = true;
    budget.answered(1);
    await clock.advance(200);
    // Ten came in 150 ms: 10 ms between two of them, and a little more each time, as no more come.
    const times = log.slice(1).map((line) => Number(line.split(' ').at(-1)));
    expect(times.slice(1).map((at, i) => Math.round(at - (times[i] ?? 0)))).toEqual([
      10, 11, 11, 12, 13, 14, 15, 16, 17,
    ]);
  });

  test('one in line that is not answered gives nothing back: the next one waits for its gap', async () => {
    make(1);
    for (let i = 0; i < 5; i++) retry(`${i}`);
    await clock.advance(250);
    budget.answered(1);
    await clock.advance(300);
    budget.retryFailed();
    const times = log.map((line) => Math.round(Number(line.split(' ').at(-1))));
    // The third with the token that the second gave back, the fourth without one.
    expect(times).toEqual([0, 250, 292, 542]);
    expect(budget.waiting).toBe(1);
  });

  test('five answered first attempts pay for one retry', async () => {
    make(1);
    retry('a');
    for (let i = 0; i < 4; i++) budget.answered(0);
    expect(budget.tokens).toBeCloseTo(0.8);
    budget.answered(0);
    retry('b');
    expect(log).toEqual(['a goes at 0', 'b goes at 0']);
  });

  test('a call that is answered after retries gives back what they took', () => {
    for (const name of ['a', 'b', 'c']) retry(name);
    budget.answered(3);
    expect(budget.tokens).toBe(3);
    expect(exhausted).toBe(0);
  });

  test('the reserve is never exceeded, but raised to what one call may need', () => {
    budget.answered(0);
    expect(budget.tokens).toBe(3);
    budget.take(10, () => undefined);
    expect(budget.tokens).toBe(9);
    budget.take(10, () => undefined);
    expect(budget.tokens).toBe(8);
  });

  test('a reserve that is raised when all is spent brings as much as it grows by', () => {
    for (const name of ['a', 'b', 'c']) retry(name);
    budget.take(10, () => undefined);
    expect(budget.tokens).toBe(6);
  });

  test('what need not be sent takes a whole token, if there is one and nobody waits', async () => {
    make(1);
    expect([budget.takeSpare(), budget.takeSpare(), budget.tokens]).toEqual([true, false, 0]);
    make(3);
    for (const name of ['a', 'b', 'c']) retry(name);
    await clock.advance(100);
    for (const name of ['d', 'e', 'f']) retry(name);
    await clock.advance(150);
    budget.answered(3);
    expect([budget.takeSpare(), budget.tokens, budget.waiting]).toEqual([false, 3, 2]);
  });

  test('a first attempt that is answered gives those who wait a share of a token, and no more', async () => {
    make(1);
    retry('a');
    await clock.advance(100);
    for (const name of ['b', 'c']) retry(name);
    budget.answered(0);
    await clock.advance(149);
    expect(log).toEqual(['a goes at 0']);
    await clock.advance(1);
    expect(log).toEqual(['a goes at 0', 'b goes at 250']);
  });

  test('however many tokens an answer gives back, those in line go one by one', async () => {
    for (const name of ['a', 'b', 'c']) retry(name);
    await clock.advance(100);
    for (const name of ['d', 'e', 'f']) retry(name);
    await clock.advance(60);
    budget.answered(3);
    await clock.advance(0);
    expect(log.slice(3)).toEqual(['d goes at 160']);
    // Three came in 60 ms.
    await clock.advance(14);
    expect([log.length, budget.waiting]).toEqual([5, 1]);
    await clock.advance(17);
    expect([log.length, budget.waiting]).toEqual([6, 0]);
  });

  test('without a reserve, answers make a token all the same', () => {
    make(0);
    for (let i = 0; i < 20; i++) budget.answered(0);
    expect(budget.tokens).toBe(1);
    retry('a');
    expect([log, budget.tokens]).toEqual([['a goes at 0'], 0]);
  });

  test('time makes no token without a reserve', async () => {
    make(0);
    await clock.advance(60_000);
    expect(budget.tokens).toBe(0);
  });

  test('how long the next one would wait is told by how fast the line moves', async () => {
    make(1);
    retry('a');
    await clock.advance(100);
    for (const name of ['b', 'c', 'd', 'e']) retry(name);
    expect(budget.waitMs).toBe(0);
    await clock.advance(120);
    // Four came in 120 ms, and go half as fast again.
    expect(budget.waitMs).toBe((4 * 120) / 4 / 1.5);
    await clock.advance(780);
    // Two have gone in 900 ms.
    expect([log.length, budget.waitMs]).toEqual([3, (2 * 900) / 2]);
  });

  test('there never will be a token where neither a reserve nor an answer makes one', () => {
    const isNone = (ratio: number, reserve: number) => {
      make(reserve, ratio);
      return budget.isNone;
    };
    expect([isNone(0, 0), isNone(0.2, 0), isNone(0, 1), isNone(1, 1)]).toEqual([true, false, false, false]);
  });

  test('tokens that nobody waits for are kept', async () => {
    for (const name of ['a', 'b', 'c', 'd']) retry(name);
    budget.take(10, () => undefined);
    budget.answered(0);
    await clock.advance(0);
    expect([budget.waiting, budget.tokens]).toEqual([0, 5.2]);
  });

  test('is exhausted until it is full again, not until the next answer', () => {
    for (const name of ['a', 'b', 'c']) retry(name);
    retry('d')?.leave({ final: 'canceled' });
    budget.answered(0);
    retry('e')?.leave({ final: 'canceled' });
    expect(exhausted).toBe(1);
  });

  test('is spent after four that went without a token and found nobody, until there is a token again', async () => {
    make(1);
    for (let i = 0; i < 4; i++) retry(`${i}`);
    expect(budget.isSpent).toBe(false);
    await clock.advance(1_750);
    expect([log.length, budget.isSpent]).toEqual([4, false]);
    retry('one more');
    await clock.advance(2_000);
    expect([log.length, budget.isSpent]).toEqual([5, true]);
    await clock.advance(10_000);
    expect([budget.tokens, budget.isSpent]).toEqual([1, false]);
  });

  test('those who wait are asked whether they may go on only once it is spent', () => {
    let asked = 0;
    make(0);
    retry('a');
    const refusal = () => {
      asked++;
      return undefined;
    };
    for (const name of ['b', 'c']) retry(name, refusal);
    budget.retryFailed();
    expect(asked).toBe(0);
  });

  test('a quiet client has its reserve back after ten seconds a token', async () => {
    for (const name of ['a', 'b', 'c']) retry(name);
    await clock.advance(10_000);
    expect(budget.tokens).toBe(1);
    await clock.advance(60_000);
    expect(budget.tokens).toBe(3);
  });

  test('when nobody answers for long, all but one are refused, and that one goes on looking', async () => {
    make(1);
    for (let i = 0; i < 8; i++) retry(`${i}`, spent);
    await clock.advance(3_750);
    expect(log).toEqual(['0 goes at 0', '1 goes at 250', '2 goes at 750', '3 goes at 1750', '4 goes at 3750']);
    expect(budget.isSpent).toBe(true);
    budget.retryFailed();
    await clock.advance(2_000);
    expect(log.slice(5)).toEqual(['5 refused at 3750', '6 refused at 3750', '7 goes at 5750']);
    budget.answered(1);
    expect(budget.isSpent).toBe(false);
  });

  test('an answer never makes the next one wait for longer than no answer would', async () => {
    make(0);
    retry('a');
    for (const [ms, name] of [
      [500, 'b'],
      [1_000, 'c'],
      [0, 'd'],
    ] as const) {
      await clock.advance(ms);
      retry(name);
    }
    await clock.advance(1_999);
    budget.answered(1);
    retry('e');
    await clock.advance(4_000);
    expect(log.slice(2)).toEqual(['c goes at 1500', 'd goes at 3499', 'e goes at 3749']);
  });

  test('who leaves frees the line, and the last one to leave takes the timer along', () => {
    make(0);
    retry('a');
    const [b, c] = [retry('b'), retry('c')];
    expect(clock.pending).toBe(1);
    b?.leave({ final: 'canceled' });
    expect([budget.waiting, clock.pending]).toEqual([1, 1]);
    c?.leave({ final: 'canceled' });
    expect([budget.waiting, clock.pending]).toEqual([0, 0]);
  });

  test('it can be exhausted again after it has been filled', () => {
    make(1);
    retry('a');
    retry('b')?.leave({ final: 'canceled' });
    expect(exhausted).toBe(1);
    for (let i = 0; i < 5; i++) budget.answered(0);
    retry('c');
    retry('d');
    expect(exhausted).toBe(2);
  });

  test('without a reserve it is said once, until an answer has paid for a retry', async () => {
    make(0);
    for (let i = 0; i < 3; i++) {
      for (const name of ['a', 'b']) retry(name)?.leave({ final: 'canceled' });
      await clock.advance(100);
    }
    expect(exhausted).toBe(1);
    for (let i = 0; i < 5; i++) budget.answered(0);
    for (const name of ['c', 'd']) retry(name)?.leave({ final: 'canceled' });
    expect(exhausted).toBe(2);
  });

  test('and if something that need not be sent has taken the first token', () => {
    make(2);
    for (const name of ['a', 'b', 'c']) retry(name)?.leave({ final: 'canceled' });
    for (let i = 0; i < 11; i++) budget.answered(0);
    expect([exhausted, budget.takeSpare()]).toEqual([1, true]);
    for (const name of ['d', 'e', 'f']) retry(name)?.leave({ final: 'canceled' });
    expect(exhausted).toBe(2);
  });

  test('and after time has filled it', async () => {
    make(1);
    retry('a');
    retry('b')?.leave({ final: 'canceled' });
    await clock.advance(10_000);
    retry('c');
    retry('d');
    expect(exhausted).toBe(2);
  });
});
