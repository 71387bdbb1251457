import fc from 'fast-check';

// The same cases each time; a failure prints its seed and path. FAST_CHECK_RUNS=10000 looks at more of them.
fc.configureGlobal({ seed: 1_107, numRuns: Number(process.env.FAST_CHECK_RUNS ?? 300) });

export { fc };

/** Any number that the clock, a header or `Math.random` may give. */
export const draws = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

/** Freezes an object and all that it holds. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.values(value).forEach(deepFreeze);
  return Object.freeze(value);
}
