import { bulkhead } from 'cockatiel';
import { nextTurn } from './adapters.js';
import { attached, bare, type Contender, logger, OURS, type Send } from './contenders.js';
import type { Figure } from './figure.js';
import { against, interleaved, ratio } from './measure.js';

const LIMIT = 16;
const CALLS = 10_000;

/** As people write it, or get it from p-limit: a counter and a list of those who wait. */
const byHand: Contender = {
  name: 'hand-made limiter',
  make(defaults) {
    const send = bare.make(defaults);
    const waiting: (() => void)[] = [];
    let free = LIMIT;
    return async (url) => {
      if (free > 0) free--;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      try {
        return await send(url);
      } finally {
        const next = waiting.shift();
        if (next) next();
        else free++;
      }
    };
  },
};

const cockatiel: Contender = {
  name: 'cockatiel bulkhead',
  make(defaults) {
    const send = bare.make(defaults);
    const limit = bulkhead(LIMIT, CALLS);
    return (url) => limit.execute(() => send(url));
  },
};

const ours: Contender = {
  name: OURS,
  make: (defaults) => attached(defaults, { logger, bulkhead: { limit: LIMIT, queue: CALLS } }),
};

const contenders = [byHand, cockatiel, ours];

export const queue: Figure = {
  name: 'queue',
  title: '10,000 calls begun at once, 16 of them served at a time',
  processes: 2,
  async measure({ quick }) {
    const lanes = contenders.map(({ name, make }) => {
      const send = make({ adapter: nextTurn });
      return { name, run: () => allAtOnce(send) };
    });
    const costs = await interleaved(lanes, { calls: CALLS, warmUps: 1, rounds: quick ? 2 : 6 });
    const floor = costs.get(byHand.name) ?? [];
    return [
      { row: byHand.name, unit: 'µs CPU per call', values: floor.map(({ cpuUs }) => cpuUs) },
      { row: byHand.name, unit: 'µs per call', values: floor.map(({ wallUs }) => wallUs) },
      ...contenders.slice(1).flatMap(({ name }) => [
        { row: name, unit: '× CPU of that', values: against(costs, name, byHand.name, 'cpuUs', ratio) },
        { row: name, unit: '× time of that', values: against(costs, name, byHand.name, 'wallUs', ratio) },
      ]),
    ];
  },
};

const allAtOnce = (send: Send) => Promise.all(Array.from({ length: CALLS }, () => send('http://api.test/users/1')));
