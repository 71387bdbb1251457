import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DEFAULTS } from '../src/policy/defaults.js';
import { type FlakyServer, flakyServer } from './helpers/flaky-server.js';

const root = join(__dirname, '..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const blocksOf = (page: string, text: string) =>
  [...text.matchAll(/^```ts(?<how> run| test)?\n(?<code>[\s\S]*?)^```$/gm)].map(({ groups }, i) => ({
    name: `${page}block ${i + 1}`,
    code: groups?.code ?? '',
    run: groups?.how === ' run',
    test: groups?.how === ' test',
  }));

/** The tests of a page are one file: they share its set-up. */
const pages = readdirSync(join(root, 'docs')).map((page) => {
  const all = blocksOf(`${page} `, readFileSync(join(root, 'docs', page), 'utf8'));
  const tests = all.filter(({ test }) => test).map(({ code }) => code);
  return { name: `${page} tests`, code: tests.join('\n'), run: false, others: all.filter(({ test }) => !test) };
});
const tested = pages.filter(({ code }) => code);
const blocks = [...blocksOf('', readme), ...tested, ...pages.flatMap(({ others }) => others)];

/** What a block that shows one thing may take as given. */
const GIVEN = `
  import { createReadStream } from 'node:fs';
  import type { AxiosInstance } from 'axios';
  import { attachResilience, diagnose, isResilienceError, presets, type ResilienceHandle, reportOf } from 'axios-resilience';
  declare const api: AxiosInstance;
  declare const resilience: ResilienceHandle;
  declare const query: object;
  declare const metrics: { count(name: string, labels: object): void };
  void [createReadStream, attachResilience, presets, api, resilience, query, metrics, diagnose, isResilienceError, reportOf];
`;

/** A block that imports what it attaches with is whole in itself. */
const given = (code: string) => (/^import .* from 'axios-resilience';$/m.test(code) ? code : GIVEN + code);

describe('the code in the README and the docs', () => {
  const folder = join(root, 'examples/.readme');
  const fileOf = (name: string) => join(folder, `${name.replaceAll(' ', '-')}.mts`);
  let server: FlakyServer;

  beforeAll(async () => {
    server = await flakyServer(503, 200);
    mkdirSync(folder, { recursive: true });
    for (const { name, code, run } of blocks) {
      writeFileSync(fileOf(name), run ? code.replaceAll('https://api.example.com', server.url) : given(code));
    }
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await server.close();
  });

  test('type-checks, every block', () => {
    expect(blocks.length).toBeGreaterThan(3);
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
      '--ignoreConfig',
    ];
    const files = blocks.map(({ name }) => fileOf(name));
    expect(execFileSync(process.execPath, [tsc, ...strict, ...files], { cwd: root, encoding: 'utf8' })).toBe('');
  });

  test.each(blocks.filter(({ run }) => run))(
    '$name runs and does what it says',
    async ({ name }) => {
      server.script(503, 200);
      const before = server.hits.length;
      const tsx = join(root, 'node_modules/tsx/dist/cli.mjs');
      const output = await new Promise<string>((resolve, reject) => {
        execFile(process.execPath, [tsx, fileOf(name)], (error, stdout) => (error ? reject(error) : resolve(stdout)));
      });
      expect(output).toContain('1 retries');
      expect(server.hits.slice(before).map(({ method, url }) => `${method} ${url}`)).toEqual([
        'GET /users',
        'GET /users',
        'POST /orders',
        'GET /health',
      ]);
    },
    30_000,
  );

  test.each(tested)(
    '$name pass',
    ({ name, code }) => {
      const { NODE_TEST_CONTEXT: _, ...env } = process.env;
      const args = ['--import', 'tsx', '--test', '--test-reporter=tap', fileOf(name)];
      const output = execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8', env });
      const written = code.match(/^test\(/gm)?.length ?? 0;
      expect(output).toContain(`# pass ${written}\n# fail 0\n`);
      expect(written).toBeGreaterThan(0);
    },
    30_000,
  );
});

describe('the tables in the README', () => {
  const rows = [...readme.matchAll(/^\| `(?<option>[\w.]+)` \| `(?<value>[^|]+)` \|/gm)].map(
    ({ groups }) => [groups?.option ?? '', groups?.value ?? ''] as const,
  );
  const written = (value: unknown): string => {
    if (Array.isArray(value)) return value.join(', ');
    return typeof value === 'string' ? `'${value}'` : String(value);
  };
  const flatten = (object: object, path = ''): [string, string][] =>
    Object.entries(object).flatMap(([key, value]) =>
      typeof value === 'object' && !Array.isArray(value)
        ? flatten(value, `${path}${key}.`)
        : [[`${path}${key}`, written(value)] as [string, string]],
    );

  test('state every default, as the code has it', () => {
    const stated = Object.fromEntries(rows);
    expect(stated).toEqual(Object.fromEntries(flatten(DEFAULTS)));
  });
});
