import { LENGTH_MS, SCRIPT, SHOWN_MS } from '../script.js';
import { along, text } from './axis.js';

/** What the server goes through, as bands with their names on top, and the moment from which no call begins. */
export function phases(height: number): string {
  const end = `<line class="edge end" x1="${along(LENGTH_MS)}" x2="${along(LENGTH_MS)}" y1="0" y2="${height}"/>`;
  const bands = SCRIPT.map(({ name, until }, i) => {
    const from = SCRIPT[i - 1]?.until ?? 0;
    if (name === 'healthy') return '';
    const band = `<rect class="trouble" x="${along(from)}" y="0" width="${along(until - from)}" height="${height}"/>`;
    const edge = `<line class="edge" x1="${along(from)}" x2="${along(from)}" y1="0" y2="${height}"/>`;
    return band + edge + text('phase', along(from), 12, `<tspan dx="2">${name}</tspan>`);
  });
  return bands.join('') + end;
}

/** Seconds under the panel. */
export function seconds(y: number): string {
  const step = LENGTH_MS > 10_000 ? 5_000 : 1_000;
  return Array.from({ length: Math.floor(SHOWN_MS / step) + 1 }, (_, i) => {
    const at = i * step;
    const anchor = at === 0 ? 'first' : 'middle';
    return text(`second ${anchor}`, along(at), y, `${at / 1_000} s`);
  }).join('');
}
