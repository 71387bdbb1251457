import { type Figures, SLICE_MS } from '../figures.js';
import { LOAD_SLICE_MS } from '../load.js';
import { LENGTH_MS, SHOWN_MS } from '../script.js';
import { CAPACITY } from '../workers.js';
import { along, bar, level, round, text } from './axis.js';

/** Draws a part of a panel between two heights. */
export type Row = (figures: Figures, all: readonly Figures[], top: number, bottom: number) => string;

export const load: Row = ({ load }, all, top, bottom) => {
  const scale = (bottom - top - 16) / Math.max(CAPACITY, ...all.map(({ load }) => load.peak));
  const y = (requests: number) => bottom - requests * scale;
  const columns = load.slices.map((requests, i) => {
    const place = { from: i * LOAD_SLICE_MS, to: (i + 1) * LOAD_SLICE_MS };
    const within = bar('load', { ...place, top: y(Math.min(requests, CAPACITY)), bottom });
    return within + bar('over-capacity', { ...place, top: y(requests), bottom: y(Math.min(requests, CAPACITY)) });
  });
  const side = load.peakAt < SHOWN_MS / 5 ? 'first' : load.peakAt > SHOWN_MS * 0.8 ? 'last' : 'middle';
  // Never across the line of the capacity.
  const above = Math.min(y(load.peak), y(CAPACITY)) - 6;
  // Nor across that of the end.
  const at = Math.min(load.peakAt, LENGTH_MS - SHOWN_MS / 100);
  const peak = text(`peak ${side}`, along(at), round(above), `${load.peak}/s`);
  return columns.join('') + level(y(CAPACITY), `${CAPACITY}/s`, 'capacity') + level(bottom, '0', 'base') + peak;
};

/** A lane for each retry of a call: the first, the second, the third. */
export const retries: Row = ({ retries }, _all, top, bottom) => {
  const lane = (bottom - top) / 3;
  const marks = retries
    .filter(({ at }) => at < SHOWN_MS)
    .map(({ at, number }) => `M${Math.round(at)} ${round(top + (number - 1) * lane)}v${round(lane - 1)}`);
  const lanes = [1, 2, 3].map((n) => level(top + n * lane - 0.5, '', 'grid')).join('');
  // Stretched along the time only, which is why the marks are not strokes of the panel itself.
  const stretched = `<svg width="100%" height="${bottom}" viewBox="0 0 ${SHOWN_MS} ${bottom}" preserveAspectRatio="none">`;
  return `${lanes}${stretched}<path class="retry" d="${marks.join('')}"/></svg>`;
};

export const outcomes: Row = ({ slices }, all, top, bottom) => {
  const most = Math.max(1, ...all.flatMap(({ slices }) => slices.map(({ succeeded, failed }) => succeeded + failed)));
  const y = (calls: number) => bottom - ((bottom - top) * calls) / most;
  const columns = slices.map(({ succeeded, failed }, i) => {
    const place = { from: (i + 0.06) * SLICE_MS, to: (i + 0.94) * SLICE_MS };
    const good = bar('succeeded', { ...place, top: y(succeeded), bottom });
    return good + bar('failed', { ...place, top: y(succeeded + failed), bottom: y(succeeded) });
  });
  return level(top, `${most}`) + columns.join('') + level(bottom, '0', 'base');
};

const FASTEST_MS = 10;

/** On a logarithmic scale. */
export const latency: Row = ({ slices }, all, top, bottom) => {
  const slowest = Math.max(1_000, ...all.flatMap(({ slices }) => slices.map(({ slowestMs }) => slowestMs)));
  const decades = Math.log10(slowest / FASTEST_MS);
  const y = (ms: number) => bottom - ((bottom - top) * Math.log10(Math.max(ms, FASTEST_MS) / FASTEST_MS)) / decades;
  const marks = slices.map(({ medianMs, slowestMs, succeeded, failed }, i) => {
    if (succeeded + failed === 0) return '';
    const spread = bar('spread', {
      from: (i + 0.25) * SLICE_MS,
      to: (i + 0.75) * SLICE_MS,
      top: y(slowestMs),
      bottom: y(medianMs),
    });
    const middle = { from: (i + 0.06) * SLICE_MS, to: (i + 0.94) * SLICE_MS };
    return spread + bar('median', { ...middle, top: y(medianMs) - 1.5, bottom: y(medianMs) + 1.5 });
  });
  return level(y(1_000), '1 s') + level(y(100), '0.1 s') + level(bottom, '10 ms', 'base') + marks.join('');
};

/** How the circuit stood, all the way along. */
export const circuit: Row = ({ changes }, _all, top, bottom) => {
  if (!changes) return level((top + bottom) / 2, '', 'grid');
  const states = [{ at: 0, to: 'closed' }, ...changes.filter(({ at }) => at < SHOWN_MS)];
  return states
    .map(({ at, to: state }, i) => {
      const inset = INSETS[state] ?? 0;
      return bar(state, { from: at, to: states[i + 1]?.at ?? SHOWN_MS, top: top + inset, bottom: bottom - inset });
    })
    .join('');
};

/** A line, a block, and what stands out from both however short it is. */
const INSETS: Readonly<Record<string, number>> = { closed: 8, open: 3, 'half-open': 0 };
