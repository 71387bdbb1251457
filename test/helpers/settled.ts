/** What a promise rejected with; fails the test if it did not. */
export async function rejection(promise: Promise<unknown>): Promise<Error & { code?: string; cause?: unknown }> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error('expected a rejection, but the promise was fulfilled');
}

/** Milliseconds until a promise settles, either way. */
export async function elapsed(promise: Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await promise.catch(() => {});
  return performance.now() - startedAt;
}

/** Milliseconds between the end of a promise and that of a timer begun with it, which a busy machine is as late with. */
export async function offBy(ms: number, promise: Promise<unknown>): Promise<number> {
  const timer = elapsed(sleep(ms));
  return Math.abs((await elapsed(promise)) - (await timer));
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until something holds; fails the test if it does not within two seconds. */
export async function eventually(holds: () => boolean): Promise<void> {
  for (const until = performance.now() + 2_000; !holds(); await sleep(1)) {
    if (performance.now() > until) throw new Error('expected this to hold by now');
  }
}
