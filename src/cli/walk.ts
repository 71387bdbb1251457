import { now } from '../base/clock.js';
import { diagnose } from '../diagnose/diagnose.js';
import type { Diagnosis } from '../diagnose/diagnosis.js';
import { answer } from './answer.js';
import { connect } from './connect.js';
import { keepAlive } from './keep-alive.js';
import { limits } from './limits.js';
import { names } from './names.js';
import { proxy } from './proxy.js';
import type { Journey, Seen, Step } from './step.js';
import { tls } from './tls.js';
import { tunnel } from './tunnel.js';
import { url } from './url.js';

export const STEPS: readonly Step[] = [url, proxy, names, connect, tunnel, tls, answer, keepAlive, limits];

export type StageOutcome = 'ok' | 'note' | 'failed' | 'skipped';

/** What came of one step. */
export interface Stage extends Required<Pick<Seen, 'lines' | 'facts'>> {
  readonly name: string;
  readonly notes: readonly string[];
  readonly outcome: StageOutcome;
  readonly durationMs: number;
  readonly diagnosis: Diagnosis | undefined;
}

/** Runs the steps in order, and yields each as it ends. */
export async function* walk(journey: Journey, steps: readonly Step[]): AsyncGenerator<Stage> {
  let hasFailed = false;
  try {
    for (const step of steps) {
      if (!step.ofAnswer && step.applies?.(journey) === false) continue;
      const startedAt = now();
      const seen: Seen | undefined = await look(step, journey, hasFailed);
      hasFailed ||= seen?.error !== undefined;
      yield stage(step, seen, now() - startedAt);
    }
  } finally {
    journey.connection?.destroy();
  }
}

/** After a step has failed, only an answer is still looked at. */
function look(step: Step, journey: Journey, hasFailed: boolean): Seen | Promise<Seen> | undefined {
  if (step.ofAnswer) return journey.answer && step.look(journey.answer, journey);
  return hasFailed ? undefined : step.look(journey);
}

function stage({ name }: Step, seen: Seen | undefined, durationMs: number): Stage {
  const { lines = [], facts = {}, error } = seen ?? {};
  const notes = (seen?.notes ?? []).filter((note) => typeof note === 'string');
  return {
    name,
    outcome: seen ? outcomeOf(error, notes) : 'skipped',
    durationMs,
    lines,
    notes,
    facts,
    diagnosis: error === undefined ? undefined : diagnose(error),
  };
}

function outcomeOf(error: unknown, notes: readonly string[]): StageOutcome {
  if (error !== undefined) return 'failed';
  return notes.length > 0 ? 'note' : 'ok';
}
