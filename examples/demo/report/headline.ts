import type { Figures } from '../figures.js';
import { share } from '../table.js';
import { CAPACITY } from '../workers.js';

/** What the server had to bear, in one sentence. */
export function headline(all: readonly Figures[]): string {
  const peaks = falling(all, ({ load }) => load.peak).map(({ name, load }) => `${load.peak} from ${name}`);
  return `In its busiest second, a server that can answer ${CAPACITY} requests got ${inARow(peaks)}.`;
}

/** What the callers got, in one more. */
export function outcome(all: readonly Figures[]): string {
  const shares = falling(all, ({ succeeded }) => succeeded).map((figures) => `${share(figures)} with ${figures.name}`);
  const twice = falling(all, ({ duplicatedPosts }) => duplicatedPosts).map(
    ({ name, duplicatedPosts }) => `${duplicatedPosts} with ${name}`,
  );
  return `Calls that succeeded: ${inARow(shares)}. POSTs whose work was done twice: ${inARow(twice)}.`;
}

const falling = (all: readonly Figures[], by: (figures: Figures) => number): Figures[] =>
  [...all].sort((a, b) => by(b) - by(a));

const inARow = (parts: readonly string[]): string => new Intl.ListFormat('en').format(parts);
