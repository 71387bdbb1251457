import { noop } from './adapters.js';
import { bare, everyone } from './contenders.js';
import type { Figure } from './figure.js';
import { against, difference, inParallel, interleaved } from './measure.js';

const URL = 'http://api.test/users/1';

export const happyPath: Figure = {
  name: 'happy-path',
  title: 'A call that succeeds at once, adapter that does nothing',
  processes: 3,
  async measure({ quick }) {
    const calls = 400;
    const lanes = everyone.map(({ name, make }) => {
      const send = make({ adapter: noop });
      return { name, run: () => inParallel(calls, 1, () => send(URL)) };
    });
    const costs = await interleaved(lanes, { calls, warmUps: 10, rounds: quick ? 20 : 80 });
    const floor = costs.get(bare.name) ?? [];
    return [
      { row: bare.name, unit: 'µs CPU', values: floor.map(({ cpuUs }) => cpuUs) },
      ...everyone.slice(1).map(({ name }) => ({
        row: name,
        unit: 'µs CPU over bare',
        values: against(costs, name, bare.name, 'cpuUs', difference),
      })),
    ];
  },
};
