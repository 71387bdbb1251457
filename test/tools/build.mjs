// Compiles src twice, to dist/esm and dist/cjs, each with its own types.
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const tsc = createRequire(import.meta.url)
  .resolve('typescript/package.json')
  .replace('package.json', 'bin/tsc');
const formats = {
  esm: { type: 'module', options: [] },
  cjs: {
    type: 'commonjs',
    options: ['--module', 'commonjs', '--moduleResolution', 'bundler', '--verbatimModuleSyntax', 'false'],
  },
};

rmSync('dist', { recursive: true, force: true });
for (const [format, { type, options }] of Object.entries(formats)) {
  const outDir = `dist/${format}`;
  mkdirSync(outDir, { recursive: true });
  // A bundler asks the nearest package.json, which is this one, whether unused modules may go.
  writeFileSync(`${outDir}/package.json`, `${JSON.stringify({ type, sideEffects: false })}\n`);
  execFileSync(process.execPath, [tsc, '-p', 'test/tools/tsconfig.build.json', '--outDir', outDir, ...options], {
    stdio: 'inherit',
  });
}
