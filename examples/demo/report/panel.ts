import type { Figures } from '../figures.js';
import { share } from '../table.js';
import { text } from './axis.js';
import { html } from './html.js';
import { circuit, latency, load, outcomes, type Row, retries } from './rows.js';
import { phases, seconds } from './time.js';

interface Placed {
  readonly title: (figures: Figures) => string;
  readonly row: Row;
  readonly top: number;
  readonly bottom: number;
}

const ROWS: readonly Placed[] = [
  { title: () => 'Requests in one second', row: load, top: 38, bottom: 158 },
  {
    title: ({ retries }) => (retries.length ? `Retries: ${retries.length}, by lane 1st, 2nd, 3rd` : 'Retries: none'),
    row: retries,
    top: 184,
    bottom: 208,
  },
  { title: () => 'Calls begun in each half-second', row: outcomes, top: 236, bottom: 282 },
  { title: () => 'How long they took (log scale)', row: latency, top: 310, bottom: 368 },
  {
    title: ({ changes }) => `Circuit breaker: ${changes ? `opened ${opened(changes)} ×` : 'none'}`,
    row: circuit,
    top: 394,
    bottom: 412,
  },
];
const BOTTOM = 420;

/** One client: its figures at a glance, and what happened over time. */
export function panel(figures: Figures, all: readonly Figures[]): string {
  const id = `panel-${figures.name}`;
  const drawn = ROWS.map(
    ({ title, row, top, bottom }) => text('title', 0, top - 8, title(figures)) + row(figures, all, top, bottom),
  );
  return `<section class="panel">
<h2>${html(figures.name)}</h2>
<p class="set-up"><code>${html(figures.setUp)}</code></p>
<dl class="glance">
<div><dt>succeeded</dt><dd>${share(figures)}</dd></div>
<div><dt>busiest second</dt><dd>${figures.load.peak} <small>requests</small></dd></div>
<div><dt>done twice</dt><dd>${figures.duplicatedPosts} <small>POSTs</small></dd></div>
</dl>
<svg class="chart" height="${BOTTOM + 20}" role="img" aria-labelledby="${id}-title" aria-describedby="${id}-desc">
<title id="${id}-title">${html(figures.name)} over time</title>
<desc id="${id}-desc">${html(inWords(figures))}</desc>
${phases(BOTTOM)}
${drawn.join('\n')}
${seconds(BOTTOM + 15)}
</svg>
</section>`;
}

function inWords({ load, requests, calls, succeeded, retries, changes }: Figures): string {
  return [
    `The server got ${requests} requests, at most ${load.peak} in one second, ${(load.peakAt / 1_000).toFixed(1)} s after the start.`,
    `${succeeded} of ${calls} calls succeeded; there were ${retries.length} retries.`,
    changes ? `The circuit breaker opened ${opened(changes)} ×.` : 'There is no circuit breaker.',
  ].join(' ');
}

/** From being closed; a probe that fails only keeps it open. */
const opened = (changes: NonNullable<Figures['changes']>): number =>
  changes.filter(({ from, to }) => from === 'closed' && to === 'open').length;
