import { type Options, optionsFrom } from './options.js';

/** Read first of all, so that a mistake is told before the demo and not after it. */
export const OPTIONS = read();

function read(): Options {
  try {
    return optionsFrom(process.argv.slice(2));
  } catch (error) {
    console.error(`${(error as Error).message}\nnpm run demo -- [--report FILE] [--short]`);
    process.exit(2);
  }
}
