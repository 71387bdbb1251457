import { AxiosError, type AxiosResponse, CanceledError, type InternalAxiosRequestConfig } from 'axios';
import type { VirtualTime } from './virtual-time.js';

type Config = InternalAxiosRequestConfig;

export interface Trouble {
  /** Requests that find no place: queued in front of the workers until that is full (`slow`), or answered 503 at once. */
  readonly overload: 'slow' | 'shed';
  /** Sent with each 503, in seconds. */
  readonly retryAfter?: number;
  /** Share of requests that are answered 503 whatever the load. */
  readonly flaky?: number;
}

export interface SimulatedServer {
  /** What the clients' axios has for an adapter. */
  readonly adapter: (config: Config) => Promise<AxiosResponse>;
  /** Requests a second from now on. */
  capacity: number;
  /** Requests that came in each 100 ms. */
  readonly arrivals: number[];
}

const LATENCY_MS = 5;
const SLICE_MS = 100;

/**
 * A server that does so many requests a second and has a queue of two healthy seconds in front (`slow`), or of 20 ms (`shed`).
 * It does the work of requests whose clients have gone, as servers do.
 */
export function simulatedServer(
  time: VirtualTime,
  healthy: number,
  { overload, retryAfter, flaky = 0 }: Trouble,
  random: () => number,
): SimulatedServer {
  const longestQueue = overload === 'slow' ? 2 * healthy : Math.max(1, healthy / 50);
  const arrivals: number[] = [];
  let capacity = healthy;
  /** Work that is waiting, in requests, as of `asOf`. */
  let backlog = 0;
  let asOf = 0;

  const work = () => {
    backlog = Math.max(0, backlog - ((time.now - asOf) / 1_000) * capacity);
    asOf = time.now;
  };

  /** Milliseconds until the answer, and its status. */
  const accept = (): { status: number; afterMs: number } => {
    const slice = Math.floor(time.now / SLICE_MS);
    arrivals[slice] = (arrivals[slice] ?? 0) + 1;
    work();
    if (random() < flaky || backlog >= longestQueue) return { status: 503, afterMs: LATENCY_MS };
    backlog++;
    return { status: 200, afterMs: LATENCY_MS + (backlog / capacity) * 1_000 };
  };

  const adapter = (config: Config) =>
    new Promise<AxiosResponse>((resolve, reject) => {
      const { status, afterMs } = accept();
      const settle = (act: () => void) => {
        clearTimeout(answering);
        clearTimeout(timingOut);
        config.signal?.removeEventListener?.('abort', abort);
        act();
      };
      const abort = () => settle(() => reject(new CanceledError(undefined, config)));
      const answering = setTimeout(() => settle(() => answer(config, status, retryAfter, resolve, reject)), afterMs);
      const timingOut = config.timeout
        ? setTimeout(
            () => settle(() => reject(new AxiosError('timeout', AxiosError.ECONNABORTED, config, {}))),
            config.timeout,
          )
        : undefined;
      config.signal?.addEventListener?.('abort', abort);
    });

  return {
    adapter,
    arrivals,
    get capacity() {
      return capacity;
    },
    set capacity(perSecond) {
      // What is in the queue is done at the new pace; what was promised an answer keeps its time.
      work();
      capacity = perSecond;
    },
  };
}

function answer(
  config: Config,
  status: number,
  retryAfter: number | undefined,
  resolve: (response: AxiosResponse) => void,
  reject: (error: AxiosError) => void,
): void {
  const headers = status === 503 && retryAfter !== undefined ? { 'retry-after': String(retryAfter) } : {};
  const response: AxiosResponse = { status, statusText: '', headers, data: '', config, request: {} };
  if (status < 300) resolve(response);
  else reject(new AxiosError(`Request failed with status code ${status}`, 'ERR_BAD_RESPONSE', config, {}, response));
}
