/** One contender's share of a round: what is run here, or what something that ran elsewhere did cost. */
export type Lane = { readonly name: string } & ({ run(): Promise<unknown> } | { cost(): Promise<Cost> });

export interface Cost {
  readonly cpuUs: number;
  readonly wallUs: number;
}

/** What each lane cost in each round, per call. */
export type Costs = ReadonlyMap<string, readonly Cost[]>;

interface Plan {
  readonly rounds: number;
  readonly warmUps: number;
  /** Calls that one run of a lane makes. */
  readonly calls: number;
}

/**
 * Runs the lanes in turns, each round in another order, so that a slow moment of the machine meets them all. Rounds are
 * short, and only the cheaper half of them counts: in the others, the machine was busy with something else.
 */
export async function interleaved(lanes: readonly Lane[], { rounds, warmUps, calls }: Plan): Promise<Costs> {
  const measured: (readonly Cost[])[] = [];
  for (let round = -warmUps; round < rounds; round++) {
    const costs = new Map<Lane, Cost>();
    for (const lane of inOrderOf(round, lanes)) {
      globalThis.gc?.({ type: 'minor' });
      const { cpuUs, wallUs } = await ('cost' in lane ? lane.cost() : cost(lane.run));
      costs.set(lane, { cpuUs: cpuUs / calls, wallUs: wallUs / calls });
    }
    if (round >= 0) measured.push(lanes.map((lane) => costs.get(lane) as Cost));
  }
  const calm = measured.sort((a, b) => cpuOf(a) - cpuOf(b)).slice(0, Math.ceil(rounds / 2));
  return new Map(lanes.map(({ name }, index) => [name, calm.map((costs) => costs[index] as Cost)]));
}

const cpuOf = (costs: readonly Cost[]): number => costs.reduce((sum, { cpuUs }) => sum + cpuUs, 0);

function inOrderOf<T>(round: number, lanes: readonly T[]): readonly T[] {
  const start = Math.abs(round) % lanes.length;
  const order = [...lanes.slice(start), ...lanes.slice(0, start)];
  return round % 2 ? order.reverse() : order;
}

export async function cost(run: () => Promise<unknown>): Promise<Cost> {
  const startedAt = performance.now();
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);
  return { cpuUs: user + system, wallUs: (performance.now() - startedAt) * 1_000 };
}

/** Each round's `of` against that of the floor in the same round. */
export function against(
  costs: Costs,
  name: string,
  floor: string,
  of: keyof Cost,
  compare: (own: number, floor: number) => number,
): number[] {
  const floors = costs.get(floor) ?? [];
  return (costs.get(name) ?? []).map((own, round) => compare(own[of], floors[round]?.[of] ?? Number.NaN));
}

export const difference = (own: number, floor: number): number => own - floor;
export const ratio = (own: number, floor: number): number => own / floor;

/** The value below which a share of the values lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const [low, high] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  return low === undefined || high === undefined ? Number.NaN : low + (high - low) * (at - Math.floor(at));
}

/** Makes `total` calls, so many at a time. */
export async function inParallel(
  total: number,
  atOnce: number,
  call: (index: number) => Promise<unknown>,
): Promise<void> {
  let begun = 0;
  const worker = async () => {
    while (begun < total) await call(begun++);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

/** Bytes on the heap that something still needs. */
export async function heapUsed(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    globalThis.gc?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return process.memoryUsage().heapUsed;
}
