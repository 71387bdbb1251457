import { LENGTH_MS, SCRIPT } from '../script.js';
import { along, text } from './axis.js';

/** What the server goes through, as bands with their names on top. */
export function phases(height: number): string {
  return SCRIPT.map(({ name, until }, i) => {
    const from = SCRIPT[i - 1]?.until ?? 0;
    if (name === 'healthy') return '';
    const band = `<rect class="trouble" x="${along(from)}" y="0" width="${along(until - from)}" height="${height}"/>`;
    const edge = `<line class="edge" x1="${along(from)}" x2="${along(from)}" y1="0" y2="${height}"/>`;
    return band + edge + text('phase', along(from), 12, `<tspan dx="3">${name}</tspan>`);
  }).join('');
}

/** Seconds under the panel. */
export function seconds(y: number): string {
  const step = LENGTH_MS > 10_000 ? 5_000 : 1_000;
  return Array.from({ length: Math.floor(LENGTH_MS / step) + 1 }, (_, i) => {
    const at = i * step;
    const anchor = at === 0 ? 'first' : at === LENGTH_MS ? 'last' : 'middle';
    return text(`second ${anchor}`, along(at), y, `${at / 1_000}${at === LENGTH_MS ? ' s' : ''}`);
  }).join('');
}
