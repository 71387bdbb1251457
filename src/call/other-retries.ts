import type { InternalAxiosRequestConfig } from 'axios';
import type { Context } from './context.js';

/** Where a plugin that sends a failed request again through the instance keeps its options and its state. */
interface Plugin {
  readonly name: string;
  readonly key: string;
  /** Its option for how many retries. */
  readonly count: string;
  /** What it writes under its key when it is at work. */
  readonly state: string;
  /** What that of its options alone means, when there is no such state. */
  readonly idle: string;
  readonly off: string;
}

const AXIOS_RETRY: Plugin = {
  name: 'axios-retry',
  key: "config['axios-retry']",
  count: 'retries',
  state: 'retryCount',
  idle: 'does nothing here: axios-retry is not on this instance',
  off: 'take it off',
};

/** Its state comes with the first failure only, so that before there is no telling whether it is attached. */
const RETRY_AXIOS: Plugin = {
  name: 'retry-axios',
  key: 'config.raxConfig',
  count: 'retry',
  state: 'currentRetryAttempt',
  idle: 'does nothing here, or multiplies our retries if retry-axios is attached',
  off: 'take it off with rax.detach()',
};

/** Asked of every request, so the keys are looked for and nothing else. */
export function warnOfOtherRetries(config: InternalAxiosRequestConfig, context: Context): void {
  if ('axios-retry' in config) warnOf(AXIOS_RETRY, config['axios-retry'], context);
  if ('raxConfig' in config) warnOf(RETRY_AXIOS, config.raxConfig, context);
}

function warnOf({ name, key, count, state, idle, off }: Plugin, found: unknown, context: Context): void {
  const options = Object(found) as Record<string, unknown>;
  const instead = `write \`resilience: ${override(options[count])}\` instead`;
  if (typeof options[state] === 'number') {
    context.warnOnce(
      `${name} at work`,
      `${name} is on this instance too (its state is in \`${key}\`): its retries multiply with ours; ${off}, and for options of a request, ${instead}`,
    );
  } else if (found !== undefined) {
    context.warnOnce(`${name} options`, `\`${key}\` ${idle}; ${instead}`);
  }
}

function override(retries: unknown): string {
  if (retries === 0) return '{ retry: false }';
  return `{ retry: { maxRetries: ${Number.isSafeInteger(retries) ? retries : 'n'} } }`;
}
