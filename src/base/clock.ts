/** Milliseconds that never jump, for every duration. */
export const now = (): number => performance.now();

/** Milliseconds since 1970, only for the dates that servers send. */
export const wallClock = (): number => Date.now();
