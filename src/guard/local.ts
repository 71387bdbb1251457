import { codeOf, type Outcome } from '../base/outcome.js';

/** True in a page that has no network, undefined where there is no page. */
const isOffline = (): boolean | undefined => {
  const onLine: unknown = globalThis.navigator?.onLine;
  return typeof onLine === 'boolean' ? !onLine : undefined;
};

/** Our own trouble, not the host's: no file descriptor is left, or the page is offline. */
export const isLocal = (outcome: Outcome): boolean =>
  codeOf(outcome) === 'EMFILE' || codeOf(outcome) === 'ENFILE' || isOffline() === true;

/** It may never have left: a page is not told whether a request was lost, or kept back by CORS, its policy or an ad blocker. */
export const isOpaque = ({ failure, response }: Outcome): boolean =>
  failure === 'read' && !response && isOffline() !== undefined;
