import axios, { type AxiosInstance, type InternalAxiosRequestConfig } from 'axios';
import { attachResilience, type ResilienceHandle, type ResilienceHooks, type ResiliencePolicy } from 'axios-resilience';
import type { EventLoop } from './event-loop.js';
import { Model } from './model.js';
import { CALL_ID, Origin } from './origin.js';
import type { Random } from './random.js';
import { WatchedAgent } from './watched-agent.js';

export interface Plan {
  readonly name: string;
  /** So many are called by the one instance; each is a scope of its own. */
  readonly origins?: number;
  readonly limit: number;
  readonly queue: number;
  /** A body that streams keeps its slot. */
  readonly countStreams?: boolean;
  readonly policy: ResiliencePolicy;
}

/** An instance of axios with the policy of a plan. */
export interface Client {
  readonly api: AxiosInstance;
  readonly handle: ResilienceHandle;
}

export function clientOf({ limit, queue, countStreams = false, policy }: Plan): Client {
  const api = axios.create({ adapter: 'http', proxy: false });
  return { api, handle: attachResilience(api, { ...policy, bulkhead: { limit, queue, countStreams } }) };
}

/** An origin, what calls it, and the model that follows both. */
export class Scope {
  readonly model: Model;
  readonly origin: Origin;
  readonly agent: WatchedAgent;
  baseURL = '';
  /** How often what happened. */
  readonly figures: Record<string, number> = {};

  constructor(
    readonly name: string,
    readonly plan: Plan,
    readonly client: Client,
    random: Random,
    private readonly loop: EventLoop,
  ) {
    const { limit, policy } = plan;
    const model = new Model(name, { limit, inOrder: policy.coolDown === false });
    this.model = model;
    this.origin = new Origin(random, {
      seen: (call, request) => model.seen(call, request),
      answered: (call, request, status) => model.answered(call, request, status),
      count: (mood) => this.count(mood),
    });
    this.agent = new WatchedAgent((sent) => model.sent(sent, loop.turn()));
  }

  async open(): Promise<void> {
    this.baseURL = await this.origin.open();
    this.client.handle.subscribe(this.#hooks());
  }

  count(what: string): void {
    this.figures[what] = (this.figures[what] ?? 0) + 1;
  }

  /** Keeps all calls back by hand. */
  isolate(): { dispose(): void } | undefined {
    return this.client.handle.breakers.get(this.baseURL)?.isolate();
  }

  get isIdle(): boolean {
    return Object.values(this.#left).every((count) => count === 0);
  }

  /** What is left once all calls have settled; then nothing is. */
  async close(): Promise<void> {
    this.model.over();
    this.model.counted(this.#stats);
    this.model.left(this.#left);
    this.agent.destroy();
    await this.origin.close();
  }

  get #stats() {
    const stats = this.client.handle.stats().scopes[this.baseURL];
    if (!stats) throw new Error(`nothing was counted of ${this.baseURL}`);
    return stats;
  }

  get #left(): Record<string, number> {
    const { inFlight, queued, held } = this.#stats;
    const sockets = Object.values(this.agent.sockets).flat().length;
    const waiting = Object.values(this.agent.requests).flat().length;
    return { inFlight, queued, held, sockets, waiting, answers: this.origin.busy };
  }

  #hooks(): ResilienceHooks {
    const { model, loop } = this;
    const count = (what: string) => this.#own(() => this.count(what));
    return {
      onStateChange: this.#own(({ from, to }) => {
        this.count(to);
        model.changed(from, to, loop.turn());
      }),
      onRetry: count('retries'),
      onHedge: count('hedges'),
      onCoolDown: count('coolDowns'),
      onSaturation: count('saturations'),
      onReject: this.#own(({ config, because }) => model.refused(callOf(config), because, loop.turn())),
      onEnd: this.#own(({ config, report: { ended, queuedMs } }) => {
        model.ended(callOf(config));
        this.count(String(ended));
        if (queuedMs > 0) this.count('queued');
      }),
    };
  }

  /** The instance may call other origins too. */
  #own<Event extends { scope: string }>(listen: (event: Event) => void): (event: Event) => void {
    return (event) => {
      if (event.scope === this.baseURL) listen(event);
    };
  }
}

const callOf = ({ headers }: InternalAxiosRequestConfig): number => Number(headers.get(CALL_ID));
