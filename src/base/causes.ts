import { isObject } from './object.js';

/** The error and what caused it, outermost first, the parts of an AggregateError included. */
export function causesOf(error: unknown): NonNullable<unknown>[] {
  const longest = 16;
  const chain: NonNullable<unknown>[] = [];
  const visit = (link: unknown): void => {
    if (!isObject(link) || chain.length === longest || chain.includes(link)) return;
    chain.push(link);
    const { cause, errors } = link as { cause?: unknown; errors?: unknown };
    if (Array.isArray(errors)) errors.slice(0, longest).forEach(visit);
    visit(cause);
  };
  visit(error);
  return chain;
}

/** The innermost cause that has a message, which says why; the error itself if none has. */
export function innermost(error: unknown): unknown {
  return causesOf(error).findLast((link) => link instanceof Error && link.message) ?? error;
}
