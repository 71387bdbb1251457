/** What a server had to bear: requests in any one second, wherever that second begins. */
export interface Load {
  /** The busiest second that ends in each slice. */
  readonly slices: readonly number[];
  /** The busiest of all, and when it ended. */
  readonly peak: number;
  readonly peakAt: number;
}

export const LOAD_SLICE_MS = 250;

/** Of the moments of all requests, in order. */
export function loadOf(requestsAt: readonly number[], lengthMs: number): Load {
  const slices = Array.from({ length: Math.ceil(lengthMs / LOAD_SLICE_MS) }, (_, slice) =>
    within(requestsAt, slice * LOAD_SLICE_MS),
  );
  let peak = 0;
  let peakAt = 0;
  let oldest = 0;
  requestsAt.forEach((at, i) => {
    while ((requestsAt[oldest] ?? at) <= at - 1_000) oldest++;
    const requests = i - oldest + 1;
    const slice = Math.floor(at / LOAD_SLICE_MS);
    if (slice < slices.length) slices[slice] = Math.max(slices[slice] ?? 0, requests);
    if (requests > peak) [peak, peakAt] = [requests, at];
  });
  return { slices, peak, peakAt };
}

/** How many came in the second before. */
const within = (requestsAt: readonly number[], end: number): number =>
  requestsAt.filter((at) => at > end - 1_000 && at < end).length;
