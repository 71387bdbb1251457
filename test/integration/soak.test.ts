import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { Soaked } from '../tools/soak/soak.js';

const root = join(__dirname, '../..');
const SECONDS = 12;

/** What must have happened in each scope, and how often at least, for the rules to have been tried. */
const EVERYWHERE = {
  calls: 400,
  missing: 30,
  canceled: 5,
  streams: 15,
  abandoned: 4,
  queued: 20,
  success: 40,
  deadline: 3,
  open: 3,
  'half-open': 3,
  'circuit-open': 20,
};

test('twelve seconds of outages, 404s, cancels, abandoned streams and clock steps break no rule', async () => {
  const script = [join(root, 'node_modules/tsx/dist/cli.mjs'), join(root, 'test/tools/soak/main.ts')];
  const args = [...script, '--json', '--seconds', String(SECONDS)];
  const output = await new Promise<string>((resolve) => {
    execFile(process.execPath, args, { timeout: 50_000 }, (_error, stdout) => resolve(stdout));
  });
  const { violations, figures, clockSteps }: Soaked = JSON.parse(output);
  expect(violations).toEqual([]);
  expect(clockSteps).toBeGreaterThan(20);

  const tooFew = (name: string, least: Readonly<Record<string, number>>) =>
    Object.entries(least).filter(([what, count]) => (figures[name]?.[what] ?? 0) < count);
  expect(Object.keys(figures)).toHaveLength(6);
  for (const name of Object.keys(figures)) expect([name, ...tooFew(name, EVERYWHERE)]).toEqual([name]);
  expect(tooFew('retries', { retries: 20, coolDowns: 1 })).toEqual([]);
  expect(tooFew('streams', { 'bulkhead-full': 20 })).toEqual([]);
  expect(tooFew('hedged', { hedges: 3 })).toEqual([]);

  const moods = ['well', 'slow', 'flaky', 'down', 'shedding', 'resetting', 'hanging', 'cutting'];
  const met = (mood: string) =>
    Object.values(figures).reduce((sum, counted) => sum + (counted[`while ${mood}`] ?? 0), 0);
  expect(moods.filter((mood) => met(mood) < 10)).toEqual([]);
}, 60_000);
