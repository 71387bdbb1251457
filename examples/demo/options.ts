import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';

export interface Options {
  /** Where the report goes. */
  readonly report: string;
  /** The same troubles in a fifth of the time. */
  readonly short: boolean;
}

const USAGE = 'npm run demo -- [--report FILE] [--short]';

/** What the command line asks for. */
export const OPTIONS = read();

/** What cannot be had is refused at once, not after the demo. */
function read(): Options {
  try {
    const { values } = parseArgs({
      options: { report: { type: 'string', default: 'demo-report.html' }, short: { type: 'boolean', default: false } },
    });
    return { report: writable(values.report), short: values.short };
  } catch (error) {
    console.error(`${(error as Error).message}\n${USAGE}`);
    process.exit(2);
  }
}

function writable(name: string): string {
  const file = resolve(name);
  const folder = dirname(file);
  if (name === '') throw new Error('--report needs the name of a file');
  if (!existsSync(folder)) throw new Error(`--report: there is no folder ${folder}`);
  if (!statSync(folder).isDirectory()) throw new Error(`--report: ${folder} is not a folder`);
  if (existsSync(file) && !statSync(file).isFile()) throw new Error(`--report: ${file} is not a file`);
  accessSync(existsSync(file) ? file : folder, constants.W_OK);
  return file;
}
