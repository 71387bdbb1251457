import { redactedUrl } from '../base/url.js';
import type { FailureCause } from '../diagnose/diagnosis.js';
import { configOf } from './failure.js';
import type { Journey } from './step.js';
import type { Stage } from './walk.js';

/** How the process ends; from 64 on as sysexits(3) and shells have it. */
export const EXIT = {
  healthy: 0,
  badAnswer: 1,
  noAnswer: 2,
  usage: 64,
  internal: 70,
  cannotWrite: 74,
  interrupted: 130,
} as const;

export interface Conclusion {
  readonly url: string;
  readonly method: string;
  readonly healthy: boolean;
  readonly exitCode: number;
  readonly cause: FailureCause | null;
  readonly transient: boolean | null;
  readonly summary: string;
  readonly advice: readonly string[];
  readonly notes: readonly string[];
}

/** What all steps together come to: the first that failed says why. */
export function conclude(journey: Journey, stages: readonly Stage[]): Conclusion {
  const { method } = journey.asked;
  const url = redactedUrl(configOf(journey));
  const notes = stages.flatMap((stage) => stage.notes);
  const diagnosis = stages.find((stage) => stage.diagnosis)?.diagnosis;
  if (diagnosis) return { url, method, healthy: false, exitCode: exitCode(journey), ...diagnosis, notes };
  return {
    url,
    method,
    healthy: true,
    exitCode: EXIT.healthy,
    cause: null,
    transient: null,
    summary: `${method} ${url} is answered: ${statusOf(journey)}.`,
    advice: [],
    notes,
  };
}

function statusOf({ answer }: Journey): string {
  const { status = 0, headers = {} } = answer?.response ?? {};
  return `${status}${status >= 300 && headers.location ? ', a redirect that was not followed' : ''}`;
}

/** A proxy that wants a password answers in the place of the server, which was not reached. */
function exitCode({ answer }: Journey): number {
  return answer && answer.response.status !== 407 ? EXIT.badAnswer : EXIT.noAnswer;
}
