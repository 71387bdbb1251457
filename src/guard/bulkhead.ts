import { bulkhead, type BulkheadPolicy as Slots } from 'cockatiel';
import type { Outcome } from '../base/outcome.js';
import { hasEnded, isBodiless, whenEnded } from '../base/stream.js';
import type { Complete } from '../policy/resolve.js';
import type { BulkheadPolicy } from '../policy/types.js';
import { Line, type Place } from './line.js';

export interface BulkheadEnvironment {
  /** Called once, until the queue has been empty and a slot free. */
  readonly onSaturation: (limit: number, queued: number) => void;
}

/**
 * At most `limit` attempts in flight. cockatiel keeps the limit and says when a slot is free; who gets it is said here, since
 * cockatiel neither keeps the order of those who wait, nor lets them go at once when they give up or the circuit opens.
 */
export class Bulkhead {
  readonly #slots: Slots;
  readonly #queue = new Line<Outcome>();
  /** A task of ours waits in cockatiel's queue, to hand the next free slot to the first in line. */
  #isAsked = false;
  #isAsking = false;
  /** Those who have been given their slot, and go on in the next step. */
  #entering = 0;
  #isSaturated = false;

  constructor(
    readonly settings: Complete<BulkheadPolicy>,
    private readonly environment: BulkheadEnvironment,
  ) {
    this.#slots = bulkhead(settings.limit, 1);
  }

  get inFlight(): number {
    return this.settings.limit - this.#slots.executionSlots;
  }

  get queued(): number {
    return this.#queue.size;
  }

  /** A newcomer never overtakes, though a slot may be free for the moment it takes to hand it on. */
  get hasRoom(): boolean {
    return this.#queue.size + this.#entering === 0 && this.#slots.executionSlots > 0;
  }

  get isFull(): boolean {
    return !this.hasRoom && this.#queue.size >= this.settings.queue;
  }

  /** Sends an attempt for which there is room. */
  run(task: () => Promise<Outcome>): Promise<Outcome> {
    this.#isSaturated = false;
    if (!this.settings.countStreams) return this.#slots.execute(task);
    return new Promise((resolve, reject) => {
      this.#slots.execute(() => toBodyEnd(task(), resolve)).then(resolve, reject);
    });
  }

  /** Waits in line. `leave` ends the wait with an outcome, if the task has not begun. */
  enqueue(task: () => Promise<Outcome>, refusal: () => Outcome | undefined): Place<Outcome> {
    let left: Outcome | undefined;
    let begin!: () => void;
    const turn = new Promise<void>((resolve) => {
      begin = resolve;
    });
    // Goes on from here, and so in the async context of whoever waits, not of whoever makes room.
    const end = turn.then(() => {
      this.#entering--;
      return left ?? task();
    });
    const serve = () => {
      this.#entering++;
      begin();
      return end;
    };
    const { result, leave } = this.#queue.join({ serve, refusal });
    this.#ask();
    if (this.#queue.size > 0) this.noteSaturation();
    return {
      result,
      leave: (outcome) => {
        left = outcome;
        leave(outcome);
      },
    };
  }

  /** Lets those go who may not be sent any more. */
  flush(): void {
    this.#queue.flush();
  }

  /** Somebody had to wait, or was refused for want of a queue. */
  noteSaturation(): void {
    if (this.#isSaturated) return;
    this.#isSaturated = true;
    this.environment.onSaturation(this.settings.limit, this.queued);
  }

  /** Has cockatiel keep the next slot that is free for whoever is first in line by then. */
  #ask(): void {
    // One that gets its slot at once asks from within: thousands that do are no deeper than one.
    if (this.#isAsking) return;
    this.#isAsking = true;
    while (!this.#isAsked && this.#queue.size > 0) {
      this.#isAsked = true;
      // A task's rejection is told to whoever waits for it.
      this.#slots.execute(() => this.#hold()).catch(() => {});
    }
    this.#isAsking = false;
  }

  async #hold(): Promise<void> {
    this.#isAsked = false;
    const outcome = this.#queue.serveNext();
    this.#ask();
    await (this.settings.countStreams && outcome ? toBodyEnd(outcome) : outcome);
  }
}

/** Resolves when the slot is free again; an outcome whose body is still to come is told before that. */
async function toBodyEnd(end: Outcome | Promise<Outcome>, tell?: (outcome: Outcome) => void): Promise<Outcome> {
  const outcome = await end;
  const bodyEnd = endOfBody(outcome);
  if (bodyEnd) {
    tell?.(outcome);
    await bodyEnd;
  }
  return outcome;
}

/** When the body of an answer that axios takes as good ends; `undefined` if it does not stream, or if that cannot be known. */
function endOfBody({ error, stream, response }: Outcome): Promise<void> | undefined {
  if (error !== undefined || !stream || !response || isBodiless(response) || hasEnded(stream, response.data))
    return undefined;
  let isKnown = false;
  const end = new Promise<void>((resolve) => {
    isKnown = whenEnded(stream, response.data, resolve);
  });
  return isKnown ? end : undefined;
}
