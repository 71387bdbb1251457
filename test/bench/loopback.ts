import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { bare, everyone } from './contenders.js';
import type { Figure, Series } from './figure.js';
import { against, type Cost, interleaved, ratio } from './measure.js';

export const loopback: Figure = {
  name: 'loopback',
  title: 'A call that succeeds at once, keep-alive sockets to another process',
  processes: 3,
  async measure({ quick }) {
    const server = run('server');
    const [port] = (await once(server, 'message')) as [number];
    const series: Series[] = [];
    for (const atOnce of quick ? [16] : [1, 16, 64])
      series.push(...(await measureAt(atOnce, `http://127.0.0.1:${port}/`, quick)));
    server.kill();
    return series;
  },
};

/** What a call costs before it is compiled, nobody needs to know. */
const WARM_UP_CALLS = 4_000;

async function measureAt(atOnce: number, url: string, quick: boolean): Promise<Series[]> {
  const calls = atOnce === 1 ? 100 : 256;
  const lanes = await Promise.all(everyone.map(({ name }) => lane(name, atOnce, url, calls)));
  if (!quick) for (const { ask } of lanes) await ask(WARM_UP_CALLS);
  const costs = await interleaved(lanes, { calls, warmUps: 1, rounds: quick ? 6 : 16 });
  for (const { end } of lanes) end();
  return everyone.slice(1).map(({ name }) => ({
    row: `${atOnce} at once: ${name}`,
    unit: '× CPU of bare',
    values: against(costs, name, bare.name, 'cpuUs', ratio),
  }));
}

/** Each in a process of its own: side by side, each would run code that was compiled for all of them. */
async function lane(name: string, atOnce: number, url: string, calls: number) {
  const child = run('loopback-lane', name, `${atOnce}`, url);
  await once(child, 'message');
  const ask = async (count: number): Promise<Cost> => {
    child.send(count);
    const [cost] = (await once(child, 'message')) as [Cost];
    return cost;
  };
  return { name, ask, cost: () => ask(calls), end: () => child.kill() };
}

const run = (name: string, ...args: string[]): ChildProcess =>
  fork(fileURLToPath(new URL(`./${name}.mjs`, import.meta.url)), args);
