/** In the place of watch-body.ts where a stream is a web stream, which says nothing until it is read. */
export function watchBody(): undefined {}

/** Nor does it then. */
export const watchBodyForRetry = (): void => {};
