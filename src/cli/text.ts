import { redactedUrl } from '../base/url.js';
import type { Conclusion } from './conclusion.js';
import { configOf } from './failure.js';
import type { Journey } from './step.js';
import type { Stage, StageOutcome } from './walk.js';

const COLOURS: Readonly<Record<StageOutcome | 'bold', string>> = {
  ok: '32',
  note: '33',
  failed: '31',
  skipped: '2',
  bold: '1',
};

/** For people: a line for each thing seen, then the cause and what to do. */
export function textReport(hasColours: boolean) {
  const paint = (colour: StageOutcome | 'bold', text: string) =>
    hasColours ? `\u001B[${COLOURS[colour]}m${text}\u001B[0m` : text;
  const row = (outcome: StageOutcome, name: string, line: string) =>
    `${paint(outcome, outcome.padEnd(8))} ${name.padEnd(11)} ${line}`.trimEnd();
  return {
    opening: (journey: Journey) => `${paint('bold', `${journey.asked.method} ${redactedUrl(configOf(journey))}`)}\n\n`,
    stage: ({ name, outcome, lines, notes }: Stage) => {
      // A note has rows of its own.
      const first = outcome === 'note' ? 'ok' : outcome;
      const seen = lines.length ? lines : [''];
      const rows = [
        ...seen.map((line, i) => (i ? `${' '.repeat(20)} ${line}` : row(first, name, line))),
        ...notes.map((note) => row('note', '', note)),
      ];
      return `${rows.join('\n')}\n`;
    },
    conclusion: ({ healthy, cause, transient, summary, advice }: Conclusion) => {
      if (healthy) return `\n${paint('ok', 'healthy')}: ${summary}\n`;
      const steps = advice.map((step) => `  - ${step}\n`).join('');
      const passes = transient ? 'It may pass by itself.' : 'It will not pass by itself.';
      return `\n${paint('failed', cause ?? '')}: ${summary} ${passes}\n\nWhat to do next:\n${steps}`;
    },
  };
}
