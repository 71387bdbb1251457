// Runs the suite against other versions of what the package depends on: the oldest axios of the peer range, and cockatiel 4.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const jest = require.resolve('jest/package.json').replace('package.json', 'bin/jest.js');
const versionOf = (name) => require(`${name}/package.json`).version;

const runs = [{ AXIOS: 'axios-oldest' }, { COCKATIEL: 'cockatiel-next' }];
const suites = ['test/integration', 'test/guard', 'test/call', 'test/attach.test.ts'];

let failed = 0;
for (const env of runs) {
  const [[, alias]] = Object.entries(env);
  console.log(`\n── ${alias} ${versionOf(alias)} ──`);
  const { status } = spawnSync(process.execPath, [jest, ...suites], {
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  if (status !== 0) failed++;
}
process.exitCode = failed ? 1 : 0;
