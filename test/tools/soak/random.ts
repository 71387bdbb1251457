/** Park and Miller's generator: the same draws for the same seed. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = (seed % 2_147_483_646) + 1;
  }

  /** From 0 up to, but not including, 1. */
  readonly next = (): number => {
    this.#state = (this.#state * 48_271) % 2_147_483_647;
    return this.#state / 2_147_483_647;
  };

  between = (least: number, most: number): number => least + this.next() * (most - least);

  chance = (share: number): boolean => this.next() < share;

  pick = <T>(choices: readonly T[]): T => choices[Math.floor(this.next() * choices.length)] as T;
}
