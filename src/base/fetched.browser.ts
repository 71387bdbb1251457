/** In the place of fetched.ts where fetch says no more than that it failed. */
export function watchFetch(): void {}

/** Never known. */
export const originConnectedTo = (_error: object): string | undefined => undefined;
