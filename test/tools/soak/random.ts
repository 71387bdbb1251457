import { seededRandom } from 'axios-resilience/testing';

/** Choices drawn from a seed. */
export class Random {
  readonly #draw: () => number;

  constructor(seed: number) {
    this.#draw = seededRandom(seed);
  }

  between = (least: number, most: number): number => least + this.#draw() * (most - least);

  chance = (share: number): boolean => this.#draw() < share;

  pick = <T>(choices: readonly T[]): T => choices[Math.floor(this.#draw() * choices.length)] as T;
}
