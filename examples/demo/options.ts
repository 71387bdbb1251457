import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';

export interface Options {
  /** Where the report goes. */
  readonly report: string;
  /** The same troubles in a sixth of the time. */
  readonly short: boolean;
}

/** What the command line asks for; what cannot be had is refused by a throw. */
export function optionsFrom(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: { report: { type: 'string', default: 'demo-report.html' }, short: { type: 'boolean', default: false } },
  });
  return { report: writable(values.report), short: values.short };
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
