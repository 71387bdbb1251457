// One contender of the loopback figure, alone in its process as in an application. Usage: NAME AT_ONCE URL. Makes as many
// calls as each message says, and tells what they cost.
import http from 'node:http';
import { everyone } from './contenders.js';
import { cost, inParallel } from './measure.js';

const [, , name, atOnce, url = ''] = process.argv;
const contender = everyone.find((known) => known.name === name);
if (!contender) throw new Error(`there is no contender ${name}`);
const send = contender.make({ httpAgent: new http.Agent({ keepAlive: true, maxSockets: Number(atOnce) }) });

process.on('message', async (calls: number) => {
  globalThis.gc?.({ type: 'minor' });
  process.send?.(await cost(() => inParallel(calls, Number(atOnce), () => send(url))));
});
process.send?.('ready');
