// Runs every numbered example and prints a line for each; fails if one of them does.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';

const examples = readdirSync('examples').filter((name) => /^\d\d-.*\.ts$/.test(name));
let failed = examples.length === 0;
for (const name of examples) {
  const startedAt = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', `examples/${name}`], {
    encoding: 'utf8',
    timeout: 20_000,
  });
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  const lastLine = stdout.trim().split('\n').at(-1)?.slice(0, 100);
  console.log(`${status === 0 ? 'ok    ' : 'FAILED'} ${name.padEnd(32)} ${seconds} s  ${lastLine}`);
  if (status !== 0) console.error(stderr);
  failed ||= status !== 0;
}
process.exitCode = failed ? 1 : 0;
