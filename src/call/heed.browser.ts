/** In the place of heed.ts where a stream is a web stream, which says nothing until it is read. */
export function heed(): undefined {}

/** Nor does it then. */
export const heedAgain = (): void => {};
