import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { PROGRAMS } from './docs/programs.js';
import { type FlakyServer, flakyServer, requestsIn } from './helpers/flaky-server.js';
import { type Block, pages, root } from './helpers/pages.js';

const blocks = pages.flatMap((page) => page.blocks);
const typed = blocks.filter(({ how, language }) => how !== 'test' && language === 'ts');
const programs = blocks.filter(({ how }) => how === 'run');

/** The tests of a page are one file: they share its set-up. */
const tested = pages
  .map(({ path, blocks }) => ({ path, tests: blocks.filter(({ how }) => how === 'test') }))
  .filter(({ tests }) => tests.length > 0)
  .map(({ path, tests }) => ({ name: `${path} tests`, code: tests.map(({ code }) => code).join('\n') }));

/** What a block that shows one thing may take as given. */
const GIVEN = `
  import { createReadStream } from 'node:fs';
  import axios, { type AxiosInstance } from 'axios';
  import { attachResilience, diagnose, isResilienceError, presets, type ResilienceHandle, reportOf } from 'axios-resilience';
  declare const api: AxiosInstance;
  declare const resilience: ResilienceHandle;
  declare const query: object;
  declare const metrics: { count(name: string, labels: object): void };
  void [createReadStream, axios, attachResilience, presets, api, resilience, query, metrics, diagnose, isResilienceError, reportOf];
`;

/** A block that imports what it attaches with is whole in itself. */
const given = (code: string) => (/^import .* from 'axios-resilience';$/m.test(code) ? code : GIVEN + code);

const folder = join(root, 'examples/.readme');
const fileOf = ({ name, language }: { name: string; language?: string }) =>
  join(folder, `${name.replaceAll(/[^\w]+/g, '-')}.${language === 'js' ? 'cjs' : 'mts'}`);

/** As it is printed each time: without the port, what time took, and the ids that were drawn. */
const steady = (output: string): string =>
  output
    .replaceAll(/http:\/\/127\.0\.0\.1:\d+/g, 'https://api.example.com')
    .replaceAll(/\d+(\.\d+)?(?= ms)/g, 'N')
    .replaceAll(/(_ms['"]?: ?)\d+(\.\d+)?/g, '$1N')
    .replaceAll(/[0-9a-f]{8}-\d+/g, 'ID');

/** What a page says is printed; `…` is anything. */
const asSaid = (output = ''): RegExp =>
  new RegExp(
    `^${steady(output)
      .split(/ ?… ?/)
      .map((text) => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
      .join('[^]*?')}$`,
  );

beforeAll(() => {
  mkdirSync(folder, { recursive: true });
  for (const block of typed) writeFileSync(fileOf(block), given(block.code));
  for (const page of tested) writeFileSync(fileOf(page), page.code);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('every block in the README and the docs type-checks', () => {
  expect(typed.length).toBeGreaterThan(30);
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const strict = [
    '--noEmit',
    '--strict',
    '--module',
    'nodenext',
    '--target',
    'es2022',
    '--types',
    'node',
    '--skipLibCheck',
    '--ignoreConfig',
  ];
  const files = [...typed, ...tested].map(fileOf);
  expect(new Set(files).size).toBe(files.length);
  expect(typeErrors([tsc, ...strict, ...files])).toBe('');
});

function typeErrors(args: string[]): string {
  try {
    return execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  } catch (error) {
    return String((error as { stdout?: unknown }).stdout);
  }
}

describe('the programs in the README and the docs', () => {
  let server: FlakyServer;
  beforeEach(async () => {
    server = await flakyServer();
  });
  afterEach(() => server.close());

  test('are those that it is known of what they send', () => {
    expect(programs.map(({ name }) => name).sort()).toEqual(Object.keys(PROGRAMS).sort());
  });

  test.each(programs)(
    '$name does and prints what the page says',
    async (block: Block) => {
      const program = PROGRAMS[block.name];
      if (!program) throw new Error('not known');
      server.script(...program.server);
      writeFileSync(fileOf(block), block.code.replaceAll('https://api.example.com', server.url));
      // Both streams are one, or who printed first would be up to chance.
      const start = `process.stderr.write = process.stdout.write.bind(process.stdout); await import('${fileOf(block)}')`;
      const args = ['--import', 'tsx', '--input-type=module', '--eval', start];
      const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root, timeout: 20_000 });
      expect(requestsIn(server.hits)).toEqual(program.sends);
      program.check?.(server.hits);
      expect(steady(stdout)).toMatch(asSaid(block.output));
    },
    30_000,
  );
});

test.each(tested)(
  '$name pass',
  (page) => {
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const args = ['--import', 'tsx', '--test', '--test-reporter=tap', fileOf(page)];
    const output = execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8', env });
    const written = page.code.match(/^test\(/gm)?.length ?? 0;
    expect(output).toContain(`# pass ${written}\n# fail 0\n`);
    expect(written).toBeGreaterThan(0);
  },
  30_000,
);
