import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

const CONTENDERS = [
  'request interceptor that throws',
  'cockatiel around axios',
  'opossum around axios',
  'axios-resilience',
];

test('the benchmark prints a row for each contender and whether our goals hold, and writes the same as JSON', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'axios-resilience-'));
  const json = join(folder, 'bench.json');
  const output = await run('--quick', '--only', 'open-circuit', '--json', json);
  const { machine, results } = JSON.parse(readFileSync(json, 'utf8'));
  rmSync(folder, { recursive: true });

  expect(machine).toMatchObject({ node: process.version, cores: expect.any(Number), quick: true });
  expect(results.map(({ row }: { row: string }) => row)).toEqual([
    ...CONTENDERS,
    ...CONTENDERS.map((name) => `10,000 at once: ${name}`),
  ]);
  expect(results.filter(({ median }: { median: number }) => !(median > 0))).toEqual([]);
  expect(output).toMatch(/^ {2}axios-resilience +[\d.]+ +[\d.]+ to [\d.]+ +× CPU of that +≤ 1\.2 +(held|MISSED)$/m);
  expect(output).toMatch(/^\d goals held, \d missed$/m);
}, 60_000);

test('a figure that is not there is refused, and those that are are named', async () => {
  await expect(run('--only', 'nothing')).rejects.toThrow(/there is no figure nothing, but happy-path, loopback/);
});

function run(...options: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const script = join(__dirname, 'run.mjs');
    execFile(process.execPath, [script, ...options], (error, stdout) => (error ? reject(error) : resolve(stdout)));
  });
}
