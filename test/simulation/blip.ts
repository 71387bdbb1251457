import { AxiosError, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios';
import { reportOf } from '../../src/index.js';
import { seededRandom } from '../../src/testing/random.js';
import { type Contender, client } from './contenders.js';
import { virtualTime } from './virtual-time.js';

export interface BlipResult {
  readonly served: number;
  /** Milliseconds until the last call was served. */
  readonly lastMs: number;
  /** Requests that the server saw. */
  readonly requests: number;
  /** Calls that a circuit refused. */
  readonly refused: number;
}

const CALLS = 20;
const LATENCY_MS = 5;
const END = 60_000;

/** One client, whose concurrent calls meet a server that is away for a moment. */
export async function runBlip(contender: Contender, blipMs: number, seed: number): Promise<BlipResult> {
  const time = virtualTime();
  const realRandom = Math.random;
  Math.random = seededRandom(seed);
  let requests = 0;
  let lastMs = 0;
  let refused = 0;
  const adapter = async (config: InternalAxiosRequestConfig): Promise<AxiosResponse> => {
    requests++;
    const away = time.now < blipMs;
    await new Promise<void>((resolve) => setTimeout(resolve, LATENCY_MS));
    const response = { status: away ? 503 : 200, statusText: '', headers: {}, data: '', config, request: {} };
    if (away) throw new AxiosError('Request failed with status code 503', 'ERR_BAD_RESPONSE', config, {}, response);
    return response;
  };
  try {
    const api = client(contender, adapter, 1_000);
    const calls = Array.from({ length: CALLS }, () =>
      api.get('/').then(
        () => {
          lastMs = time.now;
          return true;
        },
        (error: unknown) => {
          if (reportOf(error)?.ended === 'circuit-open') refused++;
          return false;
        },
      ),
    );
    await time.run(END);
    const served = (await Promise.all(calls)).filter(Boolean).length / CALLS;
    return { served, lastMs, requests, refused };
  } finally {
    Math.random = realRandom;
    time.restore();
  }
}
