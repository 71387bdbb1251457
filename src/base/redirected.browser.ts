/** Replaces redirected.ts in browsers, whose fetch says no more than that it failed: unknown, as is whether a connection was made. */
export const failedElsewhere = (): boolean => false;
