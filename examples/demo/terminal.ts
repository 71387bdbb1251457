import type { Diary } from './diary.js';
import { type Figures, SLICE_MS } from './figures.js';
import { LOAD_SLICE_MS } from './load.js';
import { LENGTH_MS, phaseAt } from './script.js';
import { counted, episodes, TABLE } from './table.js';

/** What it all came to, for the terminal. */
export function inText(all: readonly Figures[], diary: Diary): string {
  return [
    table(all),
    setUps(all),
    overTime(all),
    `What the circuit breaker did\n${episodes(diary)
      .map((line) => `  ${line}`)
      .join('\n')}`,
    `What axios-resilience did\n${deeds(diary)}`,
    `One of its log records\n  ${diary.sample}`,
  ].join('\n\n');
}

function table(all: readonly Figures[]): string {
  const head = ['', ...TABLE.map(({ short }) => short)];
  const rows = all.map((figures) => [figures.name, ...TABLE.map(({ cell }) => cell(figures))]);
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    cells.map((cell, i) => (i ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0))).join('  ');
  const rule = widths.map((width) => '─'.repeat(width)).join('──');
  return [line(head), rule, ...rows.map(line)].join('\n');
}

function setUps(all: readonly Figures[]): string {
  return [
    'calls, p50, p99: as the callers saw them, errors included; the rest: as the server saw it.',
    'peak/s: the most requests in any one second, wherever that second begins.',
    'All with axios.create({ baseURL, timeout: 1_000 }), which axios-retry takes for all attempts of a call together.',
    ...all.map(({ name, setUp }) => `  ${name.padEnd(16)}  ${setUp}`),
  ].join('\n');
}

/** One character a second: how many of the calls begun in it succeeded, and how busy the server got. */
function overTime(all: readonly Figures[]): string {
  const seconds = Array.from({ length: Math.ceil(LENGTH_MS / 1_000) }, (_, second) => second);
  const initials = seconds.map((second) => phaseAt(second * 1_000 + 500).name[0]).join('');
  const most = Math.max(...all.map(({ load }) => load.peak));
  const rows = all.map(({ name, slices, load }) => {
    const shares = perSecond(slices, SLICE_MS, seconds).map((some) => {
      const succeeded = some.reduce((sum, slice) => sum + slice.succeeded, 0);
      return succeeded / (some.reduce((sum, { failed }) => sum + failed, succeeded) || 1);
    });
    const loads = perSecond(load.slices, LOAD_SLICE_MS, seconds).map((some) => Math.max(...some) / most);
    return `  ${name.padEnd(16)}  ${bars(shares)}  ${bars(loads)}`;
  });
  return [
    `Second by second    ${'succeeded'.padEnd(seconds.length)}  peak/s (at most ${most})`,
    ...rows,
    `${' '.repeat(20)}${initials}  ${initials}   healthy, flaky, resets, brown-out, stalls, limited`,
  ].join('\n');
}

function perSecond<T>(slices: readonly T[], sliceMs: number, seconds: readonly number[]): T[][] {
  const inOne = 1_000 / sliceMs;
  return seconds.map((second) => slices.slice(second * inOne, (second + 1) * inOne));
}

const BARS = '▁▂▃▄▅▆▇█';
const bars = (shares: readonly number[]): string => shares.map((share) => BARS[Math.round(share * 7)]).join('');

const deeds = ({ retried, refused, gaveUp }: Diary): string =>
  [`  retried   ${counted(retried)}`, `  refused   ${counted(refused)}`, `  gave up   ${counted(gaveUp)}`].join('\n');
