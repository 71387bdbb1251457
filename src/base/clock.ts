/** Milliseconds that never jump, for every duration. */
export const now = (): number => performance.now();

/** Milliseconds since 1970, only for the dates that servers send. */
export const wallClock = (): number => Date.now();

/** Calls `act` once after `ms`, unless cancelled by what it returns. */
export function after(ms: number, act: () => void): () => void {
  const timer = setTimeout(act, ms);
  return () => clearTimeout(timer);
}
