import type { Outcome } from '../base/outcome.js';

/** In the place of local.ts in a page. That knows whether it is offline, … */
export const isLocal = (_outcome: Outcome): boolean => globalThis.navigator?.onLine === false;

/** … but not whether a request was lost, or kept back by CORS, a Content-Security-Policy or an ad blocker. */
export const isOpaque = ({ failure, response }: Outcome): boolean =>
  failure === 'read' && !response && typeof globalThis.navigator?.onLine === 'boolean';
