// Builds src three times: dist/esm, file by file, from which bundlers take what is used; dist/node and dist/cjs, for Node
// to load, in a few files, since loading some ninety takes twice as long. The command is a file of its own in dist/cjs.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename } from 'node:path';
import { build, transform } from 'esbuild';

const { exports } = JSON.parse(readFileSync('package.json', 'utf8'));
const entries = Object.values(exports)
  .filter((entry) => typeof entry === 'object')
  .map(({ require: { default: built } }) => `src/${basename(built, '.js')}.ts`);

const tsc = createRequire(import.meta.url)
  .resolve('typescript/package.json')
  .replace('package.json', 'bin/tsc');
const COMMONJS = ['--module', 'commonjs', '--moduleResolution', 'bundler', '--verbatimModuleSyntax', 'false'];

rmSync('dist', { recursive: true, force: true });
// What only Node has, and what only helps to find a mistake, is not in a bundle for browsers.
const forBrowsers = [
  './base/axios.js',
  './base/node-request.js',
  './base/redirected.js',
  './base/system-errors.js',
  './call/form.js',
  './call/watch-body.js',
  './call/misplaced.js',
  './call/watch.js',
  './policy/suggest.js',
];
folder('dist/esm', 'module', {
  browser: Object.fromEntries(forBrowsers.map((file) => [file, file.replace('.js', '.browser.js')])),
});
folder('dist/node', 'module');
folder('dist/cjs', 'commonjs');
compile('dist/esm');
compile('dist/cjs', ...COMMONJS, '--emitDeclarationOnly');

const { outputFiles } = await build({
  entryPoints: entries,
  outdir: 'dist/node',
  bundle: true,
  splitting: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'es2022',
  sourcemap: 'inline',
  sourcesContent: false,
  write: false,
});
for (const { path, text } of outputFiles) {
  for (const [name, format] of [
    ['node', 'esm'],
    ['cjs', 'cjs'],
  ]) {
    const file = `dist/${name}/${basename(path)}`;
    const { code, map } = await transform(text, {
      sourcefile: path,
      sourcemap: 'external',
      sourcesContent: false,
      platform: 'node',
      target: 'es2022',
      format,
    });
    writeFileSync(file, `${code}//# sourceMappingURL=${basename(file)}.map\n`);
    writeFileSync(`${file}.map`, map);
  }
}

// The command shares nothing: its parts are in one file, and in none of those that others load.
await build({
  entryPoints: ['src/cli.ts'],
  outdir: 'dist/cjs',
  bundle: true,
  packages: 'external',
  platform: 'node',
  format: 'cjs',
  target: 'es2022',
  sourcemap: true,
  sourcesContent: false,
});
chmodSync('dist/cjs/cli.js', 0o755);

/** A bundler asks the nearest package.json, which is this one, whether unused modules may go. */
function folder(path, type, more) {
  mkdirSync(path, { recursive: true });
  writeFileSync(`${path}/package.json`, `${JSON.stringify({ type, sideEffects: false, ...more })}\n`);
}

function compile(outDir, ...options) {
  execFileSync(process.execPath, [tsc, '-p', 'test/tools/tsconfig.build.json', '--outDir', outDir, ...options], {
    stdio: 'inherit',
  });
}
