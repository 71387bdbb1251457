/// <reference lib="esnext.disposable" preserve="true" />
import { MAX_TIMER_MS } from '../base/clock.js';
import { either, fn, isNumber, number, object } from '../policy/check.js';
import { PROMISIFIED, whatIsFaked } from './faked.js';
import { node } from './node.js';
import { Timer } from './timer.js';

/** Time that passes only when told to, for everything in this realm that calls the four functions it replaces. */
export interface FakeClock {
  /** Milliseconds that have passed since the clock was put in place. */
  readonly elapsedMs: number;
  /** Timers that are set. */
  readonly pending: number;
  /**
   * Lets `ms` milliseconds pass: runs what falls due, in order, and lets promises settle in between.
   *
   * @throws TypeError or RangeError for what is no time to pass, such as the `Infinity` of an isolated circuit
   */
  advance(ms: number): Promise<void>;
  /** Runs timers, in order, until none is set. */
  runAll(): Promise<void>;
  /** Runs timers, in order, until `promise` settles, and settles as it does. */
  until<T>(promise: PromiseLike<T>): Promise<T>;
  /** Puts everything back. */
  restore(): void;
  /** `using clock = fakeClock()` restores by itself. */
  [Symbol.dispose](): void;
}

/** What else is faked beside the time. */
export interface FakeClockOptions {
  /** What `Math.random` gives meanwhile: one number for every draw, or a function such as `seededRandom(1)`. */
  readonly random?: number | (() => number) | undefined;
}

/** Runs `test` under a fake clock, and puts everything back whatever comes of it. */
export async function withFakeClock<T>(
  test: (clock: FakeClock) => T | PromiseLike<T>,
  options?: FakeClockOptions,
): Promise<T> {
  const clock = fakeClock(options);
  try {
    return await test(clock);
  } finally {
    clock.restore();
  }
}

/**
 * Replaces `setTimeout`, `clearTimeout`, `performance.now`, `Date.now` and, if asked, `Math.random` until `restore()`.
 *
 * @throws Error if one of them, or `setImmediate`, is faked already, as far as that shows: by another such clock, by the fake
 *   timers of Jest (the legacy ones too), Vitest or sinon, or by the mock timers of `node:test`;
 *   or if one cannot be replaced, as under `node --frozen-intrinsics`: then none is
 * @throws TypeError or RangeError for what is no option, by name
 */
export function fakeClock(options: FakeClockOptions = {}): FakeClock {
  validate(options, 'options');
  const faked = whatIsFaked();
  if (faked) {
    throw new Error(`${faked} is faked already, by another fake clock or by the fake timers of the test runner`);
  }
  return new Clock(options.random);
}

const draw = number('must be ≥ 0 and < 1, as Math.random draws, or a function', (value) => value >= 0 && value < 1);
const span = number('must be milliseconds, ≥ 0 and finite', (ms) => ms >= 0 && ms < Infinity);
const validate = object({ random: either(draw, isNumber, fn) });

/** Real milliseconds that time waits for real work before it moves, but no longer than it moves by. */
const PATIENCE_MS = 10;
/** Of these, how many it waits in vain, one after the other, before it no longer waits at all. */
const MOST_IN_VAIN_MS = 500;
/** A run that has no end, and in which time has moved so often, never will. */
const MOST_MOVES = 100_000;

type Restore = () => void;

class Clock implements FakeClock {
  elapsedMs = 0;
  /** In the order in which they were set. */
  readonly #timers = new Set<Timer>();
  readonly #restores: Restore[] = [];
  readonly #turn = realTurn();
  readonly #ms = realMs();
  #patience = MOST_IN_VAIN_MS;
  #everSet = 0;

  constructor(random: FakeClockOptions['random']) {
    // Whole, so that what falls due after exactly so long is not missed by a rounding error.
    const monotonic = Math.ceil(performance.now());
    const wall = Date.now();
    const clear = clearTimeout;
    const bind = binder();
    const set = (run: (...args: unknown[]) => void, delay?: number, ...args: unknown[]) => {
      // Whole, as those of real timers, never less than asked, and never none: what polls without one lets time pass.
      const ms = Math.max(1, Math.ceil(Number(delay) || 0));
      const start = (timer: Timer) => {
        // Anew, so that it is behind those that were set in between.
        this.#timers.delete(timer);
        this.#timers.add(timer);
        this.#everSet++;
        // As `setTimeout` does with what it cannot keep.
        timer.dueAt = this.elapsedMs + (ms > MAX_TIMER_MS ? 1 : ms);
      };
      return new Timer(
        bind(() => run(...args)),
        start,
      );
    };
    const wait = (delay: number, value: unknown) => new Promise((resolve) => set(resolve, delay, value));
    this.#fake('setTimeout', globalThis, Object.assign(set, { clock: this, [PROMISIFIED]: wait }));
    this.#fake('clearTimeout', globalThis, (timer?: Timer | number) => {
      const ours = timer instanceof Timer ? timer : this.#numbered(Number(timer));
      if (ours) this.#timers.delete(ours);
      else clear(timer as number);
    });
    this.#fake('performance.now', performance, () => monotonic + this.elapsedMs);
    this.#fake('Date.now', Date, () => wall + Math.floor(this.elapsedMs));
    if (random !== undefined) this.#fake('Math.random', Math, typeof random === 'number' ? () => random : random);
  }

  get pending(): number {
    return this.#timers.size;
  }

  async advance(ms: number): Promise<void> {
    span(ms, 'ms');
    const end = this.elapsedMs + ms;
    await this.#run(end);
    // Others may have gone further meanwhile.
    this.elapsedMs = Math.max(this.elapsedMs, end);
  }

  runAll(): Promise<void> {
    return this.#run(Infinity);
  }

  async until<T>(promise: PromiseLike<T>): Promise<T> {
    let settled = false;
    const settle = () => {
      settled = true;
    };
    promise.then(settle, settle);
    await this.#run(Infinity, () => settled);
    if (settled) return promise;
    throw new Error('the promise is pending, and no timer is set that could settle it: real time and I/O stand still');
  }

  restore(): void {
    for (const restore of this.#restores.splice(0).reverse()) restore();
    this.#timers.clear();
  }

  [Symbol.dispose](): void {
    this.restore();
  }

  /** All or nothing: of a clock that cannot be put in place, nobody has a handle to take away what is. */
  #fake(name: string, target: object, value: unknown): void {
    try {
      this.#restores.push(replace(target, name.slice(name.indexOf('.') + 1), value));
    } catch (cause) {
      this.restore();
      throw new Error(`${name} cannot be faked: it is not to be replaced`, { cause });
    }
  }

  /** Runs what falls due until `end`, in order, unless it is over before. */
  async #run(end: number, isOver = () => false): Promise<void> {
    const leap = () => Math.min(this.#nextAt(), end) - this.elapsedMs;
    await this.#turn();
    for (let moves = 0; ; moves++) {
      for (let ms = 0; ms < Math.min(PATIENCE_MS, leap()) && this.#patience > 0 && !isOver(); ms++)
        await this.#waitForWork(isOver);
      const at = this.#nextAt();
      if (isOver() || at > end || at === Infinity) return;
      if (end === Infinity && moves === MOST_MOVES)
        throw new Error(`time moved ${MOST_MOVES} times, and timers are still set: a loop without an end`);
      this.elapsedMs = Math.max(this.elapsedMs, at);
      await this.#runDue(isOver);
    }
  }

  /** Real work, such as that of Node's thread pool, may still set what is due before, or be what is waited for. */
  async #waitForWork(isOver: () => boolean): Promise<void> {
    const before = this.#everSet;
    await this.#ms();
    this.#patience = this.#everSet > before || isOver() ? MOST_IN_VAIN_MS : this.#patience - 1;
  }

  /** None of those that they set is due as well: each takes a millisecond at least. */
  async #runDue(isOver: () => boolean): Promise<void> {
    const isDue = (timer: Timer) => timer.dueAt <= this.elapsedMs;
    for (const timer of [...this.#timers].filter(isDue).sort((a, b) => a.dueAt - b.dueAt)) {
      if (isOver()) return;
      // Cleared, refreshed, or run by others meanwhile.
      if (!isDue(timer) || !this.#timers.delete(timer)) continue;
      timer.run();
      await this.#turn();
    }
  }

  #numbered(id: number): Timer | undefined {
    // Others have numbers above, or none.
    return id < 0 ? [...this.#timers].find((timer) => timer.id === id) : undefined;
  }

  #nextAt(): number {
    let at = Infinity;
    for (const { dueAt } of this.#timers) at = Math.min(at, dueAt);
    return at;
  }
}

/** A callback keeps the asynchronous context in which its timer was set, as with Node's timers. */
function binder(): (run: () => void) => () => void {
  const AsyncResource = node()?.getBuiltinModule('node:async_hooks').AsyncResource;
  return AsyncResource ? (run) => AsyncResource.bind(run, 'Timeout') : (run) => run;
}

/** Waits for a turn of the real event loop, in which promises settle. Browsers have no `setImmediate`. */
function realTurn(): () => Promise<void> {
  const { setTimeout, setImmediate = setTimeout } = globalThis as Partial<typeof globalThis>;
  return () => new Promise((resolve) => void setImmediate?.(() => resolve()));
}

/** Waits for a real millisecond, and leaves the processor to others meanwhile. */
function realMs(): () => Promise<void> {
  const { setTimeout } = globalThis;
  return () => new Promise((resolve) => void setTimeout(resolve, 1));
}

/** Replaces a property, which may be inherited; returns the way back. */
function replace(target: object, key: string, value: unknown): Restore {
  const before = Object.getOwnPropertyDescriptor(target, key);
  Object.defineProperty(target, key, {
    value,
    writable: true,
    configurable: true,
    enumerable: before?.enumerable ?? false,
  });
  return () => {
    if (before) Object.defineProperty(target, key, before);
    else Reflect.deleteProperty(target, key);
  };
}
