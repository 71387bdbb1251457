import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { OURS } from './contenders.js';
import type { Figure } from './figure.js';

const AXIOS = `export { default as axios } from 'axios';`;

/** What a site would write, by row. */
const PARTS: Readonly<Record<string, string>> = {
  'axios-retry': `export { default as retry } from 'axios-retry';`,
  'retry-axios': `export * as rax from 'retry-axios';`,
  'axios-retry + cockatiel': `export { default as retry } from 'axios-retry'; export * from 'cockatiel';`,
  [OURS]: `export * from 'axios-resilience';`,
  'of that, attachResilience alone': `export { attachResilience } from 'axios-resilience';`,
  'of that, diagnose alone': `export { diagnose } from 'axios-resilience';`,
};

const OWN = 'of that, without axios-retry and cockatiel';

export const bundleSize: Figure = {
  name: 'bundle-size',
  title: 'What a bundle with axios grows by, minified, gzip',
  async measure() {
    const floor = await gzipped(AXIOS);
    const rows = Object.entries(PARTS).map(
      async ([row, source]) => [row, (await gzipped(AXIOS + source)) - floor] as const,
    );
    const own = (await gzipped(`${AXIOS}${PARTS[OURS]}`, ['axios-retry', 'cockatiel'])) - floor;
    return [...(await Promise.all(rows)), [OWN, own] as const].map(([row, bytes]) => ({
      row,
      unit: 'kB over axios',
      values: [bytes / 1_000],
    }));
  },
};

async function gzipped(source: string, external: string[] = []): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: process.cwd(), sourcefile: 'site.js' },
    bundle: true,
    minify: true,
    platform: 'browser',
    format: 'esm',
    external,
    write: false,
    logLevel: 'error',
  });
  return gzipSync(outputFiles[0]?.contents ?? '', { level: 9 }).length;
}
