import type { Diary } from './diary.js';
import type { Figures } from './figures.js';

export interface Row {
  /** Over a column of the terminal's table. */
  readonly short: string;
  /** Before a row of the report's. */
  readonly long: string;
  cell(figures: Figures): string;
}

const ms = (value: number): string => `${Math.round(value)} ms`;

export const share = ({ succeeded, calls }: Figures): string => `${((100 * succeeded) / (calls || 1)).toFixed(1)} %`;

/** The figures of a client, one after the other, for both tables. */
export const TABLE: readonly Row[] = [
  { short: 'calls', long: 'Calls made', cell: ({ calls }) => `${calls}` },
  { short: 'succeeded', long: 'Calls that succeeded', cell: ({ succeeded }) => `${succeeded}` },
  { short: '', long: 'Share of them', cell: share },
  { short: 'requests', long: 'Requests at the server', cell: ({ requests }) => `${requests}` },
  { short: 'peak/s', long: 'Most in any one second', cell: ({ load }) => `${load.peak}` },
  { short: 'p50', long: 'Half of the calls took at most', cell: ({ medianMs }) => ms(medianMs) },
  { short: 'p99', long: '99 % of them at most', cell: ({ p99Ms }) => ms(p99Ms) },
  { short: 'POSTs twice', long: 'POSTs done twice', cell: ({ duplicatedPosts }) => `${duplicatedPosts}` },
];

/** Counts by what they are of, the most frequent first. */
export const counted = (counts: ReadonlyMap<string, number>): string =>
  [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([what, n]) => `${what} ${n} ×`)
    .join(', ') || 'nothing';

/** A line for each time the circuit opened, until it closed again. */
export function episodes({ changes }: Diary): string[] {
  if (changes.length === 0) return ['it stayed closed'];
  return changes
    .map(({ at, from, to }) => `${from === 'closed' ? '\n' : ', '}+${(at / 1_000).toFixed(1)} s ${from} → ${to}`)
    .join('')
    .slice(1)
    .split('\n');
}
