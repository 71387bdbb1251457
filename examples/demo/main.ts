// Three clients, the same calls, the same troubles: what do the callers get, and what does the server have to bear?
import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { OPTIONS } from './command-line.js';
import { CONTENDERS } from './contenders.js';
import { Diary } from './diary.js';
import { drive, type Run } from './drive.js';
import { figuresOf } from './figures.js';
import { showLive } from './live.js';
import { page } from './report/page.js';
import { LENGTH_MS } from './script.js';
import { demoServer } from './server.js';
import { inText } from './terminal.js';
import { CAPACITY } from './workers.js';
import { workload } from './workload.js';

const RESOLUTION_MS = 10;
const calls = workload(LENGTH_MS, 42);
const runs: Run[] = await Promise.all(
  CONTENDERS.map(async (contender) => {
    const server = await demoServer();
    const diary = new Diary();
    return { contender: contender(server.url, diary), server, diary, results: [] };
  }),
);

console.log(
  `${calls.length} calls in ${LENGTH_MS / 1_000} s through each of ${runs.length} clients, each to a server of its own that`,
);
console.log(
  `answers ${CAPACITY} requests a second, fails one in five, resets, browns out, stalls, limits the rate, and recovers.\n`,
);

const lag = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
lag.enable();
const live = showLive(runs);
for (const { server, diary } of runs) {
  diary.start();
  server.start();
}
await Promise.all(runs.map((run) => drive(run, calls)));
live.stop();
lag.disable();
for (const { server } of runs) server.close();

const all = runs.map(figuresOf);
const [diary = new Diary()] = runs.filter(({ contender }) => contender.resilience).map((run) => run.diary);
const lateMs = Math.max(0, lag.percentile(99) / 1e6 - RESOLUTION_MS).toFixed(1);
const fairness = `All three ran side by side in one process, whose event loop was late by ${lateMs} ms (p99).`;
console.log(`\n${inText(all, diary)}\n\n${fairness}`);
writeFileSync(OPTIONS.report, page(all, diary, fairness));
console.log(`\nThe same as a picture: ${OPTIONS.report}`);
