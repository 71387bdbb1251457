/**
 * What a fleet of clients does to a server that browns out, in virtual time, on the package as it is.
 *
 *   npm run simulate                                 1,000 clients, all scenarios (several minutes)
 *   npm run simulate -- --clients 100 --seed 2       a smaller fleet, another run of chance
 *   npm run simulate -- --only shed --client defaults
 */
import { parseArgs } from 'node:util';
import { runBlip } from './blip.js';
import { CONTENDERS, DEFAULTS, WITHOUT_RETRIES } from './contenders.js';
import { BLIP_HEAD, blipRow, GOALS, HEAD, row, verdicts } from './report.js';
import { type Result, runScenario } from './scenario.js';
import { SCENARIOS } from './scenarios.js';

const BLIP_MS = 200;

const { values } = parseArgs({
  options: {
    clients: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
    client: { type: 'string' },
  },
});
const options = { clients: Number(values.clients), seed: Number(values.seed) };
const contenders = CONTENDERS.filter(({ name }) => name.includes(values.client ?? ''));

console.log(`${options.clients} clients at 5 calls a second each, seed ${options.seed}`);
for (const scenario of SCENARIOS) {
  if (values.only !== undefined && values.only !== scenario.name) continue;
  console.log(`\n${scenario.name}: ${scenario.what}\n${HEAD}`);
  const results = new Map<string, Result>();
  for (const contender of contenders) {
    const result = await runScenario(scenario, contender, options);
    results.set(contender.name, result);
    console.log(row(contender.name, result));
  }
  const [ours, without] = [results.get(DEFAULTS), results.get(WITHOUT_RETRIES)];
  if (ours && without) for (const line of verdicts(scenario, ours, without)) console.log(line);
}

if (values.only === undefined || values.only === 'blip') {
  console.log(
    `\nblip: 20 concurrent calls of one client meet a server that answers 503 for ${BLIP_MS} ms\n${BLIP_HEAD}`,
  );
  for (const contender of contenders) {
    const result = await runBlip(contender, BLIP_MS, options.seed);
    console.log(blipRow(contender.name, result));
    if (contender.name !== DEFAULTS) continue;
    const holds = result.served === 1 && result.lastMs <= GOALS.blipMs && result.refused === 0;
    console.log(`  ${holds ? 'held  ' : 'MISSED'} all served within ${GOALS.blipMs} ms, none refused by a circuit`);
  }
}
