import type { InternalAxiosRequestConfig } from 'axios';
import { now } from '../base/clock.js';
import type { Outcome } from '../base/outcome.js';
import { type Applicant, admit, HELD } from '../guard/admit.js';
import type { Breaker, Learn } from '../guard/breaker.js';
import { awaitTurn } from './await-turn.js';
import type { Call } from './call.js';
import type { Scope } from './context.js';
import type { Lifetime } from './lifetime.js';
import { thrown } from './outcomes.js';
import { send } from './send.js';

/** Attempts that are sent side by side have a lifetime each, so that one of them can be ended alone. */
export interface Lane {
  readonly lifetime: Lifetime;
  readonly isHedge?: boolean;
  /** Told when its turn has come. */
  readonly onSent?: () => void;
  /** Told how it has ended, before anything is made of that. */
  readonly onEnd?: (outcome: Outcome) => void;
}

/** Sends a call's request once, if the guard of its scope lets it, and writes down how that ended. Never rejects. */
export function attempt(call: Call, lane: Lane = call): Promise<Outcome> {
  try {
    return new Attempt(call, lane).start();
  } catch (error) {
    // The caller's own `scope`, asked of the request of a retry.
    return Promise.resolve(thrown(error));
  }
}

class Attempt implements Applicant {
  /** What is sent: the call's own, or a copy. */
  readonly #config: InternalAxiosRequestConfig;
  readonly #scope: Scope;
  #queuedAt: number | undefined;
  #isSent = false;

  constructor(
    readonly call: Call,
    private readonly lane: Lane,
  ) {
    this.#config = call.request.next();
    const isOriginal = this.#config === call.config;
    this.#scope = isOriginal ? call.scope : call.context.scope(call.policy.scope(this.#config));
  }

  start(): Promise<Outcome> {
    const { guard } = this.#scope;
    const over = this.lane.lifetime.over ?? this.call.lifetime.over;
    // The caller's own `scope` may have ended it.
    if (over) return Promise.resolve(over);
    // A hedge that finds room goes at once: it is never held, queued or refused.
    if (this.lane.isHedge && !guard.takeSpare(this.call.policy)) return Promise.resolve(HELD);
    const end = admit(guard, this);
    // One that was sent at once has nothing to look back at, and needs one promise less.
    return this.#isSent ? end : end.then((outcome) => this.#afterQueue(outcome), thrown);
  }

  send(breaker: Breaker | undefined): Promise<Outcome> {
    const { call, lane } = this;
    const { recorder } = call;
    const { counters } = this.#scope;
    const sentAt = now();
    const learn = breaker?.begin(sentAt);
    this.#isSent = true;
    call.hasTurn = false;
    this.#noteWait(sentAt);
    if (recorder.sends++ > 0) counters.retries++;
    if (lane.isHedge) recorder.hedges++;
    counters.attempts++;
    counters.inFlight++;
    lane.onSent?.();
    const onSettled = (outcome: Outcome) => {
      counters.inFlight--;
      try {
        return this.#note(outcome, sentAt, learn);
      } catch (error) {
        // The answer has a getter that throws.
        return this.#note(thrown(error), sentAt, learn);
      }
    };
    return send({ call, config: this.#config, lifetime: lane.lifetime, sentAt, onSettled });
  }

  onQueued(leave: (outcome: Outcome) => void): void {
    this.#queuedAt = now();
    this.lane.lifetime.enter(leave);
  }

  #note(outcome: Outcome, sentAt: number, learn: Learn | undefined): Outcome | Promise<Outcome> {
    const { call, lane } = this;
    lane.onEnd?.(outcome);
    const endedAt = now();
    call.recorder.attempt(outcome, endedAt - sentAt, lane.isHedge);
    call.scope.guard.tellBudget(outcome, call);
    this.#scope.guard.tellCoolDown(outcome, call.policy);
    return learn ? learn(outcome, endedAt) : outcome;
  }

  #noteWait(end: number): void {
    if (this.#queuedAt !== undefined) this.call.recorder.queuedMs += end - this.#queuedAt;
    this.#queuedAt = undefined;
  }

  #afterQueue(outcome: Outcome): Outcome | Promise<Outcome> {
    if (this.#isSent) return outcome;
    this.#noteWait(now());
    if (outcome === HELD) return this.#again();
    if (outcome.failure === 'refused') this.call.recorder.attempt(outcome, 0);
    return outcome;
  }

  async #again(): Promise<Outcome> {
    const { call, lane } = this;
    const end = await awaitTurn(call, this.#scope, lane);
    return end ?? call.lifetime.overByNow ?? this.start();
  }
}
