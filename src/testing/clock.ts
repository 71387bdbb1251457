/// <reference lib="esnext.disposable" preserve="true" />
import { MAX_TIMER_MS } from '../base/clock.js';
import { either, fn, isNumber, number, object } from '../policy/check.js';
import { PROMISIFIED, whatIsFaked } from './faked.js';
import { node } from './node.js';

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
 * @throws Error if one of them is faked already, as far as that shows: by another such clock, by the fake timers of Jest (the
 *   legacy ones too), Vitest or sinon, or by the mock timers of `node:test`;
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

/** More timers than this, one after the other, are a loop that never ends. */
const MOST_TIMERS = 100_000;

type Restore = () => void;

class Timer {
  dueAt = 0;

  constructor(
    readonly run: () => void,
    private readonly start: (timer: Timer) => void,
  ) {
    start(this);
  }

  refresh(): this {
    this.start(this);
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  hasRef(): boolean {
    return true;
  }
}

class Clock implements FakeClock {
  elapsedMs = 0;
  /** In the order in which they were set. */
  readonly #timers = new Set<Timer>();
  readonly #restores: Restore[] = [];
  readonly #turn = realTurn();

  constructor(random: FakeClockOptions['random']) {
    // Whole, so that what falls due after exactly so long is not missed by a rounding error.
    const monotonic = Math.ceil(performance.now());
    const [wall, clear, bind] = [Date.now(), clearTimeout, binder()];
    const set = (run: (...args: unknown[]) => void, delay?: number, ...args: unknown[]) => {
      // Whole, as those of real timers, and never less than asked.
      const ms = Math.ceil(Math.max(0, Number(delay) || 0));
      const start = (timer: Timer) => {
        // Anew, so that it is behind those that were set in between.
        this.#timers.delete(timer);
        this.#timers.add(timer);
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
    this.#fake('clearTimeout', globalThis, (timer?: Timer) => {
      if (timer instanceof Timer) this.#timers.delete(timer);
      else clear(timer);
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
    await this.#runWhile((next) => next.dueAt <= end);
    // Others may have gone further meanwhile.
    this.elapsedMs = Math.max(this.elapsedMs, end);
  }

  runAll(): Promise<void> {
    return this.#runWhile(() => true);
  }

  async until<T>(promise: PromiseLike<T>): Promise<T> {
    let settled = false;
    const settle = () => {
      settled = true;
    };
    promise.then(settle, settle);
    await this.#runWhile(() => !settled);
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

  async #runWhile(wanted: (next: Timer) => boolean): Promise<void> {
    await this.#turn();
    let ran = 0;
    for (let next = this.#next(); next && wanted(next); next = this.#next()) {
      if (ran++ >= MOST_TIMERS)
        throw new Error(`${MOST_TIMERS} timers ran, each setting another: a loop without an end`);
      this.#timers.delete(next);
      this.elapsedMs = Math.max(this.elapsedMs, next.dueAt);
      next.run();
      await this.#turn();
    }
  }

  #next(): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) if (!next || timer.dueAt < next.dueAt) next = timer;
    return next;
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
