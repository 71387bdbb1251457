// Calls troubled servers on loopback for so long, and holds what happens against a model.
// Usage: npm run soak -- [--minutes 60 | --seconds 20] [--seed 1] [--json]
import { parseArgs } from 'node:util';
import { RULES, type Rule, tally } from './rules.js';
import { soak } from './soak.js';
import { turned } from './turned.js';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string' },
    seconds: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
});
const seconds = values.minutes === undefined ? Number(values.seconds) : Number(values.minutes) * 60;
const seed = Number(values.seed);
if (!(seconds > 0) || !(Number.isSafeInteger(seed) && seed >= 0)) {
  console.error('--minutes and --seconds must be numbers above 0, --seed a whole number ≥ 0');
  process.exit(64);
}
const soaked = await soak(seconds, seed);
if (values.json) {
  console.log(JSON.stringify(soaked));
} else {
  console.table(turned(soaked.figures));
  for (const [rule, count] of Object.entries(tally(soaked.violations))) {
    console.log(
      `${count === 0 ? 'held  ' : 'BROKEN'} ${rule}: ${RULES[rule as Rule]}${count ? ` (${count} times)` : ''}`,
    );
  }
  for (const { rule, scope, detail } of soaked.violations.slice(0, 20)) console.log(`  ${rule}, ${scope}: ${detail}`);
  console.log(`seed ${seed}, ${seconds} s, the wall clock was stepped ${soaked.clockSteps} times`);
}
// What is left over must not keep the process alive: it has been told of.
process.exit(soaked.violations.length > 0 ? 1 : 0);
