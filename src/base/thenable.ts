export const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof (value as { then?: unknown } | null | undefined)?.then === 'function';

/** The value, for which nobody waits: if it is a promise after all, its rejection does not go unhandled. */
export function unawaited<T>(value: T, onRejected: (reason: unknown) => void = () => {}): T {
  if (isThenable(value)) value.then(undefined, onRejected);
  return value;
}
