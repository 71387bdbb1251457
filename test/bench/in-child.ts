import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Effort, Series } from './figure.js';

const CHILD = fileURLToPath(new URL('./child.mjs', import.meta.url));

/** Measures a figure, or a part of it, in a process of its own, with `gc()`. */
export function inChild(name: string, effort: Effort): Promise<readonly Series[]> {
  return new Promise((resolve, reject) => {
    const child = fork(CHILD, [name, JSON.stringify(effort)], { execArgv: ['--expose-gc'] });
    child.once('message', resolve);
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${name} ended with exit code ${code} and without figures`)));
  });
}
