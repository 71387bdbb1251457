import { describe, expect, test } from '@jest/globals';
import type { Outcome } from '../../src/base/outcome.js';
import { CoolDown } from '../../src/guard/cool-down.js';
import type { Place } from '../../src/guard/line.js';
import { ManualClock } from '../helpers/manual-clock.js';
import { draws, fc } from '../helpers/seeded.js';

type Step =
  | { readonly does: 'begin' | 'wait'; readonly ms: number }
  | { readonly does: 'leave'; readonly at: number }
  | { readonly does: 'come' | 'refuse' };

const step = fc.oneof<fc.WeightedArbitrary<Step>[]>(
  { weight: 1, arbitrary: fc.record({ does: fc.constant('begin' as const), ms: fc.integer({ min: 1, max: 60_000 }) }) },
  { weight: 6, arbitrary: fc.constant({ does: 'come' as const }) },
  {
    weight: 4,
    arbitrary: fc.record({
      does: fc.constant('wait' as const),
      ms: fc.oneof(fc.nat(50), fc.nat(2_000), fc.nat(60_000)),
    }),
  },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('leave' as const), at: fc.nat(50) }) },
  { weight: 1, arbitrary: fc.constant({ does: 'refuse' as const }) },
);
const histories = fc.array(step, { minLength: 10, maxLength: 60 });

/** A cool-down and those who meet it, by number in the order in which they came. */
class Scope {
  readonly clock = new ManualClock();
  readonly coolDown: CoolDown;
  /** Who was let go, when, and until when the server had asked to be left alone by then. */
  readonly gone: { readonly id: number; readonly at: number; readonly asked: number }[] = [];
  readonly ended: number[] = [];
  /** How often it was said that the scope is left alone, and how often that had to be. */
  said = 0;
  began = 0;
  asked = 0;
  comers = 0;
  readonly #places = new Map<number, Place<Outcome | undefined>>();
  #isCircuitOpen = false;

  constructor(draw: number) {
    this.coolDown = new CoolDown({ ...this.clock, random: () => draw, onCoolDown: () => this.said++ });
  }

  async perform(step: Step): Promise<void> {
    if (step.does === 'begin') this.#begin(step.ms);
    else if (step.does === 'wait') await this.clock.advance(step.ms);
    else if (step.does === 'come') this.#come();
    else if (step.does === 'leave') this.#leave(step.at);
    else {
      this.#isCircuitOpen = true;
      this.coolDown.flush();
      this.#isCircuitOpen = false;
    }
    await this.clock.advance(0);
  }

  #begin(ms: number): void {
    if (!this.coolDown.isOn) this.began++;
    this.coolDown.begin(ms);
    this.asked = Math.max(this.asked, this.clock.now() + ms);
  }

  #come(): void {
    const id = this.comers++;
    const settle = (end: Outcome | undefined) => {
      this.#places.delete(id);
      if (end) this.ended.push(id);
      else this.gone.push({ id, at: this.clock.now(), asked: this.asked });
    };
    const place = this.coolDown.isOn
      ? this.coolDown.join(() => (this.#isCircuitOpen ? { final: 'circuit-open' } : undefined))
      : undefined;
    if (place) this.#places.set(id, place);
    if (place) void place.result.then(settle);
    else settle(undefined);
  }

  #leave(at: number): void {
    const places = [...this.#places.values()];
    places[at % places.length]?.leave({ final: 'canceled' });
  }
}

/** `holds` after each step of any history, and at its end. */
async function always(holds: (scope: Scope) => void, atEnd: (scope: Scope) => void | Promise<void> = holds) {
  let held = 0;
  await fc.assert(
    fc.asyncProperty(draws, histories, async (draw, steps) => {
      const scope = new Scope(draw);
      for (const step of steps) {
        await scope.perform(step);
        held = Math.max(held, scope.coolDown.waiting);
        holds(scope);
      }
      await atEnd(scope);
    }),
  );
  expect(held).toBeGreaterThan(5);
}

const nothing = () => {};

describe('CoolDown, whatever happens', () => {
  test('nobody is let go before the time that the server asked for', async () => {
    await always(nothing, ({ gone }) => {
      expect(gone.filter(({ at, asked }) => at < asked - 1e-6)).toEqual([]);
    });
  });

  test('who came first goes first, and everyone is let go, refused or leaves once', async () => {
    await always(nothing, async (scope) => {
      await scope.clock.advance(1e9);
      const ids = scope.gone.map(({ id }) => id);
      expect(ids).toEqual([...ids].sort((a, b) => a - b));
      expect([...ids, ...scope.ended].sort((a, b) => a - b)).toEqual(Array.from({ length: scope.comers }, (_, i) => i));
    });
  });

  test('those who wait are let go within as long again as it took in all', async () => {
    await always(nothing, async ({ clock, coolDown }) => {
      const endsAt = clock.now() + coolDown.retryInMs;
      await clock.advance(coolDown.retryInMs + endsAt);
      expect(coolDown.waiting).toBe(0);
    });
  });

  test('a timer is set while somebody waits, and none when nobody does', async () => {
    await always(({ clock, coolDown }) => {
      expect(clock.pending).toBe(coolDown.waiting > 0 ? 1 : 0);
    });
  });

  test('that it has begun is said once each time', async () => {
    await always(({ said, began }) => {
      expect(said).toBe(began);
    });
  });

  test('the wait told to a newcomer is never less than what the server still asks for', async () => {
    await always(({ clock, coolDown, asked }) => {
      expect(coolDown.waitMs(false)).toBeGreaterThanOrEqual(asked - clock.now() - 1e-6);
    });
  });
});
