const TICK_MS = 5;
const LONGEST_TICK_MS = 10;

/** Time as the event loop has it. */
export interface EventLoop {
  /** A number that grows with each turn. */
  turn(): number;
  /** Milliseconds in which timers could fire: while a busy machine holds the loop up, they do not count. */
  ms(): number;
  stop(): void;
}

export function followEventLoop(): EventLoop {
  let turn = 0;
  let next: NodeJS.Immediate | undefined;
  let ms = 0;
  let seenAt = performance.now();
  const tick = (): void => {
    const now = performance.now();
    ms += Math.min(now - seenAt, LONGEST_TICK_MS);
    seenAt = now;
  };
  const timer = setInterval(tick, TICK_MS);
  return {
    turn: () => {
      // Turns in which nobody looks need not be counted.
      next ??= setImmediate(() => {
        turn++;
        next = undefined;
      });
      return turn;
    },
    ms: () => ms,
    stop: () => {
      clearInterval(timer);
      clearImmediate(next);
    },
  };
}
