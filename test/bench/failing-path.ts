import axios, { type AxiosResponse } from 'axios';
import { twiceFailing } from './adapters.js';
import { type Contender, everyone, OURS, type Send, withAxiosRetry, withOpossum } from './contenders.js';
import type { Figure } from './figure.js';
import { against, inParallel, interleaved, type Lane, ratio } from './measure.js';

const loop: Contender = {
  name: 'hand-written loop over axios',
  make(defaults) {
    const api = axios.create(defaults);
    return async (url) => {
      for (let retry = 0; ; retry++) {
        try {
          return await api.get(url);
        } catch (error) {
          if (retry === 3) throw error;
        }
      }
    };
  },
};

/** opossum has no retries, and bare axios none either. */
const contenders = [loop, ...everyone.slice(1).filter((contender) => contender !== withOpossum)];

export const failingPath: Figure = {
  name: 'failing-path',
  title: '503, 503, 200 without waits, adapter that does nothing, 50 calls at once',
  processes: 2,
  async measure({ quick }) {
    const costs = await interleaved(lanes(200, 50), { calls: 200, warmUps: 3, rounds: quick ? 6 : 40 });
    const floor = costs.get(loop.name) ?? [];
    // axios-retry waits by a timer, and none is shorter than 1 ms: that is time, but no CPU.
    const alone = await interleaved(lanes(10, 1), { calls: 10, warmUps: 2, rounds: quick ? 2 : 10 });
    return [
      { row: loop.name, unit: 'µs CPU', values: floor.map(({ cpuUs }) => cpuUs) },
      ...contenders.slice(1).map(({ name }) => ({
        row: name,
        unit: '× CPU of the loop',
        values: against(costs, name, loop.name, 'cpuUs', ratio),
      })),
      ...[loop.name, withAxiosRetry.name, OURS].map((name) => ({
        row: `one call at a time: ${name}`,
        unit: 'ms',
        values: (alone.get(name) ?? []).map(({ wallUs }) => wallUs / 1_000),
      })),
    ];
  },
};

const lanes = (calls: number, atOnce: number): Lane[] =>
  contenders.map(({ name, make }) => {
    const send = make({ adapter: twiceFailing() }, { waitMs: 0 });
    return { name, run: () => inParallel(calls, atOnce, (index) => succeed(send, `http://api.test/${index}`)) };
  });

/** A lane that fails for good would look cheap. */
async function succeed(send: Send, url: string): Promise<AxiosResponse> {
  const response = await send(url);
  if (response.status !== 200) throw new Error(`${url} ended with ${response.status}`);
  return response;
}
