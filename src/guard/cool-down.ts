import { spread } from '../base/clock.js';
import type { End } from '../base/outcome.js';
import { Line, type Place } from './line.js';

/** Those who waited are let go at this many times the pace at which they came. */
const CATCH_UP = 1.5;

/** Less of that when the server asks again or fails, but always a little faster than they came; then more again by the second. */
const SLOWED = 0.8;
const LEAST_CATCH_UP = 1.1;
const GROWTH_PER_MS = 0.01 / 1_000;

/** Few who came in a long time need not be so far apart, unless the server fails: then twice as far each time. */
const LONGEST_GAP_MS = 250;

/** A timer that is so late will not fire any more: it has gone with the fake clock of a test that left calls behind. */
const LOST_AFTER_MS = 1_000;

export interface CoolDownEnvironment {
  readonly now: () => number;
  readonly random: () => number;
  /** Calls `act` once after so many milliseconds, unless cancelled by what it returns. */
  readonly after: (ms: number, act: () => void) => () => void;
  /** The scope begins to be left alone. Said once, until that is over and nobody waits any more. */
  readonly onCoolDown: (retryInMs: number) => void;
}

/**
 * The time for which the server has asked to be left alone. Whoever comes meanwhile waits in line; afterwards they are let
 * go in order, not much faster than they came, so that the server does not meet all of them at once.
 */
export class CoolDown {
  readonly #newcomers = new Line<End | undefined>(() => this.#schedule());
  /** Those who had their turn before, the one that heard the server ask among them. */
  readonly #returning = new Line<End | undefined>(() => this.#schedule());
  /** They and the newcomers go by turns, so that neither wait for all of the others. */
  #isTheirTurn = true;
  #until = 0;
  /** For how long, when those who wait were asked last whether they have so much time. */
  #toldUntil = 0;
  /** When the last who waited was let go, or the cool-down began. */
  #servedAt = 0;
  #beganAt = 0;
  /** How many have joined the line since then. */
  #joined = 0;
  /** Somebody was let go since the server asked last, or failed. */
  #hasServed = false;
  #catchUp = CATCH_UP;
  /** From when on that grows. */
  #growsFrom = 0;
  #longestGapMs = LONGEST_GAP_MS;
  #stop: (() => void) | undefined;
  #dueAt = 0;

  constructor(private readonly environment: CoolDownEnvironment) {}

  /** Milliseconds that the server has still to be left alone. */
  get retryInMs(): number {
    return Math.max(0, this.#until - this.environment.now());
  }

  get waiting(): number {
    return this.#newcomers.size + this.#returning.size;
  }

  /** The server has still to be left alone. */
  get isCooling(): boolean {
    return this.#until > 0 && this.#until > this.environment.now();
  }

  /** Whoever comes now has to wait. */
  get isOn(): boolean {
    return this.waiting > 0 || this.isCooling;
  }

  /** Milliseconds that whoever comes now, or comes back, would have to wait. */
  waitMs(isReturning: boolean): number {
    const [own, others] = isReturning ? [this.#returning, this.#newcomers] : [this.#newcomers, this.#returning];
    const areOthersFirst = isReturning !== this.#isTheirTurn;
    const inFront = own.size + Math.min(others.size, own.size + Number(areOthersFirst));
    return this.retryInMs + inFront * this.#gapMs;
  }

  /** The server asks to be left alone; true if that is a good deal longer than those who wait have been told. */
  begin(ms: number): boolean {
    const { now, random, onCoolDown } = this.environment;
    const begins = !this.isOn;
    const at = now();
    if (begins) {
      this.#beganAt = at;
      this.#servedAt = at;
      this.#joined = 0;
      this.#catchUp = CATCH_UP;
      this.#longestGapMs = LONGEST_GAP_MS;
      this.#isTheirTurn = true;
    } else {
      this.slowDown();
    }
    this.#hasServed = false;
    this.#until = Math.max(this.#until, at + spread(ms, random));
    this.#growsFrom = this.#until;
    this.#schedule();
    if (begins) onCoolDown(this.retryInMs);
    // Not for each little while that is added: those who wait may be many.
    if (this.#until - this.#toldUntil < ms / 10) return false;
    this.#toldUntil = this.#until;
    return true;
  }

  /** Those who were let go are too many for the server. */
  slowDown(): void {
    if (!this.#hasServed) return;
    this.#hasServed = false;
    this.#catchUp = Math.max(LEAST_CATCH_UP, SLOWED * this.#speedUp);
    this.#growsFrom = this.environment.now();
    this.#longestGapMs *= 2;
    this.#schedule();
  }

  /** Waits for its turn. */
  join(refusal: () => End | undefined, isReturning = false): Place<End | undefined> {
    this.#joined++;
    const line = isReturning ? this.#returning : this.#newcomers;
    const place = line.join({ serve: () => undefined, refusal });
    if (this.waiting === 1 || this.environment.now() > this.#dueAt + LOST_AFTER_MS) this.#schedule();
    return place;
  }

  /** Lets those go who may not be sent any more. */
  flush(): void {
    this.#returning.flush();
    this.#newcomers.flush();
    this.#schedule();
  }

  /** Between two of those who are let go. */
  get #gapMs(): number {
    const meanMs = (this.environment.now() - this.#beganAt) / Math.max(1, this.#joined);
    return Math.min(meanMs, this.#longestGapMs) / this.#speedUp;
  }

  /** How much faster they go than they came. */
  get #speedUp(): number {
    const growingForMs = Math.max(0, this.environment.now() - this.#growsFrom);
    return Math.min(CATCH_UP, this.#catchUp + growingForMs * GROWTH_PER_MS);
  }

  #schedule(): void {
    this.#stop?.();
    this.#stop = undefined;
    if (this.waiting === 0) return;
    const { now, after } = this.environment;
    this.#dueAt = Math.max(now(), this.#until, this.#servedAt + this.#gapMs);
    this.#stop = after(this.#dueAt - now(), () => {
      // Timers may fire a little early.
      if (!this.isCooling) {
        this.#servedAt = now();
        this.#hasServed = true;
        const isTheirs = this.#newcomers.size === 0 || (this.#isTheirTurn && this.#returning.size > 0);
        this.#isTheirTurn = !isTheirs;
        (isTheirs ? this.#returning : this.#newcomers).serveNext();
      }
      this.#schedule();
    });
  }
}
