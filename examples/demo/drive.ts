import { setTimeout as sleep } from 'node:timers/promises';
import type { Contender } from './contenders.js';
import type { Diary } from './diary.js';
import type { DemoServer } from './server.js';
import type { Arrival } from './workload.js';

/** How one call went, as its caller saw it. */
export interface CallResult {
  readonly ok: boolean;
  /** Milliseconds since the start of the run. */
  readonly begunAt: number;
  readonly tookMs: number;
}

/** One contender's way through the script; `results` grows as calls end. */
export interface Run {
  readonly contender: Contender;
  readonly server: DemoServer;
  readonly diary: Diary;
  readonly results: CallResult[];
}

/** Makes every call of the workload at its time, however the ones before it fare, and waits for the last to end. */
export async function drive({ contender, results }: Run, workload: readonly Arrival[]): Promise<void> {
  const startedAt = performance.now();
  const calls: Promise<void>[] = [];
  for (const arrival of workload) {
    const wait = startedAt + arrival.at - performance.now();
    if (wait > 0) await sleep(wait);
    calls.push(perform(contender, arrival, startedAt).then((result) => void results.push(result)));
  }
  await Promise.all(calls);
}

async function perform({ api }: Contender, { request }: Arrival, startedAt: number): Promise<CallResult> {
  const begun = performance.now();
  const ok = await api.request(request).then(
    () => true,
    () => false,
  );
  return { ok, begunAt: begun - startedAt, tookMs: performance.now() - begun };
}
