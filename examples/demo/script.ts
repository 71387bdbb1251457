/** What happens to the server, and until when. Every contender's server lives through the same. */
export interface Phase {
  readonly name: 'healthy' | 'resets' | 'browned out' | 'stalls' | 'limited';
  /** Milliseconds since the start of the run. */
  readonly until: number;
  /** How many times longer the server takes for its work. */
  readonly slowness: number;
}

const healthy = (until: number): Phase => ({ name: 'healthy', until, slowness: 1 });

export const SCRIPT: readonly Phase[] = [
  healthy(3_000),
  { name: 'resets', until: 5_000, slowness: 1 },
  healthy(6_000),
  { name: 'browned out', until: 9_000, slowness: 4 },
  healthy(15_000),
  { name: 'stalls', until: 18_000, slowness: 1 },
  healthy(20_000),
  { name: 'limited', until: 22_000, slowness: 1 },
  healthy(25_000),
];

export const LENGTH_MS = SCRIPT.at(-1)?.until ?? 0;

/** After the script the server stays healthy. */
export const phaseAt = (ms: number): Phase => SCRIPT.find(({ until }) => ms < until) ?? healthy(Infinity);
