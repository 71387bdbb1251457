// Runs the suite against other versions of what the package depends on and runs on.
//   node test/tools/versions.mjs        a fast cut: the oldest axios of the peer range, and cockatiel 4
//   node test/tools/versions.mjs all    every axios below on this Node, then every Node with the oldest and the newest axios
// What is not a dev dependency is installed into node_modules/.cache/versions. Ends in a table.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const AXIOS = ['1.7.9', '1.9.0', '1.12.2', '1.13.3', '1.15.2', '1.18.1', 'latest'];
const NODES = ['20', '22', '24', '26'];

/**
 * The fetch adapter of axios 1.13.3 and 1.13.4 leaves the response off its errors, which many tests look at; and a call with an
 * asynchronous request interceptor resolves to its config there, once a response interceptor has mended its failure.
 */
const LEAVE_OUT = { '1.13.3': 'fetch adapter|while the bulkhead has one slot' };

/** That of older versions has no limit for the size of a body. */
const NO_LIMITS = 'fetch adapter in the answer an? (answer|body) larger than';
for (const version of ['1.7.9', '1.9.0', '1.12.2', '1.15.2']) LEAVE_OUT[version] = NO_LIMITS;

const require = createRequire(import.meta.url);
const jest = require.resolve('jest/package.json').replace('package.json', 'bin/jest.js');
const cache = join(process.cwd(), 'node_modules/.cache/versions');
const isAll = process.argv[2] === 'all';
const suites = [
  'test/integration/(?!chaos|cache|nestjs|mocks|http2|traps/resources)',
  'test/guard',
  'test/call',
  'test/attach.test.ts',
  // The fake clock stands on Node, and on nothing else.
  isAll ? 'test/testing' : 'test/testing/(?!clock)',
];

/** What rests on its breakers and bulkheads. */
const ofCockatiel = [
  'test/integration/(breaker|saturation|cool-down|budget|hedging|held-bodies|fallback|limits|nested|stack|soak|partial|observing|conformance)',
  'test/guard',
  'test/call',
  'test/attach.test.ts',
];

const fast = [
  { axios: 'axios-oldest', label: `axios ${versionOf('axios-oldest')}` },
  { cockatiel: 'cockatiel-next', label: `cockatiel ${versionOf('cockatiel-next')}`, paths: ofCockatiel },
];

function every() {
  install([
    ...AXIOS.map((version) => `axios-${version}@npm:axios@${version}`),
    ...NODES.map((version) => `node${version}@npm:node@${version}`),
  ]);
  const onThisNode = AXIOS.map((version) => ({ axios: `axios-${version}` }));
  const onEveryNode = NODES.flatMap((node) => [
    { node, axios: `axios-${AXIOS[0]}` },
    { node, axios: `axios-${AXIOS.at(-1)}` },
  ]);
  return [...onThisNode, ...onEveryNode].map((run) => ({
    ...run,
    label: `Node ${run.node ? nodeVersion(run.node) : process.version.slice(1)}, axios ${versionOf(run.axios)}`,
  }));
}

/** Beside the project's own packages, so that Jest finds them by name. */
function install(specs) {
  mkdirSync(cache, { recursive: true });
  writeFileSync(join(cache, 'package.json'), '{ "private": true }');
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', ...specs], {
    cwd: cache,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  for (const spec of specs) {
    const name = spec.slice(0, spec.indexOf('@npm:'));
    const link = join('node_modules', name);
    if (!existsSync(link)) symlinkSync(join(cache, 'node_modules', name), link);
    links.push(link);
  }
}
const links = [];

function versionOf(name) {
  return JSON.parse(readFileSync(join('node_modules', name, 'package.json'), 'utf8')).version;
}

const nodeBinary = (major) => join(cache, `node_modules/node${major}/bin/node`);
const nodeVersion = (major) =>
  execFileSync(nodeBinary(major), ['-p', 'process.versions.node'], { encoding: 'utf8' }).trim();

const rows = [];
for (const { node, axios, cockatiel, label, paths = suites } of isAll ? every() : fast) {
  console.log(`\n── ${label} ──`);
  const env = { ...process.env, ...(axios && { AXIOS: axios }), ...(cockatiel && { COCKATIEL: cockatiel }) };
  const output = join(cache, 'result.json');
  mkdirSync(cache, { recursive: true });
  const without = LEAVE_OUT[axios && versionOf(axios)];
  const only = without ? ['--testNamePattern', `^((?!${without}).)*$`] : [];
  const { status } = spawnSync(
    node ? nodeBinary(node) : process.execPath,
    [jest, '--silent', '--forceExit', '--json', `--outputFile=${output}`, ...only, ...paths],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
      env,
    },
  );
  const { numPassedTests = 0, numFailedTests = 0 } = existsSync(output) ? JSON.parse(readFileSync(output, 'utf8')) : {};
  rmSync(output, { force: true });
  rows.push({ label, passed: numPassedTests, failed: numFailedTests, ok: status === 0 });
}

for (const link of links) rmSync(link, { force: true });
console.log('');
for (const { label, passed, failed, ok } of rows)
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${label}: ${passed} passed, ${failed} failed`);
process.exitCode = rows.every(({ ok }) => ok) ? 0 : 1;
