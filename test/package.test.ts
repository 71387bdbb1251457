import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { build } from 'esbuild';
import { deadPort } from './helpers/flaky-server.js';
import { npm, packedFiles } from './helpers/packed.js';
import { pages, root } from './helpers/pages.js';

// The package as its users get it: packed, installed into an empty folder, loaded in every way.

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

/** The same test of a policy for every runner; they differ in how they are imported, and in `expect`. */
const KIT_TEST = `
  test('three attempts, a wait as long as the server asks, and a real socket', async () => {
    const script = [503, { status: 429, headers: { 'retry-after': '2' } }, 200];
    const api = axios.create({ baseURL: 'https://api.test', adapter: scriptedAdapter(script) });
    attachResilience(api);
    await withFakeClock(
      async (clock) => {
        const response = await clock.until(api.get('/users'));
        equal(attemptsOf(response), 3);
        equal(waitsOf(response).join(), '0,2000');
        equal(clock.elapsedMs, 2_001);
      },
      { random: 0 },
    );
    const server = await scriptedServer(script);
    equal((await axios.get(server.url, { adapter: 'http', proxy: false, validateStatus: null })).status, 503);
    await server.close();
  });`;
const KIT_NAMES = '{ attemptsOf, scriptedAdapter, scriptedServer, waitsOf, withFakeClock }';
const KIT_IMPORTS = `
  import axios from 'axios';
  import { attachResilience } from 'axios-resilience';
  import ${KIT_NAMES} from 'axios-resilience/testing';`;

/** The channels need Node only, and telemetry its peer. */
const TELEMETRY = `
  const api = axios.create({ adapter: async (config) => ({ data: 1, status: 200, headers: {}, config }) });
  const resilience = attachResilience(api);
  const told = [];
  subscribe('axios-resilience:end', ({ report }) => told.push(report.ended));
  publishEvents(resilience);
  const counted = [];
  const nothing = () => ({ record() {} });
  const meter = {
    createCounter: (name) => ({ add: () => counted.push(name) }),
    createHistogram: nothing,
    createObservableUpDownCounter: nothing,
    addBatchObservableCallback() {},
  };
  attachTelemetry(resilience, { meterProvider: { getMeter: () => meter } });
  api.get('http://localhost/').then(() => console.log(JSON.stringify({ told, counted })));
`;
const TOLD = { told: ['success'], counted: ['axios_resilience.calls', 'axios_resilience.attempts'] };

/** A policy made of the options of a plugin that is not installed. */
const MIGRATION = `
  let sent = 0;
  const api = axios.create({
    adapter: async (config) => {
      if (++sent < 3) throw new axios.AxiosError('read ECONNRESET', 'ECONNRESET', config, {});
      return { data: 'ok', status: 200, headers: {}, config };
    },
  });
  attachResilience(api, fromAxiosRetry({ retries: 2, retryDelay: () => 1, retryCondition: () => true }));
  const { retry } = fromRetryAxios({ retry: 5 });
  api.post('http://localhost/').catch((error) => error).then(() =>
    console.log(JSON.stringify({ sent, maxRetries: retry.maxRetries })));
`;
const MIGRATION_TYPES = `
  attachResilience(axios.create(), fromAxiosRetry({
    retries: 2,
    retryDelay: (count, error) => count * (error.response?.status ?? 1),
    retryCondition: async (error) => error.code === 'ECONNRESET',
    onRetry: (_count, _error, config) => void config.url,
  }, { ...presets.retryOnly, logger: console }));
  attachResilience(axios.create(), fromRetryAxios({ retry: 2, statusCodesToRetry: [[500, 599]] }));
  // @ts-expect-error not an option
  fromAxiosRetry({ retires: 3 });`;

const FILES: Record<string, string> = {
  'migration.mjs': `
    import axios from 'axios';
    import { attachResilience } from 'axios-resilience';
    import { fromAxiosRetry, fromRetryAxios } from 'axios-resilience/migrate';
    ${MIGRATION}`,
  'migration.cjs': `
    const axios = require('axios');
    const { attachResilience } = require('axios-resilience');
    const { fromAxiosRetry, fromRetryAxios } = require('axios-resilience/migrate');
    ${MIGRATION}`,
  'migration.mts': `
    import axios from 'axios';
    import { attachResilience, presets } from 'axios-resilience';
    import { fromAxiosRetry, fromRetryAxios } from 'axios-resilience/migrate';
    ${MIGRATION_TYPES}`,
  'migration.cts': `
    import axios = require('axios');
    import { attachResilience, presets } from 'axios-resilience';
    import { fromAxiosRetry, fromRetryAxios } from 'axios-resilience/migrate';
    ${MIGRATION_TYPES}`,
  'telemetry.mjs': `
    import { subscribe } from 'node:diagnostics_channel';
    import axios from 'axios';
    import { attachResilience } from 'axios-resilience';
    import { publishEvents } from 'axios-resilience/diagnostics-channel';
    import { attachTelemetry } from 'axios-resilience/opentelemetry';
    ${TELEMETRY}`,
  'telemetry.cjs': `
    const { subscribe } = require('node:diagnostics_channel');
    const axios = require('axios');
    const { attachResilience } = require('axios-resilience');
    const { publishEvents } = require('axios-resilience/diagnostics-channel');
    const { attachTelemetry } = require('axios-resilience/opentelemetry');
    ${TELEMETRY}`,
  'telemetry.mts': `
    import axios from 'axios';
    import { attachResilience } from 'axios-resilience';
    import { publishEvents } from 'axios-resilience/diagnostics-channel';
    import { attachTelemetry } from 'axios-resilience/opentelemetry';
    const resilience = attachResilience(axios.create());
    const stop: () => void = attachTelemetry(resilience, { spanEvents: false, attributes: { a: 1 } });
    const unpublish: () => void = publishEvents(resilience);
    // @ts-expect-error not an option
    attachTelemetry(resilience, { spans: false });
    void [stop, unpublish];`,
  'telemetry.cts': `
    import axios = require('axios');
    import { attachResilience } from 'axios-resilience';
    import { publishEvents } from 'axios-resilience/diagnostics-channel';
    import { attachTelemetry } from 'axios-resilience/opentelemetry';
    const resilience = attachResilience(axios.create());
    void [attachTelemetry(resilience), publishEvents(resilience)];`,
  'kit.test.js': `
    const axios = require('axios');
    const { attachResilience } = require('axios-resilience');
    const ${KIT_NAMES} = require('axios-resilience/testing');
    const equal = (got, wanted) => expect(got).toBe(wanted);
    ${KIT_TEST}`,
  'kit.node.mjs': `
    import { equal } from 'node:assert/strict';
    import { test } from 'node:test';
    ${KIT_IMPORTS}
    ${KIT_TEST}`,
  'vitest.test.mjs': `
    import { expect, test, vi } from 'vitest';
    ${KIT_IMPORTS}
    const equal = (got, wanted) => expect(got).toBe(wanted);
    ${KIT_TEST}
    test('under the fake timers of the runner', async () => {
      vi.useFakeTimers();
      vi.spyOn(Math, 'random').mockReturnValue(0);
      const api = axios.create({ adapter: scriptedAdapter([{ status: 503, headers: { 'retry-after': '10' } }, 200]) });
      attachResilience(api);
      const call = api.get('https://api.test/');
      await vi.advanceTimersByTimeAsync(10_000);
      equal(attemptsOf(await call), 2);
      await expect(withFakeClock(() => {})).rejects.toThrow('setTimeout is faked already');
    });
    test('under those of them that docs/testing.md names for older runners', async () => {
      vi.useRealTimers();
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] });
      const api = axios.create({ adapter: scriptedAdapter([{ status: 503, headers: { 'retry-after': '10' } }, 200]) });
      attachResilience(api);
      const call = api.get('https://api.test/');
      await vi.advanceTimersByTimeAsync(10_000);
      equal(attemptsOf(await call), 2);
    });`,
  'package.json': '{ "name": "consumer", "private": true }',
  'esm.mjs': `import axios from 'axios';\nimport ${NAMES} from 'axios-resilience';\n${BODY}`,
  'cjs.cjs': `const axios = require('axios');\nconst ${NAMES} = require('axios-resilience');\n(async () => {${BODY}})();`,
  'mocked.test.js': `
    const mockApi = { get: jest.fn(async () => ({ data: 1 })), interceptors: { request: { use: jest.fn() } } };
    jest.mock('axios', () => ({ create: () => mockApi }));
    test('an axios that a test has made up needs only what is called of it', async () => {
      const { attachResilience } = require('axios-resilience');
      require('axios-resilience/testing');
      require('axios-resilience/migrate');
      const { detach, stats } = attachResilience(require('axios').create());
      expect(await mockApi.get('/')).toEqual({ data: 1 });
      expect(mockApi.interceptors.request.use).toHaveBeenCalledTimes(1);
      expect(stats().calls).toBe(0);
      detach();
    });`,
  'partial.test.js': `
    jest.mock('axios', () => ({ create: (config) => jest.requireActual('axios').create(config), AxiosError: undefined }));
    test('so may one that is mocked but for its instances', async () => {
      const { attachResilience } = require('axios-resilience');
      let sent = 0;
      const adapter = async (config) => ({ data: ++sent, status: sent < 2 ? 503 : 200, headers: {}, config });
      const api = require('axios').create({ adapter, validateStatus: null });
      attachResilience(api, { retry: { backoff: () => 0 } });
      expect((await api.get('http://api.test/', { resilience: { deadline: 1_000 } })).data).toBe(2);
      const hung = { adapter: () => new Promise(() => {}), resilience: { retry: false, attemptTimeout: 20 } };
      await expect(api.get('http://api.test/', hung)).rejects.toMatchObject({ code: 'ETIMEDOUT', isAxiosError: true });
      const deadline = { ...hung, resilience: { deadline: 20 } };
      await expect(api.get('http://api.test/', deadline)).rejects.toMatchObject({ code: 'ERR_DEADLINE_EXCEEDED' });
      const left = api.get('http://api.test/', { ...hung, signal: AbortSignal.timeout(20), resilience: {} });
      await expect(left).rejects.toMatchObject({ code: 'ERR_CANCELED', __CANCEL__: true });
    });`,
  'spread.test.js': `
    jest.mock('axios', () => {
      const actual = jest.requireActual('axios');
      return { __esModule: true, ...actual, default: { create: (config) => actual.create(config), get: jest.fn() } };
    });
    test('so may one whose default export is mocked, and which has the rest by name', async () => {
      const { attachResilience } = require('axios-resilience');
      const { scriptedAdapter } = require('axios-resilience/testing');
      const axios = require('axios').default;
      const api = axios.create({ adapter: scriptedAdapter([503, 200, 'hang']) });
      attachResilience(api, { attemptTimeout: 50, retry: { backoff: () => 0 } });
      const again = { resilience: { idempotent: true } };
      expect((await api.post('http://api.test/', undefined, again)).status).toBe(200);
      expect(await api.post('http://api.test/').catch(require('axios').isAxiosError)).toBe(true);
      await expect(axios.create().get('http://127.0.0.1:9/')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    });`,
  'default-only.mjs': `
    import { register } from 'node:module';
    const source = 'export default { create: () => ({ interceptors: { request: { use() {} } } }) }';
    const url = 'data:text/javascript,' + encodeURIComponent(source);
    const hook = \`export const resolve = (name, context, next) =>
      name === 'axios' ? { url: '\${url}', shortCircuit: true } : next(name, context)\`;
    register('data:text/javascript,' + encodeURIComponent(hook));
    const { default: axios } = await import('axios');
    const { attachResilience } = await import('axios-resilience');
    await import('axios-resilience/testing');
    await import('axios-resilience/migrate');
    console.log(attachResilience(axios.create()).stats().calls);`,
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
  'other-build.mts': `
    import type { AxiosRequestConfig } from 'axios' with { 'resolution-mode': 'require' };
    import type {} from 'axios-resilience' with { 'resolution-mode': 'require' };
    export const config: AxiosRequestConfig = { resilience: { retry: 1 } };`,
  'other-build.cts': `
    import type { AxiosRequestConfig } from 'axios' with { 'resolution-mode': 'import' };
    import type {} from 'axios-resilience' with { 'resolution-mode': 'import' };
    export const config: AxiosRequestConfig = { resilience: { retry: 1 } };`,
  'kit.mts': `
    import axios from 'axios';
    import { scriptedAdapter, scriptedServer, withFakeClock, type Script } from 'axios-resilience/testing';
    const script: Script = [503, 'ECONNRESET', { status: 429, headers: { 'retry-after': '2' } }, ({ url }, n) => n, 200];
    const adapter = scriptedAdapter(script);
    const api = axios.create({ adapter });
    const status: number = (await withFakeClock((clock) => clock.until(api.get('/')), { random: 0 })).status;
    await using server = await scriptedServer({ 'GET /users': [status] });
    // @ts-expect-error not a step
    scriptedAdapter([true]);`,
  'kit.cts': `
    import { attemptsOf, fakeClock, seededRandom } from 'axios-resilience/testing';
    using clock = fakeClock({ random: seededRandom(1) });
    const attempts: number = attemptsOf(clock.advance(1));`,
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

  const run = (file: string) =>
    JSON.parse(execFileSync(process.execPath, [file], { cwd: folder, encoding: 'utf8', stdio: 'pipe' }));

  test('works by import', () => expect(run('esm.mjs')).toEqual(EXPECTED));

  test('works by require', () => expect(run('cjs.cjs')).toEqual(EXPECTED));

  test('works as a command, by npx and by its own name', async () => {
    const env = { ...process.env, NO_PROXY: '*' };
    const options = { cwd: folder, encoding: 'utf8', env } as const;
    const args = ['diagnose', `http://127.0.0.1:${await deadPort()}/`, '--json'];
    const { status, stdout } = spawnSync('npx', ['--no-install', 'axios-resilience', ...args], options);
    expect({ status, found: JSON.parse(stdout) }).toMatchObject({
      status: 2,
      found: { cause: 'connection-refused', exitCode: 2 },
    });
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const bin = join(folder, 'node_modules/.bin/axios-resilience');
    expect(execFileSync(bin, ['--version'], options)).toBe(`${version}\n`);
    expect(statSync(join(root, 'dist/cjs/cli.js')).mode & 0o111).toBe(0o111);
  });

  test('has examples that run where it is installed, and cannot be imported', () => {
    const example = 'examples/01-first-request.ts';
    const tsx = pathToFileURL(join(root, 'node_modules/tsx/dist/loader.mjs')).href;
    const args = ['--import', tsx, join('node_modules/axios-resilience', example)];
    const output = execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
    expect(output).toContain('the caller got 200, the server 3 requests: success');
    const load = ['--input-type=module', '--eval', `await import('axios-resilience/${example}')`];
    const { stderr } = spawnSync(process.execPath, load, { cwd: folder, encoding: 'utf8' });
    expect(stderr).toContain('ERR_PACKAGE_PATH_NOT_EXPORTED');
  });

  test('makes policies of the options of other plugins, by import and by require', () => {
    const expected = { sent: 3, maxRetries: 5 };
    expect([run('migration.mjs'), run('migration.cjs')]).toEqual([expected, expected]);
  });

  describe('its telemetry', () => {
    const missing = /Cannot find (package|module) '@opentelemetry\/api'/;

    test('asks for its peer by name where that is not installed, and nothing else does', () => {
      expect(existsSync(join(folder, 'node_modules/@opentelemetry'))).toBe(false);
      expect(() => run('telemetry.mjs')).toThrow(missing);
      expect(() => run('telemetry.cjs')).toThrow(missing);
    });

    test('works by import and by require where it is', () => {
      mkdirSync(join(folder, 'node_modules/@opentelemetry'), { recursive: true });
      symlinkSync(join(root, 'node_modules/@opentelemetry/api'), join(folder, 'node_modules/@opentelemetry/api'));
      expect([run('telemetry.mjs'), run('telemetry.cjs')]).toEqual([TOLD, TOLD]);
    });

    test('is in no bundle that does not ask for it, and needs nothing of Node there', async () => {
      const bundled = async (contents: string) => {
        const options = { bundle: true, write: false, metafile: true, format: 'esm', platform: 'browser' } as const;
        const { metafile } = await build({ ...options, stdin: { contents, resolveDir: folder } });
        const { inputs = {}, imports = [] } = Object.values(metafile.outputs)[0] ?? {};
        return [Object.keys(inputs).filter((file) => /telemetry|diagnostics/.test(file)).length > 0, imports];
      };
      expect(await bundled("export * from 'axios-resilience';")).toEqual([false, []]);
      expect(await bundled("export * from 'axios-resilience/opentelemetry';")).toEqual([true, []]);
    });
  });

  const runner = (bin: string, ...args: string[]) =>
    execFileSync(process.execPath, [join(root, 'node_modules', bin), ...args], {
      cwd: folder,
      encoding: 'utf8',
      stdio: 'pipe',
    });

  test('needs of an axios that is put in its place as an ES module the default export and no other', () => {
    expect(run('default-only.mjs')).toBe(0);
  });

  test.each(['plain.test.js', 'mocked.test.js', 'partial.test.js', 'spread.test.js'])(
    'works in a CommonJS Jest test without configuration: %s',
    (file) => {
      const output = runner('jest/bin/jest.js', '--json', '--silent', file);
      expect(JSON.parse(output)).toMatchObject({ numPassedTests: 1, numFailedTests: 0 });
    },
  );

  describe('its testing kit', () => {
    test('works in a CommonJS Jest test without configuration', () => {
      const output = runner('jest/bin/jest.js', '--json', '--silent', 'kit.test.js');
      expect(JSON.parse(output)).toMatchObject({ numPassedTests: 1, numFailedTests: 0 });
    });

    test('works in an ES module under node:test', () => {
      const { NODE_TEST_CONTEXT: _, ...env } = process.env;
      const output = execFileSync(process.execPath, ['--test', '--test-reporter=tap', 'kit.node.mjs'], {
        cwd: folder,
        encoding: 'utf8',
        env,
      });
      expect(output).toMatch(/^# pass 1\n# fail 0$/m);
    });

    test('works in Vitest', () => {
      symlinkSync(join(root, 'node_modules/vitest'), join(folder, 'node_modules/vitest'));
      const output = runner('vitest/vitest.mjs', 'run', '--reporter=json', 'vitest.test.mjs');
      expect(JSON.parse(output)).toMatchObject({ numPassedTests: 3, numFailedTests: 0 });
    });

    test('needs nothing of Node to be bundled for a browser, and is in no bundle that does not ask for it', async () => {
      const bundled = async (contents: string) => {
        const options = { bundle: true, write: false, metafile: true, format: 'esm', platform: 'browser' } as const;
        const { metafile } = await build({ ...options, stdin: { contents, resolveDir: folder } });
        const { inputs = {}, imports = [] } = Object.values(metafile.outputs)[0] ?? {};
        const kit = Object.keys(inputs).filter((file) => /axios-resilience\/dist\/.*testing/.test(file));
        return { kit: kit.length, imports };
      };
      expect(await bundled("export * from 'axios-resilience';")).toEqual({ kit: 0, imports: [] });
      const { kit, imports } = await bundled("export * from 'axios-resilience/testing';");
      expect([kit > 5, imports]).toEqual([true, []]);
    });
  });

  test.each([
    [
      'nodenext',
      ['--module', 'nodenext'],
      [
        'types.mts',
        'types.cts',
        'kit.mts',
        'kit.cts',
        'telemetry.mts',
        'telemetry.cts',
        'migration.mts',
        'migration.cts',
      ],
    ],
    ['nodenext, for an instance of the CommonJS build', ['--module', 'nodenext'], ['other-build.mts']],
    ['nodenext, for an instance of the ESM build', ['--module', 'nodenext'], ['other-build.cts']],
    [
      'bundler',
      ['--module', 'esnext', '--moduleResolution', 'bundler'],
      ['types.mts', 'kit.mts', 'telemetry.mts', 'migration.mts'],
    ],
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
    const names = packedFiles();
    expect(names).toEqual(
      expect.arrayContaining([
        'LICENSE',
        'package.json',
        'dist/cjs/index.js',
        'dist/esm/index.js',
        'dist/cjs/diagnostics-channel.js',
        'dist/esm/opentelemetry.js',
        'dist/cjs/cli.js',
        ...pages.map(({ path }) => path),
      ]),
    );
    expect(
      names.filter(
        (name) => !/^(dist|docs|examples|src)\/[^.]|^(LICENSE|README\.md|CHANGELOG\.md|package\.json)$/.test(name),
      ),
    ).toEqual([]);
    const ofTheCommand = names.filter((name) => /^dist\/.*\bcli\b/.test(name));
    expect(ofTheCommand).toEqual(['dist/cjs/cli.js', 'dist/cjs/cli.js.map']);
  });
});
