import axios, { type AxiosInstance } from 'axios';
import { attachResilience, type ResilienceHandle, type ResiliencePolicy } from 'axios-resilience';
import type { EventLoop } from './event-loop.js';
import { Model } from './model.js';
import { CALL_ID, Origin } from './origin.js';
import type { Random } from './random.js';
import { WatchedAgent } from './watched-agent.js';

export interface Plan {
  readonly name: string;
  readonly limit: number;
  readonly queue: number;
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
    { turn }: EventLoop,
  ) {
    const { name, limit, queue, countStreams = false, policy } = plan;
    const model = new Model(name, { limit, inOrder: policy.retry === false });
    this.model = model;
    this.origin = new Origin(random, {
      answered: (call, request, status) => model.answered(call, request, status),
      count: (mood) => this.count(mood),
    });
    this.#agent = new WatchedAgent((sent) => model.sent(sent, turn()));
    this.api = axios.create({ adapter: 'http', httpAgent: this.#agent, proxy: false });
    this.handle = attachResilience(this.api, { ...policy, bulkhead: { limit, queue, countStreams } });
    this.handle.subscribe({
      onStateChange: ({ from, to }) => {
        this.count(to);
        model.changed(from, to, turn());
      },
      onRetry: () => this.count('retries'),
      onHedge: () => this.count('hedges'),
      onCoolDown: () => this.count('coolDowns'),
      onSaturation: () => this.count('saturations'),
      onReject: ({ config, because }) => model.refused(Number(config.headers.get(CALL_ID)), because, turn()),
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
    const { inFlight, queued, held, ...counted } = this.handle.stats();
    const sockets = Object.values(this.#agent.sockets).flat().length;
    const waiting = Object.values(this.#agent.requests).flat().length;
    this.model.over();
    this.model.counted(counted);
    this.model.left({ inFlight, queued, held, sockets, waiting, answers: this.origin.busy });
    this.#agent.destroy();
    await this.origin.close();
    this.handle.detach();
  }
}
