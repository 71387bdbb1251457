import { seededRandom } from '../../src/testing/random.js';
import { type Contender, client } from './contenders.js';
import { type SimulatedServer, simulatedServer, type Trouble } from './server.js';
import { virtualTime } from './virtual-time.js';

/** What happens to the server of a fleet. */
export interface Scenario {
  readonly name: string;
  readonly what: string;
  readonly trouble: Trouble;
  /** What is left of the capacity in the brown-out; 1 for none. */
  readonly brownOut: number;
}

export interface FleetOptions {
  readonly clients: number;
  readonly seed: number;
}

export interface Result {
  /** Requests in the brown-out, by those offered. */
  readonly meanLoad: number;
  /** Requests in the worst second of the run, by those offered in one. */
  readonly peakLoad: number;
  /** Seconds from the end of the brown-out until calls are served as before; `Infinity` if they never are. */
  readonly recovery: number;
  /** Share of all calls that were served, and of those begun in the brown-out. */
  readonly served: number;
  readonly servedInBrownOut: number;
  /** Requests of each 100 ms, by those offered. */
  readonly load: readonly number[];
}

const CALLS_PER_SECOND = 5;
/** Healthy, the server can do 1.4 times what is asked of it. */
const HEADROOM = 1.4;
const TIMEOUT_MS = 1_000;
export const BROWN_OUT_FROM = 10_000;
export const BROWN_OUT_TO = 20_000;
const CALLS_END = 40_000;
/** Every deadline has passed by then. */
const END = 75_000;
const SLICE_MS = 100;

interface Call {
  readonly startedAt: number;
  servedAt: number | undefined;
}

/** A fleet of clients, each calling at random moments, through half a minute and more of virtual time. */
export async function runScenario(scenario: Scenario, contender: Contender, options: FleetOptions): Promise<Result> {
  const random = seededRandom(options.seed);
  const time = virtualTime();
  const realRandom = Math.random;
  Math.random = random;
  try {
    const offered = options.clients * CALLS_PER_SECOND;
    const server = simulatedServer(time, offered * HEADROOM, scenario.trouble, random);
    time.at(BROWN_OUT_FROM, () => {
      server.capacity = offered * HEADROOM * scenario.brownOut;
    });
    time.at(BROWN_OUT_TO, () => {
      server.capacity = offered * HEADROOM;
    });
    const calls: Call[] = [];
    for (let i = 0; i < options.clients; i++) {
      const instance = client(contender, server.adapter, TIMEOUT_MS);
      const callAt = (at: number): void => {
        if (at >= CALLS_END) return;
        time.at(at, () => {
          const call: Call = { startedAt: time.now, servedAt: undefined };
          calls.push(call);
          instance.get('/').then(
            () => {
              call.servedAt = time.now;
            },
            () => {},
          );
          callAt(at - (Math.log(1 - random()) * 1_000) / CALLS_PER_SECOND);
        });
      };
      callAt(random() * (1_000 / CALLS_PER_SECOND));
    }
    await time.run(END);
    return summary(calls, server, offered);
  } finally {
    Math.random = realRandom;
    time.restore();
  }
}

function summary(calls: readonly Call[], { arrivals }: SimulatedServer, offered: number): Result {
  const perSlice = offered / (1_000 / SLICE_MS);
  const load = Array.from({ length: CALLS_END / SLICE_MS }, (_, slice) => (arrivals[slice] ?? 0) / perSlice);
  const inBrownOut = load.slice(BROWN_OUT_FROM / SLICE_MS, BROWN_OUT_TO / SLICE_MS);
  const served = calls.filter(({ servedAt }) => servedAt !== undefined);
  const during = calls.filter(({ startedAt }) => startedAt >= BROWN_OUT_FROM && startedAt < BROWN_OUT_TO);
  return {
    meanLoad: mean(inBrownOut),
    peakLoad: Math.max(...load.map((_, i) => mean(load.slice(i, i + 10)))),
    recovery: recovery(calls),
    served: served.length / calls.length,
    servedInBrownOut: during.filter(({ servedAt }) => servedAt !== undefined).length / during.length,
    load,
  };
}

/** The end of the last half second in which fewer than 95 of 100 calls were served. */
function recovery(calls: readonly Call[]): number {
  const WINDOW = 500;
  const begun: number[] = [];
  const served: number[] = [];
  for (const { startedAt, servedAt } of calls) {
    const window = Math.floor(startedAt / WINDOW);
    begun[window] = (begun[window] ?? 0) + 1;
    if (servedAt !== undefined) served[window] = (served[window] ?? 0) + 1;
  }
  const bad = begun.map((count, window) => (served[window] ?? 0) < 0.95 * count);
  const last = bad.lastIndexOf(true);
  if (last === bad.length - 1) return Infinity;
  return Math.max(0, ((last + 1) * WINDOW - BROWN_OUT_TO) / 1_000);
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
