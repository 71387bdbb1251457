/** In the place of redirected.ts where fetch says no more than that it failed. */
export function watchFetch(): void {}

/** Never known, nor that a connection could not be made. */
export const wasRedirected = (): boolean => false;
