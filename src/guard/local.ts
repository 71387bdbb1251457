import { codeOf, type Outcome } from '../base/outcome.js';

/** Whether a page has no network; undefined where there is no page. */
function isOffline(): boolean | undefined {
  const onLine: unknown = globalThis.navigator?.onLine;
  return typeof onLine === 'boolean' ? !onLine : undefined;
}

/** Our own trouble, not the host's: no file descriptor is left, or the page is offline. */
export const isLocal = (outcome: Outcome): boolean =>
  codeOf(outcome) === 'EMFILE' || codeOf(outcome) === 'ENFILE' || isOffline() === true;

/** It may never have left: a page is not told whether a request was lost, or kept back by CORS, its policy or an ad blocker. */
export const isOpaque = (outcome: Outcome): boolean =>
  outcome.failure === 'read' &&
  !outcome.response &&
  isOffline() !== undefined &&
  (codeOf(outcome) ?? 'ERR_NETWORK') === 'ERR_NETWORK';
