import type { Series } from './figure.js';
import { GOALS } from './goals.js';
import { quantile } from './measure.js';

export interface Result {
  readonly figure: string;
  readonly row: string;
  readonly unit: string;
  readonly median: number;
  /** The middle half of the rounds lies between. */
  readonly from: number;
  readonly to: number;
  readonly rounds: number;
  readonly goal?: number;
  readonly held?: boolean;
}

/** What a figure's rounds, from all of its processes, come to. */
export function resultsOf(figure: string, runs: readonly (readonly Series[])[]): Result[] {
  const [first = []] = runs;
  return first.map(({ row, unit }, index) => {
    const values = runs.flatMap((run) => run[index]?.values ?? []);
    const median = quantile(values, 0.5);
    const most = GOALS.find((goal) => goal.figure === figure && goal.row === row && goal.unit === unit)?.most;
    return {
      figure,
      row,
      unit,
      median,
      from: quantile(values, 0.25),
      to: quantile(values, 0.75),
      rounds: values.length,
      ...(most !== undefined && { goal: most, held: median <= most }),
    };
  });
}
