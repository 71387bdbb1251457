import { type BulkheadPolicy, bulkhead } from 'cockatiel';
import type { Outcome } from '../base/outcome.js';
import { hasEnded, isBodiless, whenEnded } from '../base/stream.js';
import { Line } from './line.js';

export interface Waiter {
  /** Sends the attempt; called once, when there is a slot for it. */
  readonly task: () => Promise<Outcome>;
  /** Why it may not be sent any more, asked when the circuit opens. */
  readonly refusal: () => Outcome | undefined;
}

export interface BulkheadOptions {
  /** The body of an answer that streams keeps its slot until it ends. */
  readonly countStreams: boolean;
  /** Called once, until the queue has been empty and a slot free. */
  readonly onSaturation: (limit: number, queued: number) => void;
}

/**
 * At most `limit` attempts in flight. cockatiel keeps the limit, but not the order of those who wait, nor does it let them
 * go at once when they give up or the circuit opens.
 */
export class Bulkhead {
  readonly #slots: BulkheadPolicy;
  readonly #queue = new Line<Outcome>();
  /** Those who have been given their slot, and go on in the next step. */
  #entering = 0;
  #isSaturated = false;

  constructor(
    readonly limit: number,
    readonly queueLimit: number,
    private readonly options: Partial<BulkheadOptions> = {},
  ) {
    this.#slots = bulkhead(limit);
  }

  get inFlight(): number {
    return this.limit - this.#slots.executionSlots;
  }

  get queued(): number {
    return this.#queue.size;
  }

  /** A newcomer never overtakes, though a slot may be free for the moment it takes to hand it on. */
  get hasRoom(): boolean {
    return this.#queue.size + this.#entering === 0 && this.#slots.executionSlots > 0;
  }

  get isFull(): boolean {
    return !this.hasRoom && this.#queue.size >= this.queueLimit;
  }

  run(task: () => Promise<Outcome>): Promise<Outcome> {
    if (!this.options.countStreams) return this.#occupy(task);
    return new Promise((resolve, reject) => {
      const toBodyEnd = async (): Promise<Outcome> => {
        const outcome = await task();
        const bodyEnd = endOfBody(outcome);
        if (bodyEnd) {
          resolve(outcome);
          await bodyEnd;
        }
        return outcome;
      };
      this.#occupy(toBodyEnd).then(resolve, reject);
    });
  }

  /** Waits in line. `leave` ends the wait with an outcome, if the task has not begun. */
  enqueue({ task, refusal }: Waiter): { outcome: Promise<Outcome>; leave(outcome: Outcome): void } {
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
    const occupy = () => {
      this.#entering++;
      begin();
      return end;
    };
    const { result, leave } = this.#queue.join({ serve: () => this.run(occupy), refusal });
    this.#admit();
    if (this.#queue.size > 0) this.noteSaturation();
    return {
      outcome: result,
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
    this.options.onSaturation?.(this.limit, this.queued);
  }

  #occupy(task: () => Promise<Outcome>): Promise<Outcome> {
    const outcome = this.#slots.execute(task);
    outcome.then(this.#admit, this.#admit);
    return outcome;
  }

  readonly #admit = (): void => {
    while (this.#queue.size > 0 && this.#slots.executionSlots > 0) this.#queue.serveNext();
    if (this.hasRoom) this.#isSaturated = false;
  };
}

/** When the body of a good answer that streams ends; `undefined` for one that does not stream, or of which it is not known. */
function endOfBody({ failure, stream, response }: Outcome): Promise<void> | undefined {
  if (failure || !stream || !response || isBodiless(response) || hasEnded(stream, response.data)) return undefined;
  let isKnown = false;
  const end = new Promise<void>((resolve) => {
    isKnown = whenEnded(stream, response.data, resolve);
  });
  return isKnown ? end : undefined;
}
