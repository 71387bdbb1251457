import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { sourceFiles as files, source } from './helpers/source.js';

/** Who may import whom: a folder imports from itself and from lower floors only. */
const FLOOR: Record<string, number> = {
  base: 0,
  policy: 1,
  retry: 2,
  guard: 2,
  observe: 2,
  call: 3,
  diagnose: 3,
  opentelemetry: 3,
  testing: 3,
  cli: 4,
  migrate: 4,
  '': 5,
};

const sources = new Map(files.map((file) => [file, source(file)]));

const folderOf = (file: string) => (dirname(file) === '.' ? '' : dirname(file));

function importsOf(file: string): { from: string; type: boolean }[] {
  const source = sources.get(file) ?? '';
  return [
    ...source.matchAll(/^(?:import|export)(?<type> type)?[^;]*?from '(?<from>[^']+)';|^import '(?<bare>[^']+)';/gms),
  ].map(({ groups }) => ({ from: groups?.from ?? groups?.bare ?? '', type: Boolean(groups?.type) }));
}

const ownOf = (file: string, imports: { from: string }[]): string[] =>
  imports
    .filter(({ from }) => from.startsWith('.'))
    .map(({ from }) => join(dirname(file), from).replace(/\.js$/, '.ts'));

const ownImportsOf = (file: string): string[] => ownOf(file, importsOf(file));

const ownValuesOf = (file: string): string[] =>
  ownOf(
    file,
    importsOf(file).filter(({ type }) => !type),
  );

describe('the layout of src', () => {
  test('folders are one level deep, and every one has its floor', () => {
    expect([...new Set(files.map(folderOf))].sort()).toEqual(Object.keys(FLOOR).sort());
  });

  test('imports run one way', () => {
    const upward = files.flatMap((file) =>
      ownImportsOf(file)
        .filter((target) => {
          const [from, to] = [folderOf(file), folderOf(target)];
          return from !== to && (FLOOR[to] ?? 9) >= (FLOOR[from] ?? -1);
        })
        .map((target) => `${file} → ${target}`),
    );
    expect(upward).toEqual([]);
  });

  test('there is no cycle, not even of types', () => {
    const done = new Set<string>();
    const cycles: string[] = [];
    const visit = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) cycles.push([...path.slice(path.indexOf(file)), file].join(' → '));
      if (done.has(file) || path.includes(file)) return;
      for (const target of ownImportsOf(file)) visit(target, [...path, file]);
      done.add(file);
    };
    for (const file of files) visit(file, []);
    expect(cycles).toEqual([]);
    expect(done.size).toBe(files.length);
  });

  test('every import leads to a file that is there', () => {
    expect(files.flatMap(ownImportsOf).filter((target) => !sources.has(target))).toEqual([]);
  });

  const importersOf = (name: string) =>
    files.filter((file) => importsOf(file).some(({ from, type }) => from === name && !type)).sort();

  const fromNode = files.flatMap((file) =>
    importsOf(file).flatMap(({ from, type }) => (from.startsWith('node:') ? [{ file, type }] : [])),
  );

  const isOfCommand = (file: string) => folderOf(file) === 'cli';

  test('cockatiel is behind one door, axios-retry behind another, and nothing of Node is imported but for its own channels and the command', () => {
    expect(importersOf('cockatiel')).toEqual(['guard/breaker.ts', 'guard/bulkhead.ts']);
    expect(importersOf('axios-retry')).toEqual(['call/wire.ts']);
    const others = new Set(files.flatMap((file) => importsOf(file).map(({ from }) => from)));
    expect([...others].filter((from) => !from.startsWith('.') && !from.startsWith('node:')).sort()).toEqual([
      '@opentelemetry/api',
      'axios',
      'axios-retry',
      'cockatiel',
    ]);
    expect(fromNode.filter(({ file, type }) => !type && !isOfCommand(file))).toEqual([
      { file: 'diagnostics-channel.ts', type: false },
    ]);
  });

  test('the testing kit has an entry of its own, its server alone knows Node, and one file asks whether this is Node', () => {
    const users = files.filter((file) => ownImportsOf(file).some((target) => folderOf(target) === 'testing'));
    expect(users.filter((file) => folderOf(file) !== 'testing')).toEqual(['testing.ts']);
    expect([...new Set(fromNode.map(({ file }) => file))].filter((file) => !isOfCommand(file)).sort()).toEqual([
      'diagnostics-channel.ts',
      'testing/loopback.ts',
      'testing/perform.ts',
    ]);
    const ofProcess = files.filter((file) => /\bprocess\./.test(sources.get(file) ?? ''));
    expect(ofProcess.filter((file) => !isOfCommand(file))).toEqual(['testing/node.ts']);
  });

  test('the command has an entry of its own, which nothing imports, and stands on what others use as well', () => {
    const users = files.filter((file) => ownImportsOf(file).some(isOfCommand));
    expect(users.filter((file) => !isOfCommand(file))).toEqual(['cli.ts']);
    expect(files.filter((file) => ownImportsOf(file).includes('cli.ts'))).toEqual([]);
    const outside = files
      .filter(isOfCommand)
      .flatMap(ownImportsOf)
      .filter((file) => !isOfCommand(file));
    expect(new Set(outside.map(folderOf))).toEqual(new Set(['base', 'diagnose', 'policy', 'retry']));
  });

  test('migration has an entry of its own, and knows the plugins by the shape of their options alone', () => {
    const users = files.filter((file) => ownImportsOf(file).some((target) => folderOf(target) === 'migrate'));
    expect(users.filter((file) => folderOf(file) !== 'migrate')).toEqual(['migrate.ts']);
    expect(files.filter((file) => ownImportsOf(file).includes('migrate.ts'))).toEqual([]);
  });

  test('telemetry has an entry of its own, which nothing imports, and is alone with its API', () => {
    const own = files.filter((file) => folderOf(file) === 'opentelemetry');
    const users = files.filter((file) => ownImportsOf(file).some((target) => folderOf(target) === 'opentelemetry'));
    expect(users.filter((file) => !own.includes(file))).toEqual(['opentelemetry.ts']);
    const ofApi = files.filter((file) => importsOf(file).some(({ from }) => from === '@opentelemetry/api'));
    expect(ofApi.filter((file) => !own.includes(file))).toEqual([]);
    expect(ofApi.length).toBeGreaterThan(0);
    const entries = ['opentelemetry.ts', 'diagnostics-channel.ts'];
    expect(files.filter((file) => ownImportsOf(file).some((target) => entries.includes(target)))).toEqual([]);
  });

  test('what only looks on loads nothing that acts: of the package, the checks, the clock, the facts of HTTP and of reports; of axios, nothing', () => {
    const loaded = new Set(['opentelemetry.ts', 'diagnostics-channel.ts']);
    for (const file of loaded) for (const target of ownValuesOf(file)) loaded.add(target);
    const beyond = [...loaded].filter((file) => !/^(opentelemetry|diagnostics-channel)\b/.test(file));
    expect(beyond.sort()).toEqual([
      'base/clock.ts',
      'base/http.ts',
      'base/object.ts',
      'base/report.ts',
      'policy/check.ts',
      'policy/suggest.ts',
    ]);
    expect([...loaded].filter((file) => importersOf('axios').includes(file))).toEqual([]);
  });

  test('timers, clocks and randomness are where they can be found', () => {
    const users = (pattern: RegExp) => files.filter((file) => pattern.test(sources.get(file) ?? '')).sort();
    expect(users(/\bsetTimeout\(/)).toEqual([
      'base/clock.ts',
      'call/lifetime.ts',
      'testing/adapter.ts',
      'testing/clock.ts',
      'testing/perform.ts',
    ]);
    expect(users(/\bDate\.now\(|performance\.now\(/)).toEqual([
      'base/clock.ts',
      'testing/adapter.ts',
      'testing/clock.ts',
      'testing/loopback.ts',
    ]);
    expect(users(/\bMath\.random\b/)).toEqual([
      'call/context.ts',
      'call/decide-next.ts',
      'migrate/retry-axios.ts',
      'testing/clock.ts',
      'testing/random.ts',
    ]);
  });

  test('a file answers one question: none is longer than 250 lines', () => {
    expect(files.filter((file) => (sources.get(file) ?? '').split('\n').length > 250)).toEqual([]);
  });

  test('no barrels: only the entries re-export', () => {
    expect(files.filter((file) => /^export [^;]*from '/m.test(sources.get(file) ?? ''))).toEqual([
      'index.ts',
      'migrate.ts',
      'opentelemetry.ts',
      'testing.ts',
    ]);
  });
});
