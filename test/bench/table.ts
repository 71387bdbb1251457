import type { Result } from './result.js';

type Column = readonly [title: string, cell: (result: Result) => string, align: 'left' | 'right'];

const COLUMNS: readonly Column[] = [
  ['', ({ row }) => `  ${row}`, 'left'],
  ['median', ({ median }) => number(median), 'right'],
  ['spread', ({ from, to, rounds }) => (rounds > 1 ? `${number(from)} to ${number(to)}` : ''), 'left'],
  ['', ({ unit }) => unit, 'left'],
  ['goal', ({ goal }) => (goal === undefined ? '' : `≤ ${goal}`), 'left'],
  ['', ({ held }) => (held === undefined ? '' : held ? 'held' : 'MISSED'), 'left'],
];

/** The results as lines, each figure under its title. */
export function table(results: readonly Result[], titles: ReadonlyMap<string, string>): string[] {
  const cells = results.map((result) => COLUMNS.map(([, cell]) => cell(result)));
  const widths = COLUMNS.map(([title], column) =>
    Math.max(title.length, ...cells.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) =>
        COLUMNS[column]?.[2] === 'right' ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  const lines = [line(COLUMNS.map(([title]) => title))];
  let figure: string | undefined;
  for (const [index, result] of results.entries()) {
    if (result.figure !== figure) lines.push('', `${result.figure}: ${titles.get(result.figure)}`);
    figure = result.figure;
    lines.push(line(cells[index] ?? []));
  }
  return lines;
}

/** Three digits that count. */
function number(value: number): string {
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value) || 1)));
  return value.toFixed(Math.min(2, digits));
}
