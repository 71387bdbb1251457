import type { Conclusion } from './conclusion.js';
import type { Secrets } from './secrets.js';
import type { Stage } from './walk.js';

/** Under these names stand words of the document's own, and nothing from elsewhere: a secret may be just such a word. */
const OWN_WORDS = new Set(['name', 'outcome', 'cause', 'method', 'code']);

/** For programs: one document. Fields are only ever added as long as `format` stays the same. */
export function jsonReport(conclusion: Conclusion, stages: readonly Stage[], secrets: Secrets): string {
  const steps = stages.map(({ name, outcome, durationMs, lines, notes, facts }) => ({
    name,
    outcome,
    durationMs: Math.round(durationMs * 10) / 10,
    lines,
    notes,
    facts,
  }));
  const concealed = (key: string, value: unknown) =>
    typeof value === 'string' && !OWN_WORDS.has(key) ? secrets.conceal(value) : value;
  return `${JSON.stringify({ format: 1, ...conclusion, steps }, concealed, 2)}\n`;
}
