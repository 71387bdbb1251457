import type { End } from '../base/outcome.js';
import { Line, type Place } from './line.js';

/** A quiet client is not held to its last outage for ever: each so many milliseconds make a token. */
const REFILL_MS = 10_000;

/** Without a token a retry goes out all the same, so long after the one before, to see whether things are better; … */
const FIRST_BLIND_GAP_MS = 250;
/** … twice as long after each that is not answered, up to this. */
const LAST_BLIND_GAP_MS = 2_000;

/** Those in line go at this many times the pace at which they came, while there are tokens. */
const CATCH_UP = 1.5;

export interface BudgetEnvironment {
  readonly now: () => number;
  /** Calls `act` once after so many milliseconds, unless cancelled by what it returns. */
  readonly after: (ms: number, act: () => void) => () => void;
  /** The tokens ran out: retries wait for their turn from now on. Said once, until the reserve is full again. */
  readonly onExhausted: () => void;
}

/**
 * How many retries a scope may send. Each takes a token; a call that is answered gives back those it took and a share of
 * one more, so that the retries that lead nowhere are a share of the traffic that works, whatever fails. Beyond that they are
 * paced before they are refused: twenty calls that meet a blip wait in line while one of them looks whether it is over.
 */
export class RetryBudget {
  readonly #line = new Line<End | undefined>(() => this.#schedule());
  /** Raised to what a call may need by itself, if that is more. */
  #reserve: number;
  #tokens: number;
  #refilledAt: number;
  #isExhausted = false;
  #blindGapMs = FIRST_BLIND_GAP_MS;
  /** When the next retry without a token may go, … */
  #nextAt = 0;
  /** … and the next of those in line with one. */
  #pacedAt = 0;
  /** Since when somebody is in line, and how many have joined it and were let go since. */
  #lineBeganAt = 0;
  #joined = 0;
  #served = 0;
  #stop: (() => void) | undefined;

  constructor(
    private readonly ratio: number,
    reserve: number,
    private readonly environment: BudgetEnvironment,
  ) {
    this.#reserve = reserve;
    this.#tokens = reserve;
    this.#refilledAt = environment.now();
  }

  /** Retries that may go at once. */
  get tokens(): number {
    const now = this.environment.now();
    const refilled = Math.min(this.#reserve, this.#tokens + (now - this.#refilledAt) / REFILL_MS);
    this.#tokens = Math.max(this.#tokens, refilled);
    this.#refilledAt = now;
    return this.#tokens;
  }

  get waiting(): number {
    return this.#line.size;
  }

  /** There never will be a token. */
  get isNone(): boolean {
    return this.ratio + this.#reserve === 0;
  }

  /**
   * No token is left, and all who went without one found nobody there (only then does the gap between them grow so long): to
   * wait leads nowhere.
   */
  get isSpent(): boolean {
    return this.#blindGapMs > LAST_BLIND_GAP_MS && this.tokens < 1;
  }

  /** Milliseconds that whoever joins the line now would have to wait, as fast as it has moved by now. */
  get waitMs(): number {
    const now = this.environment.now();
    if (this.#line.size === 0) return Math.max(0, this.#dueAt - now);
    const goingForMs = now - this.#lineBeganAt;
    return this.#line.size * Math.max(this.#gapMs, this.#served && goingForMs / this.#served);
  }

  /** A retry asks to go: `undefined` if it may at once, otherwise its place in line. `onTurn` is called as its turn comes. */
  take(reserve: number, refusal: () => End | undefined, onTurn?: () => void): Place<End | undefined> | undefined {
    if (reserve > this.#reserve) {
      this.#tokens += reserve - this.#reserve;
      this.#reserve = reserve;
    }
    if (this.#line.size === 0) {
      this.#noteRefill();
      if (this.#withdraw()) {
        onTurn?.();
        return undefined;
      }
      this.#lineBeganAt = this.environment.now();
      this.#joined = 0;
      this.#served = 0;
    }
    if (!this.#isExhausted) {
      this.#isExhausted = true;
      this.environment.onExhausted();
    }
    this.#joined++;
    const place = this.#line.join({ serve: () => void onTurn?.(), refusal });
    // Each time: the timer of those before it may be gone, with the fake clock of a test that left them behind.
    this.#serve();
    return place;
  }

  /** A token for something that need not be sent, and so does not wait: true if there was one. */
  takeSpare(): boolean {
    if (this.#line.size > 0 || this.tokens < 1) return false;
    this.#noteRefill();
    this.#tokens--;
    return true;
  }

  /** The attempt of a call that has taken so many turns was answered: somebody is there. */
  answered(paid: number): void {
    this.#blindGapMs = FIRST_BLIND_GAP_MS;
    this.#fill(this.ratio + paid);
  }

  /** A retry that had its turn was not sent after all. */
  giveBack(): void {
    this.#fill(1);
  }

  /** A retry was not answered: those who wait go on waiting, unless that leads nowhere. */
  retryFailed(): void {
    if (this.isSpent) this.flush();
  }

  /** Lets those go who may not be sent any more. */
  flush(): void {
    this.#line.flush();
    this.#schedule();
  }

  /** Before a token is taken: answers, time or a turn given back may have filled it. */
  #noteRefill(): void {
    this.#isExhausted &&= this.tokens < this.#most;
  }

  get #most(): number {
    return Math.max(1, this.#reserve);
  }

  #fill(tokens: number): void {
    // It is full while all is well, and the clock need not be read.
    if (this.#tokens < this.#most) this.#tokens = Math.min(this.#most, this.tokens + tokens);
    if (this.#line.size > 0) this.#serve();
  }

  /** Between two of those in line, a little less than there was between their coming. */
  get #gapMs(): number {
    return (this.environment.now() - this.#lineBeganAt) / Math.max(1, this.#joined) / CATCH_UP;
  }

  /** When the next retry may go. */
  get #dueAt(): number {
    return this.tokens < 1 ? this.#nextAt : Math.min(this.#nextAt, this.#pacedAt);
  }

  /** Takes a token, or the turn that comes with time. */
  #withdraw(): boolean {
    const now = this.environment.now();
    if (now < this.#dueAt) return false;
    if (this.tokens >= 1) this.#tokens--;
    else this.#blindGapMs = Math.min(this.#blindGapMs * 2, 2 * LAST_BLIND_GAP_MS);
    this.#nextAt = now + Math.min(this.#blindGapMs, LAST_BLIND_GAP_MS);
    return true;
  }

  #serve(): void {
    while (this.#line.size > 0 && this.#withdraw()) {
      this.#served++;
      this.#pacedAt = this.environment.now() + this.#gapMs;
      this.#line.serveNext();
    }
    this.#schedule();
  }

  /** Looks again when the next turn has come, as long as somebody waits. */
  #schedule(): void {
    this.#stop?.();
    this.#stop = undefined;
    if (this.#line.size === 0) this.#pacedAt = 0;
    else this.#stop = this.environment.after(this.#dueAt - this.environment.now(), () => this.#serve());
  }
}
