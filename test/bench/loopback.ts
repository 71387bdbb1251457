import { fork } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import { fileURLToPath } from 'node:url';
import { bare, type Contender, everyone } from './contenders.js';
import type { Figure, Series } from './figure.js';
import { against, inParallel, interleaved, ratio } from './measure.js';

export const loopback: Figure = {
  name: 'loopback',
  title: 'A call that succeeds at once, keep-alive sockets to another process',
  async measure({ quick }) {
    const server = fork(fileURLToPath(new URL('./server.mjs', import.meta.url)));
    const [port] = (await once(server, 'message')) as [number];
    const series: Series[] = [];
    for (const atOnce of quick ? [16] : [1, 16, 64])
      series.push(...(await measureAt(atOnce, `http://127.0.0.1:${port}/`, quick)));
    server.kill();
    return series;
  },
};

async function measureAt(atOnce: number, url: string, quick: boolean): Promise<Series[]> {
  const calls = atOnce === 1 ? 100 : 256;
  const lanes = everyone.map((contender) => lane(contender, { atOnce, calls, url }));
  const costs = await interleaved(lanes, { calls, warmUps: 3, rounds: quick ? 6 : 28 });
  return everyone.slice(1).map(({ name }) => ({
    row: `${atOnce} at once: ${name}`,
    unit: '× CPU of bare',
    values: against(costs, name, bare.name, 'cpuUs', ratio),
  }));
}

function lane({ name, make }: Contender, { atOnce, calls, url }: { atOnce: number; calls: number; url: string }) {
  const send = make({ httpAgent: new http.Agent({ keepAlive: true, maxSockets: atOnce }) });
  return { name, run: () => inParallel(calls, atOnce, () => send(url)) };
}
