import { AsyncLocalStorage } from 'node:async_hooks';
import { mock } from 'node:test';
import { promisify } from 'node:util';
import { runInThisContext } from 'node:vm';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { fakeClock, seededRandom, withFakeClock } from 'axios-resilience/testing';
import { rejection } from '../helpers/settled.js';

const wait = (ms: number) => new Promise<number>((resolve) => setTimeout(() => resolve(ms), ms));

describe('a fake clock', () => {
  afterEach(() => void jest.useRealTimers());

  test('runs timers when they fall due, in order, and lets promises settle in between', async () => {
    await withFakeClock(async (clock) => {
      const told: string[] = [];
      const [monotonic, wall] = [performance.now(), Date.now()];
      const note = (what: string) => told.push(`${what} ${performance.now() - monotonic}`);
      setTimeout(note, 20, 'b');
      void wait(10).then(async () => {
        note('a');
        await wait(15);
        note('c');
      });
      setTimeout(note, 20, 'also b');
      await clock.advance(19);
      expect(told).toEqual(['a 10']);
      await clock.advance(6);
      expect(told).toEqual(['a 10', 'b 20', 'also b 20', 'c 25']);
      expect([clock.elapsedMs, Date.now() - wall, clock.pending]).toEqual([25, 25, 0]);
    });
  });

  test('is not set back by an advance that others have overtaken', async () => {
    await withFakeClock(async (clock) => {
      const call = clock.until(wait(5_000));
      await clock.advance(1_000);
      expect([await call, clock.elapsedMs]).toEqual([5_000, 5_000]);
    });
  });

  test('counts whole milliseconds without a rounding error', async () => {
    const clock = fakeClock();
    const startedAt = performance.now();
    for (let step = 0; step < 5; step++) await clock.advance(0.25);
    const [whole, passed] = [Number.isInteger(startedAt), performance.now() - startedAt];
    clock.restore();
    expect([whole, passed]).toEqual([true, 1.25]);
  });

  test('what is cleared does not run', async () => {
    await withFakeClock(async (clock) => {
      const deadline = setTimeout(() => {
        throw new Error('not cleared');
      }, 30_000);
      deadline.unref?.();
      await clock.until(wait(5));
      clearTimeout(deadline);
      clearTimeout(undefined);
      await clock.runAll();
      expect([clock.elapsedMs, clock.pending]).toEqual([5, 0]);
    });
  });

  test('until() settles as the promise does, and an hour takes no time', async () => {
    const startedAt = performance.now();
    await withFakeClock(async (clock) => {
      expect(await clock.until(wait(3_600_000))).toBe(3_600_000);
      const failing = wait(1).then(() => Promise.reject(new Error('no')));
      expect((await rejection(clock.until(failing))).message).toBe('no');
    });
    expect(performance.now() - startedAt).toBeLessThan(60_000);
  });

  test('until() says so when nothing can settle the promise', async () => {
    const never = withFakeClock((clock) => clock.until(new Promise(() => {})));
    expect((await rejection(never)).message).toMatch(/^the promise is pending, and no timer is set/);
  });

  test('refuses to let pass what is no time, and stays as it was', async () => {
    await withFakeClock(async (clock) => {
      for (const ms of [-1, Number.NaN, Infinity, undefined, '5']) {
        expect((await rejection(clock.advance(ms as number))).message).toContain(
          '`ms` must be milliseconds, ≥ 0 and finite, got',
        );
      }
      await clock.advance(5);
      expect(clock.elapsedMs).toBe(5);
    });
  });

  test('timers go by whole milliseconds, as real ones, and never run early', async () => {
    await withFakeClock(async (clock) => {
      for (const ms of [-1, 0, 0.5, 18.65]) await clock.until(wait(ms));
      expect(clock.elapsedMs).toBe(22);
    });
  });

  test('what polls without a wait lets time pass, as without the clock', async () => {
    await withFakeClock(async (clock) => {
      let polls = 0;
      const poll = () => {
        polls++;
        setTimeout(poll, 0);
      };
      poll();
      await clock.until(wait(100));
      expect([polls, clock.elapsedMs]).toEqual([100, 100]);
    });
  });

  /** As many turns as work takes that is over within a millisecond; that of Node's thread pool may be held up by other processes. */
  const work = async () => {
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
    return 'done';
  };

  test('time does not run away from real work', async () => {
    await withFakeClock(async (clock) => {
      const told: unknown[] = [];
      // More often than it would be waited for work that there is not.
      for (let run = 0; run < 60; run++) {
        const deadline = wait(30_000).then(() => 'late');
        const worked = work().then(() => wait(10));
        told.push(await clock.until(Promise.race([worked, deadline])));
      }
      expect([new Set(told), clock.elapsedMs]).toEqual([new Set([10]), 600]);
    });
  });

  test('where there is no real work, time soon moves without waiting for any', async () => {
    const real = jest.spyOn(globalThis, 'setTimeout');
    await withFakeClock(async (clock) => {
      for (let step = 0; step < 1_000; step++) await clock.advance(10);
    });
    const waits = real.mock.calls.length;
    real.mockRestore();
    expect(waits).toBe(500);
  });

  test('until() does not give up on real work', async () => {
    await withFakeClock(async (clock) => {
      expect(await clock.until(work())).toBe('done');
    });
  });

  test('advance() and runAll() let real work set its timers', async () => {
    await withFakeClock(async (clock) => {
      const working = async () => {
        await work();
        return wait(10);
      };
      const first = working();
      await clock.advance(30_000);
      const [firstAt, second] = [await first, working()];
      await clock.runAll();
      expect([firstAt, await second, clock.elapsedMs]).toEqual([10, 10, 30_010]);
    });
  });

  test('sleeps of a promisified setTimeout pass as well', async () => {
    await withFakeClock(async (clock) => {
      expect([await clock.until(promisify(setTimeout)(100, 'slept')), clock.elapsedMs]).toEqual(['slept', 100]);
    });
  });

  test('a callback keeps the asynchronous context in which its timer was set', async () => {
    const context = new AsyncLocalStorage<string>();
    await withFakeClock(async (clock) => {
      const told: unknown[] = [];
      const note = () => told.push(context.getStore());
      const timer = context.run('a', () => setTimeout(note, 10));
      context.run('b', () => setTimeout(note, 20));
      await clock.advance(20);
      timer.refresh();
      await context.run('c', () => clock.runAll());
      expect(told).toEqual(['a', 'b', 'a']);
    });
  });

  test('what setTimeout cannot keep is due after a millisecond, as without it', async () => {
    await withFakeClock(async (clock) => {
      const told: number[] = [];
      for (const ms of [2 ** 31 - 1, 2 ** 31, Infinity]) setTimeout(() => told.push(clock.elapsedMs), ms);
      await clock.runAll();
      expect(told).toEqual([1, 1, 2 ** 31 - 1]);
    });
  });

  test('a timer that is refreshed begins anew, also after it has run', async () => {
    await withFakeClock(async (clock) => {
      const told: string[] = [];
      const note = (what: string) => told.push(`${what} ${clock.elapsedMs}`);
      const timer = setTimeout(note, 10, 'a');
      await clock.advance(5);
      setTimeout(note, 10, 'b');
      expect(timer.refresh()).toBe(timer);
      await clock.advance(10);
      expect(told).toEqual(['b 15', 'a 15']);
      timer.refresh();
      await clock.runAll();
      expect([told.at(-1), clock.pending]).toEqual(['a 25', 0]);
    });
  });

  test('a loop without an end ends in an error', async () => {
    const endless = withFakeClock((clock) => {
      const again = () => void setTimeout(again, 1);
      again();
      return clock.runAll();
    });
    expect((await rejection(endless)).message).toBe(
      'time moved 100000 times, and timers are still set: a loop without an end',
    );
  });

  test('as many timers as you like are no loop: a poll beside a day and a half, and those that are set at once', async () => {
    await withFakeClock(async (clock) => {
      let polls = 0;
      const poll = () => {
        polls++;
        setTimeout(poll, 1_000);
      };
      setTimeout(poll, 1_000);
      await clock.advance(1.5 * 86_400_000);
      expect(polls).toBe(129_600);
    });
    await withFakeClock(async (clock) => {
      let ran = 0;
      for (let timer = 0; timer <= 100_000; timer++) setTimeout(() => ran++, 5);
      await clock.runAll();
      expect([ran, clock.elapsedMs]).toEqual([100_001, 5]);
    });
    // Ten seconds on a slow machine that has nothing else to do.
  }, 60_000);

  test('those that fall due together may clear and refresh each other', async () => {
    await withFakeClock(async (clock) => {
      const told: string[] = [];
      const note = (what: string) => told.push(`${what} ${clock.elapsedMs}`);
      setTimeout(() => {
        clearTimeout(cleared);
        refreshed.refresh();
      }, 10);
      const cleared = setTimeout(note, 10, 'cleared');
      const refreshed = setTimeout(note, 10, 'refreshed');
      setTimeout(note, 10, 'last');
      await clock.runAll();
      expect(told).toEqual(['last 10', 'refreshed 20']);
    });
  });

  test('a timer can be cleared by its number, be it of this clock or real', async () => {
    let fired = false;
    const real = setTimeout(() => {
      fired = true;
    }, 1);
    await withFakeClock((clock) => {
      const timers = [setTimeout(() => {}, 5), setTimeout(() => {}, 5)];
      clearTimeout(+(timers[0] as NodeJS.Timeout));
      clearTimeout(Number(real));
      expect(clock.pending).toBe(1);
    });
    await wait(20);
    expect(fired).toBe(false);
  });

  test('everything is put back, whatever comes of the test, and real timers can be cleared meanwhile', async () => {
    const before = [setTimeout, clearTimeout, performance.now, Date.now, Math.random];
    let fired = false;
    const real = setTimeout(() => {
      fired = true;
    }, 1);
    const error = await rejection(
      withFakeClock(
        () => {
          clearTimeout(real);
          throw new Error('the test failed');
        },
        { random: 0 },
      ),
    );
    await wait(20);
    expect([error.message, fired]).toEqual(['the test failed', false]);
    expect([setTimeout, clearTimeout, performance.now, Date.now, Math.random]).toEqual(before);
    expect(Object.hasOwn(performance, 'now')).toBe(false);
  });

  test('where one of them cannot be replaced, none is, and the error says which', () => {
    const fixed = jest.replaceProperty(globalThis, 'performance', Object.freeze({ now: () => 0 }) as Performance);
    const before = [setTimeout, clearTimeout, Date.now];
    expect(() => fakeClock()).toThrow(
      expect.objectContaining({
        message: 'performance.now cannot be faked: it is not to be replaced',
        cause: expect.any(TypeError),
      }),
    );
    expect([setTimeout, clearTimeout, Date.now]).toEqual(before);
    fixed.restore();
    fakeClock().restore();
  });

  test('restore() may be called twice, and is what `using` calls', () => {
    const before = setTimeout;
    const clock = fakeClock();
    clock[Symbol.dispose]();
    clock.restore();
    expect(setTimeout).toBe(before);
  });

  test('needs no setImmediate, which browsers do not have', async () => {
    const { setImmediate } = globalThis;
    Reflect.deleteProperty(globalThis, 'setImmediate');
    const got = await withFakeClock((clock) => clock.until(wait(60_000)));
    Object.assign(globalThis, { setImmediate });
    expect(got).toBe(60_000);
  });

  const ALL = ['setTimeout', 'clearTimeout', 'setImmediate', 'Date', 'performance'] as const;
  const onlyOf = (name: (typeof ALL)[number]) => ({ doNotFake: ALL.filter((it) => it !== name) });

  test.each<[string, () => unknown, string]>([
    ['the timers of Jest, which are sinon’s', () => jest.useFakeTimers(), 'setTimeout'],
    ...ALL.map((name): [string, () => unknown, string] => [
      `no more than the ${name} of sinon`,
      () => jest.useFakeTimers(onlyOf(name)),
      name,
    ]),
    ['the legacy timers of Jest', () => jest.useFakeTimers({ legacyFakeTimers: true }), 'setTimeout'],
  ])('refuses to stand on another fake: %s', (_name, fake, faked) => {
    fake();
    const message = `${faked} is faked already, by another fake clock or by the fake timers of the test runner`;
    expect(() => fakeClock()).toThrow(new Error(message));
  });

  test('refuses to stand on itself', async () => {
    await withFakeClock(() => expect(() => fakeClock()).toThrow(/^setTimeout is faked already/));
  });

  test.each(['setTimeout', 'setImmediate', 'Date'] as const)(
    'refuses to stand on another fake: the %s of node:test',
    async (name) => {
      mock.timers.enable({ apis: [name] });
      // It fakes what is Node's own, and not what Jest has made of that for this file.
      const faked = runInThisContext(name);
      mock.timers.reset();
      const { [name]: real } = globalThis;
      Object.assign(globalThis, { [name]: faked });
      const message = await rejection(withFakeClock(() => {})).then(({ message }) => message);
      Object.assign(globalThis, { [name]: real });
      expect(message).toMatch(new RegExp(`^${name} is faked already`));
    },
  );

  test('stands on a spy', () => {
    const spy = jest.spyOn(globalThis, 'setTimeout');
    const clock = fakeClock();
    clock.restore();
    spy.mockRestore();
    expect(spy).not.toHaveBeenCalled();
  });

  test.each([
    [{ random: 1 }, '`options.random` must be ≥ 0 and < 1, as Math.random draws, or a function, got 1'],
    [{ random: Number.NaN }, '`options.random` must be ≥ 0 and < 1, as Math.random draws, or a function, got NaN'],
    [{ random: 'half' }, '`options.random` must be a function, got "half"'],
    [{ seed: 1 }, '`options.seed` is not an option (known: random)'],
    [0.5, '`options` must be an object, got 0.5'],
  ])('%j is refused, and nothing is faked', (options, message) => {
    const { setTimeout } = globalThis;
    expect(() => fakeClock(options as object)).toThrow(message);
    expect(globalThis.setTimeout).toBe(setTimeout);
  });

  test('fixes what Math.random draws', async () => {
    const draws = () => Array.from({ length: 3 }, () => Math.random());
    expect(await withFakeClock(draws, { random: 0.5 })).toEqual([0.5, 0.5, 0.5]);
    const seeded = await withFakeClock(draws, { random: seededRandom(7) });
    expect(seeded).toEqual(await withFakeClock(draws, { random: seededRandom(7) }));
    expect(new Set(seeded).size).toBe(3);
  });
});

describe('seededRandom', () => {
  test('draws evenly from [0, 1), differently for each seed', () => {
    const draw = seededRandom(42);
    const draws = Array.from({ length: 10_000 }, draw);
    const tenths = Array<number>(10).fill(0);
    for (const it of draws) tenths[Math.floor(it * 10)] = (tenths[Math.floor(it * 10)] ?? 0) + 1;
    expect(draws.every((it) => it >= 0 && it < 1)).toBe(true);
    expect([Math.min(...tenths) > 850, Math.max(...tenths) < 1_150]).toEqual([true, true]);
    expect(seededRandom(1)()).not.toBe(seededRandom(2)());
  });
});
