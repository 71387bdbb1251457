import { BROWN_OUT_FROM, BROWN_OUT_TO, type Result } from './scenario.js';

const BARS = ' ▁▂▃▄▅▆▇█';
/** Load at which a bar is full: four times what is offered. */
const FULL = 4;
const SLICES_A_BAR = 4;

/** Load on the server over time, from a second before the brown-out to ten after it; a bar is 400 ms. */
export function plot({ load }: Result): string {
  const from = (BROWN_OUT_FROM - 1_000) / 100;
  const to = (BROWN_OUT_TO + 10_000) / 100;
  let bars = '';
  for (let slice = from; slice < to; slice += SLICES_A_BAR) {
    const some = load.slice(slice, slice + SLICES_A_BAR);
    const mean = some.reduce((sum, value) => sum + value, 0) / some.length;
    bars += BARS[Math.min(BARS.length - 1, Math.round((mean / FULL) * (BARS.length - 1)))];
  }
  return bars;
}
