import { OURS, OURS_RETRY_ONLY } from './contenders.js';

interface Goal {
  readonly figure: string;
  readonly row: string;
  readonly unit: string;
  /** The median may not be above. */
  readonly most: number;
}

/** What we promise of ourselves; rows without a goal are there to compare with. */
export const GOALS: readonly Goal[] = [
  { figure: 'happy-path', row: OURS, unit: 'µs CPU over bare', most: 2 },
  { figure: 'happy-path', row: OURS_RETRY_ONLY, unit: 'µs CPU over bare', most: 2 },
  { figure: 'loopback', row: `16 at once: ${OURS}`, unit: '× CPU of bare', most: 1.03 },
  { figure: 'failing-path', row: OURS, unit: '× CPU of the loop', most: 0.6 },
  { figure: 'open-circuit', row: OURS, unit: '× CPU of that', most: 1.2 },
  { figure: 'open-circuit', row: `10,000 at once: ${OURS}`, unit: '× stall of that', most: 1.2 },
  { figure: 'memory', row: `queued: ${OURS}`, unit: '× a pending bare call', most: 1.25 },
  { figure: 'memory', row: `waiting: ${OURS}`, unit: '× a pending bare call', most: 1.25 },
  // Less than a pointer for each: noise.
  { figure: 'heap-slope', row: OURS, unit: 'bytes per call', most: 4 },
  { figure: 'origins', row: `beyond 10,000 scopes: ${OURS}`, unit: 'bytes per further origin', most: 4 },
  { figure: 'bundle-size', row: OURS, unit: 'kB over axios', most: 12 },
  { figure: 'import-time', row: `require: ${OURS}`, unit: 'ms', most: 15 },
  { figure: 'import-time', row: `import: ${OURS}`, unit: 'ms', most: 15 },
];
