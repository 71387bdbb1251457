import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

// The package as its users get it: packed, installed into an empty folder, loaded in every way.

const root = join(__dirname, '..');
const npm = (args: string[], cwd: string) => execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: 'pipe' });

const BODY = `
  let sent = 0;
  const api = axios.create({
    adapter: async (config) => {
      if (++sent < 3) throw new axios.AxiosError('read ECONNRESET', 'ECONNRESET', config, {});
      return { data: 'ok', status: 200, statusText: '', headers: {}, config };
    },
  });
  attachResilience(api, { retry: { backoff: { baseDelay: 1 } } });
  const response = await api.get('http://localhost/');
  let message;
  try {
    attachResilience(axios.create(), { retry: { maxRetires: 3 } });
  } catch (error) {
    message = error.message;
  }
  const timeout = await api
    .get('http://localhost/', { adapter: () => new Promise(() => {}), resilience: { deadline: 20 } })
    .catch((error) => error);
  console.log(JSON.stringify({
    sent,
    retries: reportOf(response).retries,
    message,
    code: timeout.code,
    instance: timeout instanceof axios.AxiosError,
    ours: isResilienceError(timeout),
  }));
`;

const EXPECTED = {
  sent: 3,
  retries: 2,
  message: '`retry.maxRetires` is not an option; did you mean `maxRetries`?',
  code: 'ERR_DEADLINE_EXCEEDED',
  instance: true,
  ours: true,
};

const NAMES = '{ attachResilience, isResilienceError, reportOf }';

const FILES: Record<string, string> = {
  'package.json': '{ "name": "consumer", "private": true }',
  'esm.mjs': `import axios from 'axios';\nimport ${NAMES} from 'axios-resilience';\n${BODY}`,
  'cjs.cjs': `const axios = require('axios');\nconst ${NAMES} = require('axios-resilience');\n(async () => {${BODY}})();`,
  'plain.test.js': `
    const axios = require('axios');
    const { attachResilience } = require('axios-resilience');
    test('a CommonJS test needs no configuration', async () => {
      let sent = 0;
      const adapter = async (config) => ({ data: ++sent, status: sent < 2 ? 503 : 200, headers: {}, config });
      const api = axios.create({ adapter });
      attachResilience(api, { retry: { backoff: () => 0 } });
      expect((await api.get('http://localhost/')).data).toBe(2);
    });`,
  'types.mts': `
    import axios from 'axios';
    import { attachResilience, type ResiliencePolicy } from 'axios-resilience';
    const policy: ResiliencePolicy = { retry: 2 };
    attachResilience(axios.create({ resilience: { retry: 1 } }), policy);
    void axios.get('/', { resilience: false });
    // @ts-expect-error not an option
    void axios.get('/', { resilience: 'no' });`,
  'types.cts': `
    import axios = require('axios');
    import { attachResilience, type ResiliencePolicy } from 'axios-resilience';
    const policy: ResiliencePolicy = { retry: 2 };
    attachResilience(axios.create({ resilience: { retry: 1 } }), policy);
    void axios.get('/', { resilience: false });
    // @ts-expect-error not an option
    void axios.get('/', { resilience: 'no' });`,
};

describe('the packed package in an empty folder', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'axios-resilience-'));
    const [{ filename }] = JSON.parse(npm(['pack', '--json', '--ignore-scripts', '--pack-destination', folder], root));
    for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder, name), text);
    npm(['install', '--no-audit', '--no-fund', '--prefer-offline', join(folder, filename), 'axios@1'], folder);
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const run = (file: string) => JSON.parse(execFileSync(process.execPath, [file], { cwd: folder, encoding: 'utf8' }));

  test('works by import', () => expect(run('esm.mjs')).toEqual(EXPECTED));

  test('works by require', () => expect(run('cjs.cjs')).toEqual(EXPECTED));

  test('works in a CommonJS Jest test without configuration', () => {
    const jest = join(root, 'node_modules/jest/bin/jest.js');
    const options = { cwd: folder, encoding: 'utf8', stdio: 'pipe' } as const;
    const output = execFileSync(process.execPath, [jest, '--json', '--silent', 'plain.test.js'], options);
    expect(JSON.parse(output)).toMatchObject({ numPassedTests: 1, numFailedTests: 0 });
  });

  test.each([
    ['nodenext', ['--module', 'nodenext'], ['types.mts', 'types.cts']],
    ['bundler', ['--module', 'esnext', '--moduleResolution', 'bundler'], ['types.mts']],
  ])('type-checks under %s, its own declarations included', (_name, options, files) => {
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const types = join(folder, 'node_modules/@types');
    mkdirSync(types, { recursive: true });
    const strict = [
      '--noEmit',
      '--strict',
      '--target',
      'es2022',
      '--lib',
      'es2023,dom',
      '--types',
      '',
      '--skipLibCheck',
      'false',
    ];
    expect(
      execFileSync(process.execPath, [tsc, ...strict, ...options, ...files], { cwd: folder, encoding: 'utf8' }),
    ).toBe('');
  });

  test('holds what it needs and nothing else', () => {
    const [{ files }] = JSON.parse(npm(['pack', '--json', '--dry-run', '--ignore-scripts'], root));
    const names = (files as { path: string }[]).map(({ path }) => path);
    expect(names).toEqual(
      expect.arrayContaining(['LICENSE', 'README.md', 'package.json', 'dist/cjs/index.js', 'dist/esm/index.js']),
    );
    expect(
      names.filter((name) => !/^(dist|src)\/|^(LICENSE|README\.md|CHANGELOG\.md|package\.json)$/.test(name)),
    ).toEqual([]);
  });
});
