import { readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { safeText } from '../base/excerpt.js';
import { EXIT } from './conclusion.js';
import { type Output, run } from './run.js';

/** Runs as a process: its streams, its signals, its exit code. */
export async function main(): Promise<void> {
  const { stdout, stderr, env } = process;
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    // EPIPE: the reader has closed its end, as `head` does.
    if (error.code !== 'EPIPE') stderr.write(`axios-resilience: the output cannot be written: ${error.code}\n`);
    process.exit(EXIT.cannotWrite);
  });
  stderr.on('error', () => {});
  process.once('uncaughtException', ({ name }) => {
    // Its message may hold anything.
    stderr.write(`axios-resilience: an error of its own, which should be reported: ${safeText(name)}\n`);
    process.exit(EXIT.internal);
  });
  process.once('SIGINT', () => process.exit(EXIT.interrupted));
  const output: Output = {
    hasColours: showsColours(stdout.isTTY, env),
    write: (text) => stdout.write(text),
    complain: (text) => stderr.write(text),
    version: () => versionAbove(dirname(realpathSync(process.argv[1] ?? '.'))),
  };
  const code = await run(process.argv.slice(2), output);
  // Exits once all is written: a pending DNS look-up would keep the process alive. If it cannot be, the listener above ends it.
  stdout.write('', (error) => error || stderr.write('', () => process.exit(code)));
}

/** https://no-color.org: any value but an empty one. */
export const showsColours = (isTerminal: boolean | undefined, { NO_COLOR, TERM }: NodeJS.ProcessEnv): boolean =>
  isTerminal === true && !NO_COLOR && TERM !== 'dumb';

/** Of the package that the started file belongs to; the folders of its builds have a package.json, too. */
function versionAbove(folder: string): string {
  try {
    const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    if (name === 'axios-resilience') return version;
  } catch {
    // None here.
  }
  const above = dirname(folder);
  if (above === folder) throw new Error('package.json of axios-resilience not found');
  return versionAbove(above);
}
