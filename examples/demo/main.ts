// Three clients, the same calls, the same troubles: what do the callers get, and what does the server have to bear?
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { CONTENDERS } from './contenders.js';
import { Diary } from './diary.js';
import { drive, type Run } from './drive.js';
import { showLive } from './live.js';
import { report } from './report.js';
import { LENGTH_MS } from './script.js';
import { demoServer } from './server.js';
import { CAPACITY } from './workers.js';
import { workload } from './workload.js';

const RESOLUTION_MS = 10;
const calls = workload(LENGTH_MS, 42);
const diary = new Diary();
const runs: Run[] = await Promise.all(
  CONTENDERS.map(async (contender) => {
    const server = await demoServer();
    return { contender: contender(server.url, diary), server, results: [] };
  }),
);

console.log(
  `${calls.length} calls in ${LENGTH_MS / 1_000} s through each of ${runs.length} clients, each to a server of its own that`,
);
console.log(`answers ${CAPACITY} requests a second, resets, browns out, stalls, limits the rate, and recovers.\n`);

const lag = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
lag.enable();
const live = showLive(runs);
diary.start();
for (const { server } of runs) server.start();
await Promise.all(runs.map((run) => drive(run, calls)));
live.stop();
lag.disable();
for (const { server } of runs) server.close();

console.log(`\n${report(runs, diary)}\n`);
const lateMs = Math.max(0, lag.percentile(99) / 1e6 - RESOLUTION_MS);
console.log(`All three ran side by side in one process, whose event loop was late by ${lateMs.toFixed(1)} ms (p99).`);
