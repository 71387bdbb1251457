import { configureGlobal } from 'fast-check';

// Thousands of runs: that a property fails is enough, and no smaller example of it is looked for.
configureGlobal({ endOnFailure: true, numRuns: 20 });
