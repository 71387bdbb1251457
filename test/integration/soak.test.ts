import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { root } from '../helpers/pages.js';
import type { Soaked } from '../tools/soak/soak.js';

const SECONDS = 12;

/** What must have happened in each scope, and how often at least, for the rules to have been tried. */
const EVERYWHERE = {
  calls: 150,
  missing: 5,
  canceled: 1,
  queued: 5,
  deadline: 3,
  open: 3,
  'half-open': 3,
  'circuit-open': 20,
};

test('twelve seconds of outages, redirects, 404s, cancels, isolations, abandoned streams and clock steps break no rule', async () => {
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
  const sum = (what: string) => Object.values(figures).reduce((all, counted) => all + (counted[what] ?? 0), 0);
  const altogether = {
    success: 30,
    streams: 15,
    abandoned: 3,
    closed: 5,
    retries: 20,
    coolDowns: 1,
    'bulkhead-full': 5,
    hedges: 1,
    isolated: 10,
  };
  expect(Object.entries(altogether).filter(([what, least]) => sum(what) < least)).toEqual([]);

  const moods = ['well', 'slow', 'flaky', 'down', 'shedding', 'moving', 'resetting', 'hanging', 'cutting'];
  expect(moods.filter((mood) => sum(`while ${mood}`) < 10)).toEqual([]);
}, 60_000);
