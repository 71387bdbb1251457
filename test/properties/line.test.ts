import { describe, expect, test } from '@jest/globals';
import { Line, type Place } from '../../src/guard/line.js';
import { fc } from '../helpers/seeded.js';

interface Model {
  /** Who waits, in order, and whether they would be refused. */
  waiting: { readonly id: number; readonly isBarred: boolean }[];
  comers: number;
  ends: Map<number, string>;
  deserted: number;
}

interface Real {
  readonly line: Line<string>;
  readonly places: Place<string>[];
  readonly served: number[];
  readonly ends: Map<number, string[]>;
  deserted: number;
}

type Command = fc.AsyncCommand<Model, Real>;

const settled = async () => {
  for (let i = 0; i < 5; i++) await Promise.resolve();
};

/** What both must agree on after each command. */
async function compare(model: Model, real: Real): Promise<void> {
  await settled();
  expect(real.line.size).toBe(model.waiting.length);
  expect(real.deserted).toBe(model.deserted);
  expect([...real.ends]).toEqual([...model.ends].map(([id, end]) => [id, [end]]));
  expect(real.served).toEqual([...model.ends].flatMap(([id, end]) => (end.startsWith('served') ? [id] : [])));
}

class Join implements Command {
  constructor(
    readonly isBarred: boolean,
    readonly isSlow: boolean,
  ) {}
  readonly check = () => true;
  async run(model: Model, real: Real) {
    const id = model.comers++;
    model.waiting.push({ id, isBarred: this.isBarred });
    const serve = () => {
      real.served.push(id);
      return this.isSlow ? Promise.resolve(`served ${id}`) : `served ${id}`;
    };
    const place = real.line.join({ serve, refusal: () => (this.isBarred ? `refused ${id}` : undefined) });
    real.places.push(place);
    void place.result.then((end) => real.ends.set(id, [...(real.ends.get(id) ?? []), end]));
    await compare(model, real);
  }
  readonly toString = () => `join${this.isBarred ? ' barred' : ''}`;
}

class Leave implements Command {
  constructor(readonly at: number) {}
  readonly check = ({ comers }: Model) => comers > 0;
  async run(model: Model, real: Real) {
    const id = this.at % model.comers;
    const waits = model.waiting.some((other) => other.id === id);
    model.waiting = model.waiting.filter((other) => other.id !== id);
    if (waits) model.ends.set(id, `left ${id}`);
    if (waits && model.waiting.length === 0) model.deserted++;
    real.places[id]?.leave(`left ${id}`);
    await compare(model, real);
  }
  readonly toString = () => `leave ${this.at}`;
}

class Serve implements Command {
  readonly check = () => true;
  async run(model: Model, real: Real) {
    const [first, ...others] = model.waiting;
    if (first) model.ends.set(first.id, `served ${first.id}`);
    model.waiting = others;
    real.line.serveNext();
    await compare(model, real);
  }
  readonly toString = () => 'serve';
}

class Flush implements Command {
  readonly check = () => true;
  async run(model: Model, real: Real) {
    for (const { id, isBarred } of model.waiting) if (isBarred) model.ends.set(id, `refused ${id}`);
    model.waiting = model.waiting.filter(({ isBarred }) => !isBarred);
    real.line.flush();
    await compare(model, real);
  }
  readonly toString = () => 'flush';
}

describe('Line', () => {
  test('serves first in, first out, ends each wait once, and never serves who has left or was refused', async () => {
    const commands = fc.commands(
      [
        fc.tuple(fc.boolean(), fc.boolean()).map(([isBarred, isSlow]) => new Join(isBarred, isSlow)),
        fc.tuple(fc.constant(false), fc.boolean()).map(([isBarred, isSlow]) => new Join(isBarred, isSlow)),
        fc.nat(100).map((at) => new Leave(at)),
        fc.constant(new Serve()),
        fc.constant(new Flush()),
      ],
      { maxCommands: 60, size: 'max' },
    );
    let longest = 0;
    await fc.assert(
      fc.asyncProperty(commands, async (list) => {
        const real: Real = {
          line: new Line<string>(() => real.deserted++),
          places: [],
          served: [],
          ends: new Map(),
          deserted: 0,
        };
        const model: Model = { waiting: [], comers: 0, ends: new Map(), deserted: 0 };
        await fc.asyncModelRun(() => ({ model, real }), list);
        longest = Math.max(longest, model.ends.size);
      }),
    );
    expect(longest).toBeGreaterThan(5);
  });
});
