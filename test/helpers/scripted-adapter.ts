import { scriptedAdapter as adapterOf, type Hit, type ScriptedAdapter, type Step } from 'axios-resilience/testing';

export type { Step as Answer };

/** The testing kit's adapter, its steps one by one. */
export function scriptedAdapter(...steps: Step[]): ScriptedAdapter & { readonly sent: readonly Hit[] } {
  const adapter = adapterOf(steps);
  return Object.assign(adapter, { sent: adapter.hits });
}
