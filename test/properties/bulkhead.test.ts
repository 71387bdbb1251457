import { describe, expect, test } from '@jest/globals';
import type { Outcome } from '../../src/base/outcome.js';
import { Bulkhead } from '../../src/guard/bulkhead.js';
import { fc } from '../helpers/seeded.js';

type Step =
  | { readonly does: 'enter'; readonly isBarred: boolean }
  | { readonly does: 'end' | 'fail' | 'leave'; readonly at: number }
  | { readonly does: 'flush' }
  | { readonly does: 'pause' };

const steps = fc.array(
  fc.oneof<fc.WeightedArbitrary<Step>[]>(
    { weight: 6, arbitrary: fc.record({ does: fc.constant('enter' as const), isBarred: fc.boolean() }) },
    { weight: 4, arbitrary: fc.record({ does: fc.constantFrom('end', 'fail', 'leave'), at: fc.nat(100) }) },
    { weight: 1, arbitrary: fc.record({ does: fc.constant('flush' as const) }) },
    { weight: 4, arbitrary: fc.record({ does: fc.constant('pause' as const) }) },
  ),
  { minLength: 10, maxLength: 80 },
);

/** A bulkhead and those who enter it, by number in the order in which they came. */
class Scope {
  readonly bulkhead: Bulkhead;
  readonly started: number[] = [];
  /** What came of each, as often as it came. */
  readonly ends: { readonly id: number; readonly how: string }[] = [];
  readonly turnedAway: number[] = [];
  mostInFlight = 0;
  mostQueued = 0;
  comers = 0;
  readonly #running = new Map<number, { end(): void; fail(): void }>();
  readonly #leaves = new Map<number, () => void>();

  constructor(limit: number, queue: number) {
    this.bulkhead = new Bulkhead({ limit, queue, countStreams: false }, { onSaturation: () => {} });
  }

  async perform(step: Step): Promise<void> {
    if (step.does === 'enter') this.#enter(step.isBarred);
    else if (step.does === 'flush') this.bulkhead.flush();
    else if (step.does === 'pause') await settled();
    else if (step.does === 'leave') nth(this.#leaves, step.at)?.();
    else if (step.does === 'end') nth(this.#running, step.at)?.end();
    else nth(this.#running, step.at)?.fail();
    this.mostQueued = Math.max(this.mostQueued, this.bulkhead.queued);
  }

  /** Ends all that run, and all that run after them. */
  async drain(): Promise<void> {
    for (let i = 0; i <= this.comers; i++) {
      await settled();
      for (const { end } of this.#running.values()) end();
    }
    await settled();
  }

  /** As the guard lets an attempt in. */
  #enter(isBarred: boolean): void {
    const id = this.comers++;
    const settle = (how: string) => {
      this.#leaves.delete(id);
      this.ends.push({ id, how });
    };
    const task = () => this.#run(id);
    if (!this.bulkhead.hasRoom && this.bulkhead.isFull) {
      this.turnedAway.push(id);
      return;
    }
    const refusal = (): Outcome | undefined => (isBarred ? { final: 'circuit-open' } : undefined);
    const { result, leave } = this.bulkhead.hasRoom
      ? { result: this.bulkhead.run(task), leave: undefined }
      : this.bulkhead.enqueue(task, refusal);
    if (leave) this.#leaves.set(id, () => leave({ final: 'canceled' }));
    result.then(
      ({ final }) => settle(final ?? 'ran'),
      () => settle('ran'),
    );
  }

  #run(id: number): Promise<Outcome> {
    this.started.push(id);
    return new Promise((resolve, reject) => {
      const stop = (settle: () => void) => () => {
        this.#running.delete(id);
        settle();
      };
      this.#running.set(id, { end: stop(() => resolve({})), fail: stop(() => reject(new Error('bug'))) });
      this.mostInFlight = Math.max(this.mostInFlight, this.#running.size);
    });
  }
}

const nth = <T>(map: ReadonlyMap<number, T>, at: number): T | undefined => [...map.values()][at % map.size];

async function settled(): Promise<void> {
  for (let i = 0; i < 12; i++) await Promise.resolve();
}

/** `holds` for what came of any history, when all has ended. */
async function always(holds: (scope: Scope, limit: number, queue: number) => void): Promise<void> {
  let queued = 0;
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 5 }), fc.nat(8), steps, async (limit, queue, list) => {
      const scope = new Scope(limit, queue);
      for (const step of list) await scope.perform(step);
      await scope.drain();
      queued = Math.max(queued, scope.mostQueued);
      holds(scope, limit, queue);
    }),
  );
  expect(queued).toBeGreaterThan(3);
}

describe('Bulkhead, whatever happens', () => {
  test('never more run than the limit, nor wait than the queue holds', async () => {
    await always(({ mostInFlight, mostQueued }, limit, queue) => {
      expect(mostInFlight).toBeLessThanOrEqual(limit);
      expect(mostQueued).toBeLessThanOrEqual(queue);
    });
  });

  test('who came first runs first, and once', async () => {
    await always(({ started }) => {
      expect(started).toEqual([...new Set(started)].sort((a, b) => a - b));
    });
  });

  test('everyone ends once, and has run, or left, or was refused: one of them', async () => {
    await always(({ ends, started, turnedAway, comers }) => {
      const ran = ends.filter(({ how }) => how === 'ran').map(({ id }) => id);
      expect(ran.sort((a, b) => a - b)).toEqual(started);
      const all = [...ends.map(({ id }) => id), ...turnedAway].sort((a, b) => a - b);
      expect(all).toEqual(Array.from({ length: comers }, (_, i) => i));
    });
  });

  test('nobody is turned away while there is room', async () => {
    await always(({ turnedAway, mostInFlight, mostQueued }, limit, queue) => {
      const isFull = mostInFlight === limit && mostQueued === queue;
      expect(turnedAway.length === 0 || isFull).toBe(true);
    });
  });

  test('nothing is left when all has ended, and the next one runs at once', async () => {
    await always(({ bulkhead }) => {
      expect([bulkhead.inFlight, bulkhead.queued, bulkhead.hasRoom, bulkhead.isFull]).toEqual([0, 0, true, false]);
    });
  });
});
