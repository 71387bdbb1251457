import { describe, expect, test } from '@jest/globals';
import type { End } from '../../src/base/outcome.js';
import { RetryBudget } from '../../src/guard/budget.js';
import type { Place } from '../../src/guard/line.js';
import { ManualClock } from '../helpers/manual-clock.js';
import { fc } from '../helpers/seeded.js';

/** What the documentation says of the pace: a token each ten seconds, and without one gaps that double up to two seconds. */
const REFILL_MS = 10_000;
const GAPS_MS = [500, 1_000, 2_000];

type Step =
  | { readonly does: 'take'; readonly reserve: number }
  | { readonly does: 'wait'; readonly ms: number }
  | { readonly does: 'leave'; readonly at: number }
  | { readonly does: 'fail' | 'refuse' }
  | { readonly does: 'answer'; readonly retries: number };

const take = fc.record({ does: fc.constant('take' as const), reserve: fc.constant(0) });
const raise = fc.record({ does: fc.constant('take' as const), reserve: fc.nat(12) });
const wait = fc.record({
  does: fc.constant('wait' as const),
  ms: fc.oneof(fc.nat(100), fc.nat(3_000), fc.nat(15_000)),
});
const leave = fc.record({ does: fc.constant('leave' as const), at: fc.nat(50) });
const fail = fc.constant({ does: 'fail' as const });
const refuse = fc.constant({ does: 'refuse' as const });
const answer = fc.record({ does: fc.constant('answer' as const), retries: fc.nat(3) });

const silent = fc.array<Step>(
  fc.oneof(
    { weight: 5, arbitrary: take },
    { weight: 3, arbitrary: wait },
    { weight: 1, arbitrary: leave },
    { weight: 2, arbitrary: fail },
    { weight: 1, arbitrary: refuse },
  ),
  { minLength: 10, maxLength: 50 },
);
/** Few come, and the circuit stays closed: the line is never empty for long, nor long. */
const sparse = fc.array<Step>(
  fc.oneof(
    { weight: 3, arbitrary: take },
    { weight: 3, arbitrary: fc.record({ does: fc.constant('wait' as const), ms: fc.nat(2_500) }) },
    { weight: 1, arbitrary: fail },
    { weight: 1, arbitrary: answer },
  ),
  { minLength: 20, maxLength: 50 },
);
const crowded = fc.array<Step>(
  fc.oneof(
    { weight: 6, arbitrary: take },
    { weight: 1, arbitrary: raise },
    { weight: 4, arbitrary: wait },
    { weight: 1, arbitrary: leave },
    { weight: 2, arbitrary: fail },
    { weight: 1, arbitrary: refuse },
    { weight: 2, arbitrary: answer },
  ),
  { minLength: 10, maxLength: 50 },
);
const lively = fc.oneof(sparse, crowded);
const reserves = fc.nat(5);
const ratios = fc.double({ min: 0, max: 1, noNaN: true });

/** A budget and those who ask it, by number in the order in which they came. */
class Scope {
  readonly clock = new ManualClock();
  readonly budget: RetryBudget;
  /** Who was let go, and when. */
  readonly gone: { readonly id: number; readonly at: number }[] = [];
  readonly refused: number[] = [];
  readonly left: number[] = [];
  readonly #places = new Map<number, Place<End | undefined>>();
  #comers = 0;
  #isCircuitOpen = false;

  constructor(ratio: number, reserve: number) {
    this.budget = new RetryBudget(ratio, reserve, { ...this.clock, onExhausted: () => {} });
  }

  get comers(): number {
    return this.#comers;
  }

  get settled(): number[] {
    return [...this.gone.map(({ id }) => id), ...this.refused, ...this.left].sort((a, b) => a - b);
  }

  async perform(step: Step): Promise<void> {
    if (step.does === 'take') this.#take(step.reserve);
    else if (step.does === 'wait') await this.clock.advance(step.ms);
    else if (step.does === 'leave') this.#leave(step.at);
    else if (step.does === 'answer') this.budget.answered(step.retries);
    else if (step.does === 'fail') this.budget.retryFailed();
    else {
      this.#isCircuitOpen = true;
      this.budget.flush();
      this.#isCircuitOpen = false;
    }
    await this.clock.advance(0);
  }

  #take(reserve: number): void {
    const id = this.#comers++;
    // As the guard refuses: when the circuit opens, or when to wait leads nowhere.
    const refusal = (): End | undefined => {
      if (this.#isCircuitOpen) return { final: 'circuit-open' };
      return this.budget.isSpent && this.budget.waiting > 1 ? { final: 'retry-budget' } : undefined;
    };
    const place = this.budget.take(reserve, refusal);
    const settle = (end: End | undefined) => {
      this.#places.delete(id);
      if (!end) this.gone.push({ id, at: this.clock.now() });
      else if (end.final === 'canceled') this.left.push(id);
      else this.refused.push(id);
    };
    if (place) this.#places.set(id, place);
    if (place) void place.result.then(settle);
    else settle(undefined);
  }

  #leave(at: number): void {
    const places = [...this.#places.values()];
    places[at % places.length]?.leave({ final: 'canceled' });
  }
}

/** Retries that may go in a window of so many milliseconds in which nobody answers. */
function most(reserve: number, windowMs: number): number {
  let [unpaid, ms] = [1, 0];
  for (let i = 0; ; i++) {
    ms += GAPS_MS[Math.min(i, GAPS_MS.length - 1)] ?? 0;
    if (ms > windowMs) break;
    unpaid++;
  }
  return unpaid + Math.floor(reserve + windowMs / REFILL_MS + 1e-9);
}

describe('RetryBudget, whatever happens', () => {
  test('without an answer, in any window go at most the reserve, its refill, and one for each gap', async () => {
    let busiest = 0;
    await fc.assert(
      fc.asyncProperty(ratios, reserves, silent, async (ratio, reserve, steps) => {
        const scope = new Scope(ratio, reserve);
        for (const step of steps) await scope.perform(step);
        const times = scope.gone.map(({ at }) => at);
        const tooMany = times.flatMap((from, i) =>
          times
            .slice(i)
            .flatMap((to, more) => (more + 1 > most(reserve, to - from) ? [{ from, to, n: more + 1 }] : [])),
        );
        busiest = Math.max(busiest, times.length);
        expect(tooMany).toEqual([]);
      }),
    );
    expect(busiest).toBeGreaterThan(8);
  });

  test('who came first goes first, and everyone is let go, refused or leaves once', async () => {
    await fc.assert(
      fc.asyncProperty(ratios, reserves, lively, async (ratio, reserve, steps) => {
        const scope = new Scope(ratio, reserve);
        for (const step of steps) await scope.perform(step);
        await scope.clock.advance(1e9);
        const ids = scope.gone.map(({ id }) => id);
        expect(ids).toEqual([...ids].sort((a, b) => a - b));
        expect(scope.settled).toEqual(Array.from({ length: scope.comers }, (_, i) => i));
      }),
    );
  });

  test('nobody waits for longer than two seconds for each place in line', async () => {
    let longest = 0;
    await fc.assert(
      fc.asyncProperty(ratios, reserves, lively, async (ratio, reserve, steps) => {
        const scope = new Scope(ratio, reserve);
        for (const step of steps) await scope.perform(step);
        const { waiting } = scope.budget;
        longest = Math.max(longest, waiting);
        const before = scope.gone.length;
        await scope.clock.advance(waiting * 2_000);
        expect(scope.gone.length - before).toBe(waiting);
      }),
    );
    expect(longest).toBeGreaterThan(5);
  });

  test('tokens are from 0 to the reserve, or to one without it', async () => {
    await fc.assert(
      fc.asyncProperty(ratios, reserves, lively, async (ratio, reserve, steps) => {
        const scope = new Scope(ratio, reserve);
        let limit = Math.max(1, reserve);
        for (const step of steps) {
          if (step.does === 'take') limit = Math.max(limit, step.reserve);
          await scope.perform(step);
          const { tokens } = scope.budget;
          expect(tokens >= 0 && tokens <= limit).toBe(true);
        }
      }),
    );
  });

  test('a timer is set while somebody waits, and none when nobody does', async () => {
    await fc.assert(
      fc.asyncProperty(ratios, reserves, lively, async (ratio, reserve, steps) => {
        const scope = new Scope(ratio, reserve);
        for (const step of steps) {
          await scope.perform(step);
          expect(scope.clock.pending).toBe(scope.budget.waiting > 0 ? 1 : 0);
        }
      }),
    );
  });
});
