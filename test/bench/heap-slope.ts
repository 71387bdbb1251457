import { noop } from './adapters.js';
import { bare, type Contender, ours, oursRetryOnly } from './contenders.js';
import type { Figure, Series } from './figure.js';
import { heapUsed, inParallel } from './measure.js';

export const heapSlope: Figure = {
  name: 'heap-slope',
  title: 'Heap that calls leave behind, over 200,000 of them',
  async measure({ quick }) {
    const series: Series[] = [];
    for (const contender of [bare, oursRetryOnly, ours]) {
      series.push({
        row: contender.name,
        unit: 'bytes per call',
        values: await slopes(contender, quick ? 40_000 : 200_000),
      });
    }
    return series;
  },
};

/** Growth per call in each tenth. The first does not count: what runs often is compiled in it. */
async function slopes({ make }: Contender, total: number): Promise<number[]> {
  const send = make({ adapter: noop });
  const calls = total / 10;
  const values: number[] = [];
  let before = Number.NaN;
  for (let i = 0; i <= 10; i++) {
    await inParallel(calls, 10, () => send('http://api.test/users/1'));
    const after = await heapUsed();
    if (i > 0) values.push((after - before) / calls);
    before = after;
  }
  return values;
}
