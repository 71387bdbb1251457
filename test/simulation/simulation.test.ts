import { expect, test } from '@jest/globals';
import { runBlip } from './blip.js';
import { CONTENDERS, type Contender, DEFAULTS, WITHOUT_RETRIES } from './contenders.js';
import { GOALS } from './report.js';
import { runScenario } from './scenario.js';
import { SCENARIOS } from './scenarios.js';

// A small part of the fleet of `npm run simulate`: chance weighs more; time is virtual, so that each run is the same.
const FLEET = { clients: 50, seed: 1 };

const contender = (wanted: string) => CONTENDERS.find(({ name }) => name === wanted) as Contender;
const run = (wanted: string, client: string) => {
  const scenario = SCENARIOS.find(({ name }) => name === wanted);
  if (!scenario) throw new Error(`no such scenario: ${wanted}`);
  return runScenario(scenario, contender(client), FLEET);
};

test.each(['slow', 'shed', 'shed, Retry-After'])(
  '%s: less load than is offered, and no peak above twice that',
  async (name) => {
    const { meanLoad, peakLoad } = await run(name, DEFAULTS);
    expect(meanLoad).toBeLessThan(GOALS.meanLoad);
    expect(peakLoad).toBeLessThan(GOALS.peakLoad);
  },
  60_000,
);

test('without anything that protects the server, retries multiply the load', async () => {
  const { meanLoad, peakLoad } = await run('shed', 'ours, retries alone');
  expect(meanLoad).toBeGreaterThan(3);
  expect(peakLoad).toBeGreaterThan(3.5);
}, 60_000);

test('flaky: hardly a call is lost, where one in twenty would be', async () => {
  expect((await run('flaky', DEFAULTS)).served).toBeGreaterThan(GOALS.flakyServed);
  expect((await run('flaky', WITHOUT_RETRIES)).served).toBeLessThan(0.96);
}, 60_000);

test('blip: every one of twenty calls is served, where retries alone lose some', async () => {
  const seeds = Array.from({ length: 20 }, (_, i) => i);
  const served = async (name: string) => {
    const results = [];
    for (const seed of seeds) results.push(await runBlip(contender(name), 200, seed));
    return results;
  };
  const ours = await served(DEFAULTS);
  expect(ours.map((result) => [result.served, result.refused])).toEqual(seeds.map(() => [1, 0]));
  expect(Math.max(...ours.map(({ lastMs }) => lastMs))).toBeLessThan(GOALS.blipMs);
  expect(Math.min(...(await served('ours, retries alone')).map((result) => result.served))).toBeLessThan(0.8);
}, 60_000);
