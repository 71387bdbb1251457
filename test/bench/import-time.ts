import { execFileSync } from 'node:child_process';
import { OURS } from './contenders.js';
import type { Figure } from './figure.js';

const PACKAGES = ['axios-retry', 'retry-axios', 'cockatiel', 'opossum', OURS];

/** Prints the milliseconds that loading one package more takes, once axios is there. */
const SCRIPTS = {
  require: (name: string) =>
    `require('axios'); const t = performance.now(); require('${name}'); console.log(performance.now() - t)`,
  import: (name: string) =>
    `await import('axios'); const t = performance.now(); await import('${name}'); console.log(performance.now() - t)`,
};

export const importTime: Figure = {
  name: 'import-time',
  title: 'Loading the package, once axios is loaded',
  async measure({ quick }) {
    const lanes = (['require', 'import'] as const).flatMap((way) =>
      PACKAGES.map((name) => ({ row: `${way}: ${name}`, unit: 'ms', way, name, values: [] as number[] })),
    );
    for (let round = 0; round < (quick ? 2 : 11); round++) {
      for (const { way, name, values } of lanes) values.push(load(way, name));
    }
    return lanes.map(({ row, unit, values }) => ({ row, unit, values }));
  },
};

/** In a fresh process, at the root of the package, whose own name leads to what is built. */
function load(way: keyof typeof SCRIPTS, name: string): number {
  const type = way === 'import' ? 'module' : 'commonjs';
  return Number(execFileSync(process.execPath, [`--input-type=${type}`, '-e', SCRIPTS[way](name)]));
}
