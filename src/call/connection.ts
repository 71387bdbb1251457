import type { InternalAxiosRequestConfig } from 'axios';
import { after, now } from '../base/clock.js';
import type { FailureKind } from '../base/failure.js';
import { memberOf } from '../base/object.js';
import type { Outcome } from '../base/outcome.js';
import { put } from './stand-in.js';
import { mayTunnel } from './tunnel.js';

type Config = InternalAxiosRequestConfig;

/** As much of Node's `http.Agent`, its requests and its sockets as is looked at here. */
interface Agent {
  readonly options?: { readonly proxyEnv?: unknown };
  readonly requests?: Readonly<Record<string, readonly Request[] | undefined>>;
  readonly freeSockets?: Readonly<Record<string, readonly Socket[] | undefined>>;
  getName?(options: object): string;
  addRequest(request: Request, options: object, ...rest: unknown[]): unknown;
}

interface Request extends Emitter {
  readonly reusedSocket?: boolean;
  /** Its answer, once that has begun to come. */
  readonly res?: unknown;
}

interface Socket extends Emitter {
  readonly connecting?: boolean;
  readonly encrypted?: boolean;
  readonly secureConnecting?: boolean;
  destroy(): void;
}

interface Emitter {
  once(event: string, listener: (argument: never) => void): unknown;
}

/** Hears of an attempt's connections, until its `end`. */
export interface Watch {
  end(): void;
  /** What no error tells of a failed attempt. */
  seen?(failure: FailureKind, response: unknown): Pick<Outcome, 'unsent' | 'stale'>;
}

interface WatchOptions {
  readonly limitMs: number;
  /** Take no connection that has been used before. */
  readonly fresh: boolean;
}

/** Sockets that have carried a request: `reusedSocket` is not set on those handed from one request directly to the next. */
const used = new WeakSet<Socket>();

/**
 * Watches the connections that one attempt goes over, in Node, by standing in for its agents: each redirect asks an agent
 * for a connection. The real agents keep their pools, and whatever else they do; a request that waits for a free socket of
 * theirs is not connecting.
 */
export class ConnectionWatch implements Watch, ProxyHandler<Agent> {
  /** Connections asked for: one, and one for each redirect. */
  hops = 0;
  #latest: Request | undefined;
  /** Its connection had carried a request before. */
  #isUsed = false;
  #cancelTimer: (() => void) | undefined;
  #onTimeout: (() => void) | undefined;
  readonly #undo: (() => void)[] = [];

  constructor(
    private readonly options: WatchOptions,
    onTimeout: () => void,
  ) {
    this.#onTimeout = onTimeout;
  }

  /** Takes the place of the agents of the config that the attempt is sent with, until its end. */
  standIn(config: Config): void {
    for (const key of ['httpAgent', 'httpsAgent'] as const) this.#undo.push(put(config, key, this.agent(config, key)));
  }

  /** What to send with instead of an agent of `config`'s; `undefined` where there is none to stand in for. */
  agent(config: Config, key: 'httpAgent' | 'httpsAgent'): Agent | undefined {
    const own: Agent | undefined = config[key];
    const real = own ?? globalAgentOf(MODULES[key]);
    if (config.httpVersion === 2 || typeof real?.addRequest !== 'function') return undefined;
    // axios takes it for one of the caller's, and makes tunnels by its options: Node's own are not for proxies.
    if (!own && key === 'httpsAgent' && !real.options?.proxyEnv && mayTunnel(config)) return undefined;
    // axios refuses an agent that overrides `addRequest` where it would have to undo the agent's own proxying.
    if (config.proxy === false && real.options?.proxyEnv) return undefined;
    // A Proxy, not an heir: agents with private fields accept calls on themselves only.
    return new Proxy(real, this);
  }

  /** As the handler of the Proxy: what an agent has, except that it connects under our eyes. */
  get(real: Agent, name: string | symbol): unknown {
    if (name === 'addRequest') return (...request: Parameters<Agent['addRequest']>) => this.#connect(real, ...request);
    return memberOf(real, name);
  }

  /** The latest connection had carried a request before, and has brought no answer to this one. */
  get reused(): boolean {
    return this.#isUsed && !this.#latest?.res;
  }

  seen(failure: FailureKind, response: unknown): Pick<Outcome, 'unsent' | 'stale'> {
    return {
      stale: failure === 'read' && !response && this.reused,
      // The hops before were sent.
      ...(this.hops > 1 && { unsent: false }),
    };
  }

  /** The attempt is over. A pooled socket holds on to what asked for it, and so to this: nothing may hang on to it here. */
  end(): void {
    this.#stopTimer();
    this.#onTimeout = undefined;
    this.#latest = undefined;
    for (const undo of this.#undo.splice(0)) undo();
  }

  #stopTimer(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  #connect(agent: Agent, request: Request, options: object, ...rest: unknown[]): unknown {
    const hop = ++this.hops;
    this.#latest = request;
    if (this.options.fresh) closeIdle(agent, options);
    const answer = agent.addRequest(request, options, ...rest);
    this.#isUsed = request.reusedSocket === true;
    // As most have: there is nothing to wait for.
    if (this.#isUsed) return answer;
    request.once('socket', (socket: Socket) => this.#assigned(request, socket, hop));
    if (!isQueued(agent, request)) this.#arm(request, hop);
    return answer;
  }

  #assigned(request: Request, socket: Socket, hop: number): void {
    if (hop === this.hops) this.#isUsed = request.reusedSocket === true || used.has(socket);
    used.add(socket);
    const connecting = socket.encrypted ? socket.secureConnecting : socket.connecting;
    if (!connecting) {
      this.#stop(hop);
      return;
    }
    this.#arm(request, hop);
    socket.once(socket.encrypted ? 'secureConnect' : 'connect', () => this.#stop(hop));
  }

  #arm(request: Request, hop: number): void {
    const { limitMs } = this.options;
    if (limitMs === Infinity || this.#cancelTimer) return;
    const dueAt = now() + limitMs;
    this.#cancelTimer = after(limitMs, () => {
      // An event loop that was held up hears of its timers first, and of connections that stand only then.
      const lateMs = Math.min(now() - dueAt, limitMs);
      this.#cancelTimer = after(lateMs, () => this.#onTimeout?.());
    });
    request.once('close', () => this.#stop(hop));
  }

  /** The request of an earlier hop may close when the next is already connecting. */
  #stop(hop: number): void {
    if (hop === this.hops) this.#stopTimer();
  }
}

const MODULES = { httpAgent: 'node:http', httpsAgent: 'node:https' } as const;

/** Without an import that a bundler would see: browsers have no such module. */
function globalAgentOf(module: 'node:http' | 'node:https'): Agent | undefined {
  const found: { globalAgent?: unknown } | undefined = globalThis.process?.getBuiltinModule?.(module);
  return found?.globalAgent as Agent | undefined;
}

/** True if the agent has put this request, its latest, in line for a socket. */
const isQueued = (agent: Agent, request: Request): boolean =>
  Object.values(agent.requests ?? {}).some((queue) => queue?.at(-1) === request);

/** In the place of the servername, which Node takes from the header `Host` where no option gives it. */
const ANY = '\0';

/** Idle connections to the same place may have died like the one that just did. */
function closeIdle(agent: Agent, options: object): void {
  const [start, end] = agent.getName?.({ ...options, ...agent.options, servername: ANY }).split(ANY) ?? [];
  if (start === undefined) return;
  for (const [name, sockets = []] of Object.entries(agent.freeSockets ?? {})) {
    const isSame = end === undefined ? name === start : name.startsWith(start) && name.endsWith(end);
    if (isSame) for (const socket of sockets) socket.destroy();
  }
}
