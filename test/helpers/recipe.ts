import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { transformSync } from 'esbuild';
import { page, root } from './pages.js';

/** The blocks of docs/recipes.md that are no programs by themselves. */
export const parts = page('docs/recipes.md').blocks.filter(({ how }) => how === '');

interface Frame {
  /** What the block takes as given. */
  readonly given?: string;
  /** What is done with it; `show(value)` prints, `kit` is the package. */
  readonly after?: string;
  /** What stands in the block, and what is put in its place. */
  readonly where?: Readonly<Record<string, string>>;
  readonly env?: NodeJS.ProcessEnv;
}

const HEAD = `
  import * as kit from 'axios-resilience';
  const show = (value: unknown) => console.log(JSON.stringify(value));
`;

/** Runs a block in a process of its own, which has to end by itself; resolves with what it has shown. */
export async function recipe(
  name: string,
  { given = '', after = '', where = {}, env = {} }: Frame,
): Promise<unknown[]> {
  const block = parts.find((part) => part.name === `recipes.md: ${name}`);
  if (!block) throw new Error(`no block is called ${name}`);
  let { code } = block;
  for (const [text, other] of Object.entries(where)) {
    if (!code.includes(text)) throw new Error(`${name} has no ${text}`);
    code = code.replaceAll(text, other);
  }
  const folder = mkdtempSync(join(root, 'examples/.recipe-'));
  try {
    const file = join(folder, 'main.mjs');
    writeFileSync(file, transformSync([HEAD, given, code, after].join('\n'), { loader: 'ts' }).code);
    const clean = Object.entries(process.env).filter(([variable]) => !/_proxy$|^NODE_/i.test(variable));
    const options = { cwd: root, timeout: 20_000, env: { ...Object.fromEntries(clean), ...env } };
    const { stdout } = await promisify(execFile)(process.execPath, [file], options);
    return stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
