import type { Diary } from '../diary.js';
import type { Figures } from '../figures.js';
import { LENGTH_MS } from '../script.js';
import { CAPACITY } from '../workers.js';
import { figuresTable } from './figures-table.js';
import { headline, outcome } from './headline.js';
import { html, sentence } from './html.js';
import { key } from './key.js';
import { panel } from './panel.js';
import { PATTERNS } from './patterns.js';
import { STYLE } from './style.js';

/** The report: one page that needs nothing but itself. */
export function page(all: readonly Figures[], diary: Diary, fairness: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>axios-resilience: the demo</title>
<style>${STYLE}</style>
</head>
<body>
${PATTERNS}
<main>
<header>
<p class="over">One struggling server, the same ${all[0]?.calls ?? 0} calls in ${LENGTH_MS / 1_000} s, three clients</p>
<h1>${sentence(headline(all))}</h1>
<p class="lead">${sentence(outcome(all))}</p>
</header>
${key(CAPACITY)}
<div class="panels">
${all.map((figures) => panel(figures, all)).join('\n')}
</div>
<div class="below">
${figuresTable(all, diary)}
</div>
<footer>
<p>${html(fairness)} Calls and their times are as the callers saw them, errors included; requests and POSTs as the server saw them.</p>
</footer>
</main>
</body>
</html>
`;
}
