import { now } from '../base/clock.js';
import { LightSignal } from '../base/signal.js';
import { nextAttempt } from './before-attempt.js';
import type { Call } from './call.js';
import { decideNext } from './decide-next.js';
import type { Reissuable } from './wire.js';

/** The attempts after the first: axios-retry sends them and keeps the waits, what to do is decided here. */
export class Retries implements Reissuable {
  readonly signal = new LightSignal();
  /** The first retry was decided on before there was anything to reissue. */
  #isFirst = true;
  #waitingSince = 0;

  constructor(private readonly call: Call) {}

  async again(): Promise<boolean> {
    const again = this.#isFirst || (await decideNext(this.call));
    this.#isFirst = false;
    this.#waitingSince = now();
    if (again) this.call.lifetime.enter(() => this.signal.abort());
    return again;
  }

  get delayMs(): number {
    const { decision } = this.call;
    return decision?.retry ? decision.delayMs : 0;
  }

  async resend(): Promise<boolean> {
    const { call } = this;
    // axios-retry still listens to the signal that ends its wait, and would send again.
    call.lifetime.leave();
    call.recorder.waitedMs += now() - this.#waitingSince;
    call.outcome = await nextAttempt(call);
    return call.outcome.failure !== undefined;
  }
}
