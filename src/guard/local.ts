import { codeOf, type Outcome } from '../base/outcome.js';

/** Out of file descriptors: our own trouble, not the host's. */
export const isLocal = (outcome: Outcome): boolean => codeOf(outcome) === 'EMFILE' || codeOf(outcome) === 'ENFILE';

/** It may never have left, for all that is known: only of a page is so little told. */
export const isOpaque = (_outcome: Outcome): boolean => false;
