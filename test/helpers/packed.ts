import { execFileSync } from 'node:child_process';
import { root } from './pages.js';

/** What npm prints when it is run in a folder. */
export const npm = (args: readonly string[], cwd: string): string =>
  execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: 'pipe' });

/** The files of the package as npm packs it, from its root: `docs/recipes.md`. */
export function packedFiles(): string[] {
  const [{ files }] = JSON.parse(npm(['pack', '--json', '--dry-run', '--ignore-scripts'], root));
  return (files as { path: string }[]).map(({ path }) => path);
}
