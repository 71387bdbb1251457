import type { Diary } from '../diary.js';
import type { Figures } from '../figures.js';
import { counted, episodes, TABLE } from '../table.js';
import { html, sentence } from './html.js';

/** The terminal's table, a row a figure, and what axios-resilience did. */
export function figuresTable(all: readonly Figures[], diary: Diary): string {
  const names = all.map(({ name }) => `<th scope="col">${html(name)}</th>`).join('');
  const rows = TABLE.map(({ long, cell }) => {
    const cells = all.map((figures) => `<td>${html(cell(figures))}</td>`).join('');
    return `<tr><th scope="row">${long}</th>${cells}</tr>`;
  });
  const deeds = [
    ['retried', counted(diary.retried)],
    ['refused', counted(diary.refused)],
    ['gave up', counted(diary.gaveUp)],
    ...episodes(diary).map((episode) => ['circuit', episode] as const),
  ].map(([what = '', counts = '']) => `<div><dt>${what}</dt><dd>${sentence(counts)}</dd></div>`);
  return `<section>
<h2>The figures</h2>
<table>
<thead><tr><td></td>${names}</tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table>
</section>
<section>
<h2>What axios-resilience did</h2>
<dl class="deeds">
${deeds.join('\n')}
</dl>
</section>`;
}
