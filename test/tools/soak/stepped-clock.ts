import type { Random } from './random.js';

const DAY_MS = 86_400_000;

/** The wall clock goes back and forth by up to a day. */
export function stepClock(random: Random): { steps(): number; stop(): void } {
  const { now } = Date;
  let offset = 0;
  let steps = 0;
  Date.now = () => now() + offset;
  const timer = setInterval(() => {
    offset = Math.round(random.between(-DAY_MS, DAY_MS));
    steps++;
  }, 300);
  const stop = (): void => {
    clearInterval(timer);
    Date.now = now;
  };
  return { steps: () => steps, stop };
}
