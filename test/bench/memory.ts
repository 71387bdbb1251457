import { bulkhead } from 'cockatiel';
import { failing, hanging } from './adapters.js';
import {
  attached,
  bare,
  everyone,
  logger,
  OURS,
  patient,
  type Send,
  withCockatiel,
  withCockatielAndMore,
  withOpossum,
} from './contenders.js';
import type { Figure } from './figure.js';
import { heapUsed } from './measure.js';

const WAIT_MS = 600_000;
const QUEUE = { limit: 1, queue: 1_000_000 };

const FLOOR = `in flight: ${bare.name}`;

/** What brings a call into a state and leaves it there, by row. */
const LANES: ReadonlyMap<string, () => Send> = new Map([
  ...everyone
    .filter((contender) => contender !== bare && contender !== withCockatiel)
    .map(({ name, make }) => [`in flight: ${name}`, () => make({ adapter: hanging }, { waitMs: WAIT_MS })] as const),
  ['queued: cockatiel bulkhead', queuedByCockatiel],
  [`queued: ${OURS}`, () => attached({ adapter: hanging }, { ...patient, logger, bulkhead: QUEUE })],
  ...everyone
    .filter((contender) => contender !== bare && contender !== withOpossum && contender !== withCockatielAndMore)
    .map(({ name, make }) => [`waiting: ${name}`, () => make({ adapter: failing }, { waitMs: WAIT_MS })] as const),
]);

export const memory: Figure = {
  name: 'memory',
  title: 'Heap per call of 10,000 (quick: 1,000) in flight, queued, or waiting for their retries',
  parts: [FLOOR, ...LANES.keys()],
  async measure({ quick, part = FLOOR }) {
    const calls = quick ? 1_000 : 10_000;
    const floor = await bytesPerCall(bare.make({ adapter: hanging }), calls, 1);
    const send = LANES.get(part)?.();
    if (!send) return [{ row: FLOOR, unit: 'bytes per call', values: floor }];
    const bytes = await bytesPerCall(send, calls, quick ? 1 : 3);
    return [{ row: part, unit: '× a pending bare call', values: bytes.map((own) => own / (floor[0] ?? Number.NaN)) }];
  },
};

/** Calls that never end, so many more each time. */
async function bytesPerCall(send: Send, calls: number, times: number): Promise<number[]> {
  const begun: Promise<unknown>[] = [];
  const begin = async (count: number) => {
    for (let i = 0; i < count; i++) begun.push(send('http://api.test/users/1'));
    await new Promise((resolve) => setTimeout(resolve, 50));
  };
  await begin(500);
  const bytes: number[] = [];
  for (let i = 0; i < times; i++) {
    const before = await heapUsed();
    await begin(calls);
    bytes.push(((await heapUsed()) - before) / calls);
  }
  return bytes;
}

function queuedByCockatiel(): Send {
  const limit = bulkhead(QUEUE.limit, QUEUE.queue);
  const send = bare.make({ adapter: hanging });
  return (url) => limit.execute(() => send(url));
}
