/** The longest delay `setTimeout` keeps; anything above fires at once. */
export const MAX_TIMER_MS = 2 ** 31 - 1;

let latest = 0;
let ahead = 0;

/** Milliseconds that never step back, for every duration: a fake clock that is put in place, or taken away, begins anew. */
export function now(): number {
  // A mock of it that was reset (React Native's, in Jest) gives nothing.
  const read = performance.now() ?? Date.now();
  // Whole, so that what falls due after exactly so long is not missed by a rounding error.
  if (read + ahead < latest) ahead = Math.ceil(latest - read);
  latest = read + ahead;
  return latest;
}

/** Milliseconds since 1970, never for a duration. */
export const wallClock = (): number => Date.now();

/** Calls `act` once after `ms`, within what timers can, unless cancelled by what it returns. Node warns of less than 0. */
export function after(ms: number, act: () => void): () => void {
  const timer = setTimeout(act, Math.max(0, Math.min(ms, MAX_TIMER_MS)));
  return () => clearTimeout(timer);
}

/** Never sooner than a server asked, and up to a tenth later (1 s at most), so that a fleet does not return in step. */
export const spread = (ms: number, random: () => number): number => ms + random() * Math.min(ms / 10, 1_000);
