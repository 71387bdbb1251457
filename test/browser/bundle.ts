import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build, type Metafile } from 'esbuild';
import { npm } from '../helpers/packed.js';
import { root } from '../helpers/pages.js';

/** What a bundler made of a page's script. */
export interface Bundle {
  readonly code: string;
  /** The code after gzip, in bytes. */
  readonly gzipped: number;
  /** The files whose code is in it, by path from the consumer's folder. */
  readonly files: readonly string[];
  /** What it would import from elsewhere when it runs. */
  readonly imports: readonly string[];
}

export interface Consumer {
  /** Bundles a file of this folder, or source text, as a site would have it: minified, an ES module, nothing external. */
  bundle(entry: { file: string } | { source: string }): Promise<Bundle>;
  remove(): void;
}

/** The packed package and axios, installed into an empty folder. */
export function consumer(): Consumer {
  const folder = mkdtempSync(join(tmpdir(), 'axios-resilience-'));
  const [{ filename }] = JSON.parse(npm(['pack', '--json', '--ignore-scripts', '--pack-destination', folder], root));
  writeFileSync(join(folder, 'package.json'), '{ "name": "consumer", "private": true }');
  npm(['install', '--no-audit', '--no-fund', '--prefer-offline', join(folder, filename), 'axios@1'], folder);
  return {
    async bundle(entry) {
      if ('file' in entry) copyFileSync(join(__dirname, entry.file), join(folder, entry.file));
      const { outputFiles, metafile } = await build({
        absWorkingDir: folder,
        ...('file' in entry
          ? { entryPoints: [entry.file] }
          : { stdin: { contents: entry.source, resolveDir: folder, sourcefile: 'source.js' } }),
        bundle: true,
        minify: true,
        platform: 'browser',
        format: 'esm',
        outfile: 'out.js',
        write: false,
        metafile: true,
        logLevel: 'silent',
      });
      const [output] = outputFiles;
      return {
        code: output?.text ?? '',
        gzipped: gzipSync(output?.contents ?? '', { level: 9 }).length,
        files: filesIn(metafile),
        imports: Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path)),
      };
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

const filesIn = ({ outputs }: Metafile): string[] =>
  Object.values(outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([file, { bytesInOutput }]) => (bytesInOutput > 0 ? [file] : [])),
  );
