import type { BlipResult } from './blip.js';
import { plot } from './plot.js';
import type { Result, Scenario } from './scenario.js';

/** With defaults, at most so much load on the server, by what is offered; and served at least. */
export const GOALS = { meanLoad: 1.15, peakLoad: 2, flakyServed: 0.999, blipMs: 3_000 } as const;

const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;

export const HEAD = `  ${'client'.padEnd(22)}${'mean load'.padStart(10)}${'peak'.padStart(7)}${'recovery'.padStart(10)}${'served'.padStart(10)}  load over time (full bar: 4 times what is offered)`;

export function row(name: string, result: Result): string {
  const { meanLoad, peakLoad, recovery, served } = result;
  const recovered = recovery === Infinity ? 'never' : `${recovery.toFixed(1)} s`;
  return `  ${name.padEnd(22)}${meanLoad.toFixed(2).padStart(10)}${peakLoad.toFixed(2).padStart(7)}${recovered.padStart(10)}${percent(served).padStart(10)}  ${plot(result)}`;
}

/** Each goal of a scenario for a client with defaults, beside one that does not retry. */
export function verdicts({ name }: Scenario, ours: Result, without: Result): string[] {
  const goal = (holds: boolean, text: string) => `  ${holds ? 'held  ' : 'MISSED'} ${text}`;
  if (name === 'flaky')
    return [
      goal(ours.served >= GOALS.flakyServed, `served ${percent(ours.served)}, goal ≥ ${percent(GOALS.flakyServed)}`),
    ];
  return [
    goal(ours.meanLoad <= GOALS.meanLoad, `mean load ${ours.meanLoad.toFixed(2)}, goal ≤ ${GOALS.meanLoad}`),
    goal(ours.peakLoad <= GOALS.peakLoad, `peak second ${ours.peakLoad.toFixed(2)}, goal ≤ ${GOALS.peakLoad}`),
    goal(ours.recovery <= without.recovery, `recovery ${ours.recovery} s, without retries ${without.recovery} s`),
    goal(ours.served >= without.served, `served ${percent(ours.served)}, without retries ${percent(without.served)}`),
  ];
}

export function blipRow(name: string, { served, lastMs, requests, refused }: BlipResult): string {
  return `  ${name.padEnd(22)}${percent(served).padStart(10)}${`${Math.round(lastMs)} ms`.padStart(10)}${String(requests).padStart(10)}${String(refused).padStart(10)}`;
}

export const BLIP_HEAD = `  ${'client'.padEnd(22)}${'served'.padStart(10)}${'last'.padStart(10)}${'requests'.padStart(10)}${'refused'.padStart(10)}`;
