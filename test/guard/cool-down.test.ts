import { beforeEach, describe, expect, test } from '@jest/globals';
import { CoolDown } from '../../src/guard/cool-down.js';
import { ManualClock } from '../helpers/manual-clock.js';

describe('CoolDown', () => {
  let clock: ManualClock;
  let coolDown: CoolDown;
  let said: number[];
  let log: string[];
  let draw: number;

  beforeEach(() => {
    clock = new ManualClock();
    [said, log, draw] = [[], [], 0];
    coolDown = new CoolDown({ ...clock, random: () => draw, onCoolDown: (ms) => said.push(ms) });
  });

  const join = (name: string) => {
    const place = coolDown.join(() => ({ final: 'circuit-open' }));
    void place.result.then((end) => log.push(`${name} ${end ? 'refused' : 'goes'} at ${Math.round(clock.now())}`));
    return place;
  };

  test('is off until the server asks, and says once that it has begun', async () => {
    expect([coolDown.isOn, coolDown.retryInMs, coolDown.waitMs(false)]).toEqual([false, 0, 0]);
    coolDown.begin(1_000);
    coolDown.begin(500);
    expect([coolDown.isOn, coolDown.retryInMs]).toEqual([true, 1_000]);
    expect(said).toEqual([1_000]);
    await clock.advance(1_000);
    expect(coolDown.isOn).toBe(false);
    coolDown.begin(200);
    expect(said).toEqual([1_000, 200]);
  });

  test('those who wait are to be told of a longer one, but not of each little while', async () => {
    const news = [coolDown.begin(1_000), coolDown.begin(1_000), coolDown.begin(1_099), coolDown.begin(1_300)];
    await clock.advance(20);
    news.push(coolDown.begin(1_300));
    await clock.advance(2_000);
    news.push(coolDown.begin(200));
    expect(news).toEqual([true, false, false, true, false, true]);
  });

  test('the longest wait asked for counts', () => {
    coolDown.begin(1_000);
    coolDown.begin(3_000);
    coolDown.begin(2_000);
    expect(coolDown.retryInMs).toBe(3_000);
  });

  test('is spread over up to a tenth more, a second at most', () => {
    draw = 0.999999;
    coolDown.begin(1_000);
    expect(coolDown.retryInMs).toBeCloseTo(1_100, 0);
    coolDown.begin(60_000);
    expect(coolDown.retryInMs).toBeCloseTo(61_000, 0);
  });

  test('those who wait go in order, at one and a half times the pace at which they came', async () => {
    coolDown.begin(270);
    for (const name of ['a', 'b', 'c']) {
      await clock.advance(90);
      join(name);
    }
    await clock.advance(0);
    expect(log).toEqual(['a goes at 270']);
    // Two had come in 270 ms when a went, and three in 360 ms when b did.
    await clock.advance(1_000);
    expect(log).toEqual(['a goes at 270', 'b goes at 360', 'c goes at 440']);
    expect([coolDown.isOn, clock.pending]).toEqual([false, 0]);
  });

  test('who comes while others still wait joins them', async () => {
    coolDown.begin(100);
    join('a');
    join('b');
    await clock.advance(100);
    expect(coolDown.isOn).toBe(true);
    join('c');
    await clock.advance(1_000);
    expect(log.map((line) => line.charAt(0))).toEqual(['a', 'b', 'c']);
  });

  test('asked again by one who was let go, the others wait again', async () => {
    coolDown.begin(100);
    join('a');
    join('b');
    await clock.advance(100);
    coolDown.begin(500);
    await clock.advance(499);
    expect(log).toEqual(['a goes at 100']);
    await clock.advance(200);
    expect(log).toEqual(['a goes at 100', 'b goes at 600']);
    expect(said).toEqual([100]);
  });

  test('counts from its own beginning, however late that is', async () => {
    await clock.advance(5_000);
    coolDown.begin(270);
    for (const name of ['a', 'b', 'c']) {
      await clock.advance(90);
      join(name);
    }
    await clock.advance(1_000);
    expect(log).toEqual(['a goes at 5270', 'b goes at 5360', 'c goes at 5440']);
  });

  test('asked again before anybody was let go, it is no slower than before', async () => {
    coolDown.begin(270);
    for (const name of ['a', 'b', 'c']) {
      coolDown.begin(1);
      await clock.advance(90);
      join(name);
    }
    await clock.advance(1_000);
    expect(log).toEqual(['a goes at 270', 'b goes at 360', 'c goes at 440']);
  });

  test('asked again after somebody was let go, it lets the others go at 0.8 of the pace, and at once more slowly', async () => {
    coolDown.begin(300);
    for (const name of ['a', 'b', 'c']) join(name);
    await clock.advance(300);
    // Three had come in 300 ms: one each 67 ms at 1.5 times that pace, each 83 ms at 1.2 times.
    coolDown.begin(1);
    await clock.advance(82);
    expect(log).toEqual(['a goes at 300']);
    await clock.advance(2);
    expect(log).toEqual(['a goes at 300', 'b goes at 383']);
    // 1.2, and 0.01 more for each of the 82 ms / 1,000.
    await clock.advance(1_000);
    expect(log[2]).toBe('c goes at 490');
  });

  test('told that the server fails under those who were let go, it lets the others go as slowly, once for each of them', async () => {
    coolDown.begin(300);
    for (const name of ['a', 'b', 'c']) join(name);
    coolDown.slowDown();
    await clock.advance(300);
    coolDown.slowDown();
    coolDown.slowDown();
    await clock.advance(1_000);
    expect(log).toEqual(['a goes at 300', 'b goes at 383', 'c goes at 490']);
  });

  test('slowed down for as long as the server fails, however long that has been going, and less each second after', async () => {
    coolDown.begin(10_000);
    const goIn = async (seconds: number) => {
      const before = log.length;
      for (let i = 0; i < seconds * 100; i++) {
        join('one of a hundred in a second');
        await clock.advance(10);
      }
      return log.length - before;
    };
    await goIn(10);
    expect(await goIn(15)).toBe(15 * 150);
    coolDown.slowDown();
    // 1.2 times as many as come, and 0.01 more after each second.
    expect(await goIn(2)).toBe(242);
    coolDown.slowDown();
    expect(await goIn(2)).toBe(222);
  });

  test('a timer that fires early lets nobody go', async () => {
    const timers: (() => void)[] = [];
    let now = 0;
    const after = (_: number, act: () => void) => {
      timers.push(act);
      return () => {};
    };
    coolDown = new CoolDown({ now: () => now, random: () => 0, after, onCoolDown: () => {} });
    coolDown.begin(100);
    join('a');
    now = 99;
    timers.at(-1)?.();
    expect(coolDown.waiting).toBe(1);
    now = 100;
    timers.at(-1)?.();
    expect([coolDown.waiting, timers.length]).toEqual([0, 2]);
  });

  test('a timer that is lost, as with the clock of another test, holds up nobody who comes a second later', async () => {
    let isLost = true;
    const after: typeof clock.after = (ms, act) => (isLost ? () => {} : clock.after(ms, act));
    coolDown = new CoolDown({ ...clock, after, random: () => draw, onCoolDown: () => {} });
    coolDown.begin(100);
    join('left behind');
    isLost = false;
    await clock.advance(1_100);
    join('a');
    expect(clock.pending).toBe(0);
    await clock.advance(1);
    join('b');
    await clock.advance(2_000);
    expect(log).toEqual(['left behind goes at 1101', 'a goes at 1268', 'b goes at 1434']);
    expect(coolDown.isOn).toBe(false);
  });

  test('tells how long a newcomer would wait, those in front included', async () => {
    coolDown.begin(400);
    join('a');
    await clock.advance(240);
    join('b');
    // 160 ms are left, and two are in front, at 240 ms for two, divided by 1.5.
    expect(coolDown.waitMs(false)).toBeCloseTo(160 + 2 * 80);
  });

  test('tells of those who go by turns with a newcomer: one who returns is first', async () => {
    coolDown.begin(300);
    coolDown.join(() => undefined, true);
    await clock.advance(150);
    expect([coolDown.waitMs(false), coolDown.waitMs(true)]).toEqual([150 + 100, 150 + 100]);
    join('a');
    join('b');
    // In front of a third newcomer are two, and the one who returns; in front of another who returns, that one and one newcomer.
    const gapMs = 150 / 3 / 1.5;
    expect(coolDown.waitMs(false)).toBeCloseTo(150 + 3 * gapMs);
    expect(coolDown.waitMs(true)).toBeCloseTo(150 + 2 * gapMs);
  });

  test('few who came late in a long one are let go within a second, not a share of all that time apart', async () => {
    coolDown.begin(20_000);
    await clock.advance(19_000);
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) join(name);
    expect(coolDown.waitMs(false)).toBeCloseTo(1_000 + 6 * (250 / 1.5));
    await clock.advance(2_000);
    expect(log.map((line) => line.split(' at ')[1])).toEqual(['20000', '20167', '20333', '20500', '20667', '20833']);
  });

  test('… but each time that the server fails under them, twice as far apart, until they go as they came', async () => {
    coolDown.begin(20_000);
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) join(name);
    await clock.advance(20_000);
    const gaps: number[] = [];
    let wentAt = clock.now();
    for (let last = log.length; coolDown.waiting > 0 && gaps.length < 20; last = log.length) {
      coolDown.slowDown();
      while (log.length === last) await clock.advance(1);
      gaps.push(clock.now() - wentAt);
      wentAt = clock.now();
    }
    expect([log.length, ...gaps]).toEqual([8, 417, 909, 1_818, 2_630, 2_929, 3_262, 3_632]);
  });

  test('who leaves is not waited for, and a flush refuses the others and lets go of the timer', async () => {
    coolDown.begin(100);
    const [a] = [join('a'), join('b')];
    a.leave({ final: 'canceled' });
    coolDown.flush();
    await clock.advance(0);
    expect(log).toEqual(['a refused at 0', 'b refused at 0']);
    expect([coolDown.waiting, clock.pending]).toEqual([0, 0]);
  });

  test('the last one to leave takes the timer along', () => {
    coolDown.begin(60_000);
    const [a, b] = [join('a'), join('b')];
    a.leave({ final: 'canceled' });
    expect(clock.pending).toBe(1);
    b.leave({ final: 'canceled' });
    expect(clock.pending).toBe(0);
  });

  test('10,000 who came in a second are let go over two thirds of one, and more', async () => {
    coolDown.begin(1_000);
    for (let i = 0; i < 10_000; i++) join(`${i}`);
    await clock.advance(1_000);
    expect(log.length).toBeLessThan(3);
    await clock.advance(3_000);
    expect(log).toHaveLength(10_000);
    expect(log.map((line) => Number(line.split(' ')[0]))).toEqual(Array.from({ length: 10_000 }, (_, i) => i));
  });

  test('whoever is let go too fast for the server is let go more slowly, until nobody waits any more', async () => {
    let [second, taken, refused, sent] = [-1, 0, 0, 0];
    const send = () => {
      sent++;
      const now = Math.floor(clock.now() / 1_000);
      if (now !== second) [second, taken] = [now, 0];
      if (++taken <= 60) return;
      refused++;
      coolDown.begin(1_000);
    };
    const call = () => (coolDown.isOn ? void coolDown.join(() => undefined).result.then(send) : send());
    for (let i = 0; i < 90; i++) call();
    // 45 calls a second, at a server that takes 60.
    for (let i = 0; i < 2_000; i++) {
      await clock.advance(22);
      call();
    }
    expect({ sent, waiting: coolDown.waiting }).toEqual({ sent: 2_090, waiting: 0 });
    expect(refused).toBeLessThan(45);
  });
});
