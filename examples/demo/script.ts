import { OPTIONS } from './command-line.js';

/** What happens to the server, and until when. Every contender's server lives through the same. */
export interface Phase {
  readonly name: 'healthy' | 'flaky' | 'resets' | 'brown-out' | 'stalls' | 'limited';
  /** Milliseconds since the start of the run. */
  readonly until: number;
  /** How many times longer the server takes for its work. */
  readonly slowness: number;
}

const healthy = (until: number): Phase => ({ name: 'healthy', until, slowness: 1 });

const WHOLE: readonly Phase[] = [
  healthy(2_000),
  { name: 'flaky', until: 7_000, slowness: 1 },
  healthy(8_000),
  { name: 'resets', until: 11_000, slowness: 1 },
  healthy(12_000),
  { name: 'brown-out', until: 15_000, slowness: 4 },
  healthy(19_000),
  { name: 'stalls', until: 20_000, slowness: 1 },
  healthy(23_000),
  { name: 'limited', until: 25_000, slowness: 1 },
  healthy(29_000),
];

/** Long enough for the circuit to open in the stall, and no longer. */
const SHORT: readonly Phase[] = [
  healthy(100),
  { name: 'resets', until: 750, slowness: 1 },
  { name: 'brown-out', until: 1_700, slowness: 4 },
  { name: 'stalls', until: 3_900, slowness: 1 },
  { name: 'limited', until: 4_200, slowness: 1 },
  healthy(4_500),
];

export const SCRIPT = OPTIONS.short ? SHORT : WHOLE;

/** Calls begin until then. */
export const LENGTH_MS = SCRIPT.at(-1)?.until ?? 0;

/** How much longer the picture looks on: what was put off has to be borne yet. */
export const SHOWN_MS = LENGTH_MS + (OPTIONS.short ? 500 : 1_500);

/** After the script the server stays healthy. */
export const phaseAt = (ms: number): Phase => SCRIPT.find(({ until }) => ms < until) ?? healthy(Infinity);
