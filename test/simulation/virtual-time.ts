/**
 * Time that passes only when nothing is left to do: stands in for the timers and clocks of this process, so that hours of
 * a fleet's life take seconds. Whatever is under test runs as it is; it merely sees other clocks.
 */
export interface VirtualTime {
  readonly now: number;
  /** Runs `act` at a virtual time. */
  at(ms: number, act: () => void): void;
  /** Lets time pass until nothing is due before `untilMs`. */
  run(untilMs: number): Promise<void>;
  /** Gives the process its own clocks back. */
  restore(): void;
}

interface Timer {
  readonly due: number;
  /** Timers that are due at once fire in the order they were set. */
  readonly order: number;
  act: (() => void) | undefined;
}

/** Where the wall clock stands when virtual time begins: 2026-01-01. */
const WALL_CLOCK_START = 1_767_225_600_000;

export function virtualTime(): VirtualTime {
  const real = { setTimeout, clearTimeout, dateNow: Date.now };
  const heap = new TimerHeap();
  let now = 0;
  let order = 0;

  const set = (act: (...args: unknown[]) => void, ms = 0, ...args: unknown[]): Timer => {
    const timer = { due: now + Math.max(0, Number(ms) || 0), order: order++, act: () => act(...args) };
    heap.push(timer);
    return Object.assign(timer, { unref: () => timer, ref: () => timer, hasRef: () => false });
  };
  const clear = (timer: Timer | undefined) => {
    if (timer) timer.act = undefined;
  };
  Object.assign(globalThis, { setTimeout: set, clearTimeout: clear });
  performance.now = () => now;
  Date.now = () => WALL_CLOCK_START + now;

  return {
    get now() {
      return now;
    },
    at: (ms, act) => void set(act, ms - now),
    async run(untilMs) {
      // Everything that is under way without waiting, promises included; and again after each timer.
      await new Promise(setImmediate);
      for (let timer = heap.peek(); timer && timer.due < untilMs; timer = heap.peek()) {
        heap.pop();
        if (!timer.act) continue;
        now = Math.max(now, timer.due);
        const { act } = timer;
        timer.act = undefined;
        act();
        await new Promise(setImmediate);
      }
      now = Math.max(now, untilMs);
    },
    restore() {
      Object.assign(globalThis, { setTimeout: real.setTimeout, clearTimeout: real.clearTimeout });
      // It belongs to the prototype of `performance`.
      Reflect.deleteProperty(performance, 'now');
      Date.now = real.dateNow;
    },
  };
}

/** A binary heap: the timer that is due first is on top. */
class TimerHeap {
  readonly #timers: Timer[] = [];

  peek(): Timer | undefined {
    return this.#timers[0];
  }

  push(timer: Timer): void {
    const timers = this.#timers;
    let at = timers.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = timers[parent] as Timer;
      if (isBefore(above, timer)) break;
      timers[at] = above;
      at = parent;
    }
    timers[at] = timer;
  }

  pop(): void {
    const timers = this.#timers;
    const last = timers.pop();
    if (!last || timers.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= timers.length) break;
      if (child + 1 < timers.length && isBefore(timers[child + 1] as Timer, timers[child] as Timer)) child++;
      if (isBefore(last, timers[child] as Timer)) break;
      timers[at] = timers[child] as Timer;
      at = child;
    }
    timers[at] = last;
  }
}

const isBefore = (a: Timer, b: Timer): boolean => a.due < b.due || (a.due === b.due && a.order < b.order);
