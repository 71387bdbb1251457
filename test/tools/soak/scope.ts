import axios, { type AxiosInstance } from 'axios';
import { attachResilience, type ResilienceHandle, type ResiliencePolicy } from 'axios-resilience';
import { Model } from './model.js';
import { Origin } from './origin.js';
import type { Random } from './random.js';
import { CALL_ID, WatchedAgent } from './watched-agent.js';

export interface Plan {
  readonly name: string;
  readonly limit: number;
  /** A body that streams keeps its slot. */
  readonly countStreams?: true;
  readonly policy: ResiliencePolicy;
}

/** An origin, an instance of axios that calls it, and the model that follows both. */
export class Scope {
  readonly model: Model;
  readonly origin: Origin;
  readonly api: AxiosInstance;
  readonly handle: ResilienceHandle;
  /** How often what happened. */
  readonly figures: Record<string, number> = {};
  readonly #agent: WatchedAgent;

  constructor(
    readonly plan: Plan,
    random: Random,
    /** Grows with each turn of the event loop. */
    turn: () => number,
  ) {
    const { name, limit, countStreams = false, policy } = plan;
    const model = new Model(name, { limit, inOrder: policy.retry === false });
    this.model = model;
    this.origin = new Origin(random, (request, status) => model.answered(request, status));
    this.#agent = new WatchedAgent((sent) => model.sent(sent, turn()));
    this.api = axios.create({ adapter: 'http', httpAgent: this.#agent, proxy: false });
    this.handle = attachResilience(this.api, { ...policy, bulkhead: { limit, queue: 40, countStreams } });
    this.handle.subscribe({
      onStateChange: ({ from, to }) => {
        this.count(to);
        model.changed(from, to, turn());
      },
      onRetry: () => this.count('retries'),
      onHedge: () => this.count('hedges'),
      onCoolDown: () => this.count('coolDowns'),
      onSaturation: () => this.count('saturations'),
      onEnd: ({ config, report: { ended, queuedMs } }) => {
        model.ended(Number(config.headers.get(CALL_ID)));
        this.count(String(ended));
        if (queuedMs > 0) this.count('queued');
      },
    });
  }

  async open(): Promise<void> {
    this.api.defaults.baseURL = await this.origin.open();
  }

  count(what: string): void {
    this.figures[what] = (this.figures[what] ?? 0) + 1;
  }

  /** What is left once all calls have settled; then nothing is. */
  async close(): Promise<void> {
    const { inFlight, queued, held } = this.handle.stats();
    const sockets = Object.values(this.#agent.sockets).flat().length;
    const waiting = Object.values(this.#agent.requests).flat().length;
    this.#agent.destroy();
    await this.origin.close();
    this.model.left({ inFlight, queued, held, sockets, waiting });
    this.handle.detach();
  }
}
