// Measures axios-resilience, as built in dist, and what people use instead, all in one run, and prints what came of it.
// Usage: npm run bench -- [--quick] [--only NAME]... [--json FILE]
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import axios from 'axios';
import { FIGURES } from './figures.js';
import { inChild } from './in-child.js';
import { type Result, resultsOf } from './result.js';
import { table } from './table.js';

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [] },
    json: { type: 'string' },
  },
});
const { quick, only, json } = options;
const names = FIGURES.map(({ name }) => name);
const unknown = only.find((name) => !names.includes(name));
if (unknown !== undefined) throw new Error(`there is no figure ${unknown}, but ${names.join(', ')}`);

const startedAt = performance.now();
const results: Result[] = [];
for (const { name, parts = [undefined], processes = 1 } of FIGURES) {
  if (only.length > 0 && !only.includes(name)) continue;
  for (const part of parts) {
    const runs = [];
    for (let i = 0; i < (quick ? 1 : processes); i++) runs.push(await inChild(name, { quick, part }));
    results.push(...resultsOf(name, runs));
  }
  process.stderr.write(`${name} ${Math.round((performance.now() - startedAt) / 1_000)} s\n`);
}

const machine = {
  date: new Date().toISOString().slice(0, 10),
  node: process.version,
  platform: `${process.platform} ${process.arch}`,
  cores: availableParallelism(),
  axios: axios.VERSION,
  seconds: Math.round((performance.now() - startedAt) / 1_000),
  quick,
};
console.log(
  Object.entries(machine)
    .map(([name, value]) => `${name} ${value}`)
    .join(', '),
);
console.log(table(results, new Map(FIGURES.map(({ name, title }) => [name, title]))).join('\n'));
const missed = results.filter(({ held }) => held === false).length;
console.log(`\n${results.filter(({ held }) => held).length} goals held, ${missed} missed`);
if (json) writeFileSync(json, `${JSON.stringify({ machine, results }, undefined, 2)}\n`);
