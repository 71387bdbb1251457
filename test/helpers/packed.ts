import { execFileSync } from 'node:child_process';
import { root } from './pages.js';

/** The files of the package as npm packs it, from its root: `docs/recipes.md`. */
export function packedFiles(): string[] {
  const args = ['pack', '--json', '--dry-run', '--ignore-scripts'];
  const [{ files }] = JSON.parse(execFileSync('npm', args, { cwd: root, encoding: 'utf8', stdio: 'pipe' }));
  return (files as { path: string }[]).map(({ path }) => path);
}
