// Compiles the benchmark, once, and runs it on the package built in dist. Loaders that compile on the fly wrap every
// closure, and that would be measured too.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../..');
const compiled = join(root, 'node_modules/.cache/axios-resilience-bench');
const built = pathToFileURL(join(root, 'dist/node/index.js')).href;

await build({
  entryPoints: readdirSync(here).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts')),
  absWorkingDir: here,
  outdir: compiled,
  outExtension: { '.js': '.mjs' },
  target: 'es2022',
  format: 'esm',
  bundle: true,
  splitting: true,
  packages: 'external',
  platform: 'node',
  logLevel: 'warning',
  plugins: [
    {
      name: 'built',
      setup: ({ onResolve }) => onResolve({ filter: /^axios-resilience$/ }, () => ({ path: built, external: true })),
    },
  ],
});

const { status } = spawnSync(process.execPath, [join(compiled, 'main.mjs'), ...process.argv.slice(2)], {
  stdio: 'inherit',
  cwd: root,
});
process.exitCode = status ?? 1;
