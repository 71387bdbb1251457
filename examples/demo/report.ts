import type { Diary } from './diary.js';
import type { Run } from './drive.js';
import { LENGTH_MS, phaseAt } from './script.js';

/** What it all came to. Every figure is measured. */
export function report(runs: readonly Run[], diary: Diary): string {
  return [
    table(runs),
    setUps(runs),
    overTime(runs),
    `What the circuit breaker did\n${episodes(diary)}`,
    `What axios-resilience did\n${deeds(diary)}`,
    `One of its log records\n  ${diary.sample}`,
  ].join('\n\n');
}

function table(runs: readonly Run[]): string {
  const head = ['', 'calls', 'succeeded', '', 'requests', 'peak/s', 'p50', 'p99', 'POSTs twice'];
  const rows = runs.map(({ contender, server, results }) => {
    const ok = results.filter((result) => result.ok).length;
    const times = results.map(({ tookMs }) => tookMs).sort((a, b) => a - b);
    return [
      contender.name,
      results.length,
      ok,
      `${((100 * ok) / results.length).toFixed(1)} %`,
      sum(server.perSecond),
      Math.max(...filled(server.perSecond)),
      `${quantile(times, 0.5)} ms`,
      `${quantile(times, 0.99)} ms`,
      server.duplicatedPosts,
    ].map(String);
  });
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    cells.map((cell, i) => (i ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0))).join('  ');
  const rule = widths.map((width) => '─'.repeat(width)).join('──');
  return [line(head), rule, ...rows.map(line)].join('\n');
}

function setUps(runs: readonly Run[]): string {
  return [
    'calls, p50, p99: as the callers saw them, errors included; the rest: as the server saw it.',
    'All with axios.create({ baseURL, timeout: 1_000 }), which axios-retry takes for all attempts of a call together.',
    ...runs.map(({ contender }) => `  ${contender.name.padEnd(16)}  ${contender.setUp}`),
  ].join('\n');
}

/** One character a second: how many of the calls begun in it succeeded, and how many requests the server got. */
function overTime(runs: readonly Run[]): string {
  const seconds = Array.from({ length: LENGTH_MS / 1_000 }, (_, second) => second);
  const initials = seconds.map((second) => phaseAt(second * 1_000 + 500).name[0]).join('');
  const most = Math.max(...runs.flatMap(({ server }) => filled(server.perSecond)));
  const rows = runs.map(({ contender, server, results }) => {
    const shares = seconds.map((second) => {
      const begun = results.filter(({ begunAt }) => Math.floor(begunAt / 1_000) === second);
      return begun.filter(({ ok }) => ok).length / (begun.length || 1);
    });
    const loads = seconds.map((second) => (server.perSecond[second] ?? 0) / most);
    return `  ${contender.name.padEnd(16)}  ${bars(shares)}  ${bars(loads)}`;
  });
  return [
    `Second by second    ${'succeeded'.padEnd(seconds.length)}  requests (at most ${most})`,
    ...rows,
    `${' '.repeat(20)}${initials}  ${initials}   healthy, resets, browned out, stalls, limited`,
  ].join('\n');
}

const BARS = '▁▂▃▄▅▆▇█';
const bars = (shares: readonly number[]): string => shares.map((share) => BARS[Math.round(share * 7)]).join('');

/** A line for each time the circuit opened, until it closed again. */
function episodes({ changes }: Diary): string {
  if (changes.length === 0) return '  it stayed closed';
  return changes
    .map(({ at, from, to }) => `${from === 'closed' ? '\n  ' : ', '}+${(at / 1_000).toFixed(1)} s ${from} → ${to}`)
    .join('')
    .slice(1);
}

function deeds({ retried, refused, gaveUp }: Diary): string {
  const line = (title: string, counts: ReadonlyMap<string, number>) => {
    const parts = [...counts].sort(([, a], [, b]) => b - a).map(([what, n]) => `${what} ${n} ×`);
    return `  ${title.padEnd(9)} ${parts.join(', ') || 'nothing'}`;
  };
  return [line('retried', retried), line('refused', refused), line('gave up', gaveUp)].join('\n');
}

const sum = (numbers: readonly number[]): number => filled(numbers).reduce((total, n) => total + n, 0);

/** A second without requests is a hole in the list. */
const filled = (numbers: readonly number[]): number[] => Array.from(numbers, (n) => n ?? 0);

const quantile = (sorted: readonly number[], q: number): number =>
  Math.round(sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0);
