import type { InternalAxiosRequestConfig } from 'axios';
import type { Context } from './context.js';

/** Options that are most often written beside `resilience` instead of under it. Asked of every request, so no more than two. */
export function warnOfMisplaced(config: InternalAxiosRequestConfig, context: Context): void {
  if ('retry' in config) warn('retry', context);
  if ('deadline' in config) warn('deadline', context);
}

function warn(name: string, context: Context): void {
  context.warnOnce(
    `${name} misplaced`,
    `\`config.${name}\` is not read by axios-resilience; if it was meant for it, write \`resilience: { ${name}: … }\``,
  );
}
