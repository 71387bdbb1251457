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

/** The same, but for the time in which the event loop stood still, as on a busy machine: of each such, 5 ms count. */
export async function elapsedAwake(promise: Promise<unknown>): Promise<number> {
  let [ms, at] = [0, performance.now()];
  const tick = () => {
    const now = performance.now();
    ms += Math.min(now - at, 5);
    at = now;
  };
  const ticking = setInterval(tick, 1);
  await promise.catch(() => {});
  clearInterval(ticking);
  tick();
  return ms;
}

interface Around {
  /** How much shorter and longer the two timers are. */
  readonly slack?: number;
  /** Resolves when what takes its time has begun. */
  readonly begun?: Promise<unknown>;
  /** In the place of the longer timer. */
  readonly longer?: () => Promise<unknown>;
}

/**
 * What a promise rejects with after `ms`, told without a stopwatch: later than a shorter timer that is set before it is
 * made, and sooner than a longer one that is set once it has begun. A busy machine is late with all three, but in this order.
 */
export async function rejectionAfter(
  ms: number,
  make: () => Promise<unknown>,
  { slack = 25, begun = nextTurn(), longer = () => sleep(ms + slack) }: Around = {},
): ReturnType<typeof rejection> {
  const order: string[] = [];
  const note = (what: string) => () => void order.push(what);
  const shorter = sleep(ms - slack).then(note('shorter'));
  const error = rejection(make()).finally(note('it'));
  await begun;
  await Promise.all([shorter, error, longer().then(note('longer'))]);
  if (order.join() !== 'shorter,it,longer') throw new Error(`expected it after ${ms} ms, but in order ended: ${order}`);
  return error;
}

/** Whether a promise settles before this turn of the event loop ends, for which no timer and no socket is waited. */
export async function settlesAtOnce(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  const note = () => {
    settled = true;
  };
  promise.then(note, note);
  await nextTurn();
  return settled;
}

/** The next turn of the event loop: by then, rejections that nobody handles have been noticed. */
export const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until something holds; fails the test if it does not within ten seconds. */
export async function eventually(holds: () => boolean): Promise<void> {
  for (const until = performance.now() + 10_000; !holds(); await sleep(1)) {
    if (performance.now() > until) throw new Error('expected this to hold by now');
  }
}
