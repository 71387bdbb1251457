import type { Diagnosis, FailureCause } from './diagnosis.js';
import type { Evidence } from './evidence.js';

/** What a cause means in one case, and what to do about it. */
export interface Finding extends Pick<Diagnosis, 'transient' | 'summary'> {
  /** What is no text does not apply, and is left out. */
  readonly advice: readonly (string | false | undefined)[];
}

/** What each cause means. `inner` is the diagnosis of what a refusal was caused by. */
export type Findings = Readonly<Record<FailureCause, (evidence: Evidence, inner?: Diagnosis) => Finding>>;
