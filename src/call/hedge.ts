import { after, now } from '../base/clock.js';
import { SAFE_METHODS } from '../base/http.js';
import type { End, Outcome } from '../base/outcome.js';
import { mayPass } from '../retry/decide.js';
import { attempt, type Lane } from './attempt.js';
import { discardAnswer } from './body.js';
import type { Call } from './call.js';
import { canceled, Lifetime } from './lifetime.js';

/** Sends an attempt, and if its answer is slow to come and the policy says so, a second one beside it. */
export function attemptWithHedge(call: Call): Promise<Outcome> {
  const { policy, request } = call;
  const { hedge } = policy;
  if (!hedge || !SAFE_METHODS.has(request.method) || !request.canBeDoubled) return attempt(call);
  const { latencies } = call.scope.guard;
  const delayMs = (hedge.quantile && latencies.quantile(hedge.quantile)) || hedge.delay;
  return delayMs === undefined ? timed(call) : new Race(call, delayMs).run();
}

/** An attempt whose latency is noted, so that it is known what is slow. */
async function timed(call: Call, lane?: Lane): Promise<Outcome> {
  const outcome = await attempt(call, lane);
  if (!outcome.failure) call.scope.guard.latencies.add(call.recorder.last.durationMs);
  return outcome;
}

/** Two attempts side by side: the first good answer counts, or the last failure; the other is aborted. */
class Race {
  readonly #lanes: Lifetime[] = [];
  #best: Outcome | undefined;
  #takenAt = 0;
  #isDecided = false;
  #stopWaiting: (() => void) | undefined;
  #second: Promise<Outcome> | undefined;

  constructor(
    private readonly call: Call,
    private readonly delayMs: number,
  ) {}

  async run(): Promise<Outcome> {
    const { call, delayMs } = this;
    const { lifetime } = call;
    call.request.sendCopies();
    const first = this.#start(false, () => {
      this.#stopWaiting = after(delayMs, () => {
        this.#second = this.#start(true, () => call.emit('onHedge', () => ({ delayMs })));
      });
    });
    lifetime.enter((end) => this.#decide(end, end));
    const outcome = await first;
    await this.#second;
    for (const lane of this.#lanes) lane.dispose();
    lifetime.leave();
    // One that was refused does not count, unless it was the only one.
    return this.#best ?? outcome;
  }

  #start(isHedge: boolean, onSent: () => void): Promise<Outcome> {
    const { call } = this;
    const lifetime = new Lifetime({ headers: call.config.headers });
    this.#lanes.push(lifetime);
    return timed(call, { lifetime, isHedge, onSent, onEnd: (outcome) => this.#onEnd(outcome) });
  }

  /**
   * Comes before it is written down: what has lost is, and then the attempt that counts. While a failure may pass, or is no
   * answer, the other attempt could do better.
   */
  #onEnd(outcome: Outcome): void {
    const { call } = this;
    this.#stopWaiting?.();
    if (this.#isDecided) discardAnswer(outcome);
    else if (isNoAnswer(outcome) || mayPass(outcome, call.policy.retry, call.request.method))
      this.#take(withLongerWait(outcome, this.#best, now() - this.#takenAt));
    else this.#decide(outcome, canceled(call.config));
  }

  #decide(outcome: Outcome, others: End): void {
    if (this.#isDecided) return;
    this.#isDecided = true;
    this.#take(outcome);
    for (const lane of this.#lanes) lane.cut(others);
  }

  #take(outcome: Outcome): void {
    discardAnswer(this.#best);
    // The deadline may pass while the other is under way: it names this failure.
    this.call.outcome = this.#best = outcome;
    this.#takenAt = now();
  }
}

/** Whichever of the two attempts was told to wait, the call was: the one that ended `agoMs` before has waited for as long. */
function withLongerWait(outcome: Outcome, { retryAfterMs = 0 }: Outcome = {}, agoMs: number): Outcome {
  const leftMs = retryAfterMs - agoMs;
  return leftMs > (outcome.retryAfterMs ?? 0) ? { ...outcome, retryAfterMs: leftMs } : outcome;
}

const isNoAnswer = ({ failure, response, final }: Outcome): boolean => failure !== undefined && !response && !final;
