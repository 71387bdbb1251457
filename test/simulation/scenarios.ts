import type { Scenario } from './scenario.js';

/** A tenth of the capacity is left for ten seconds; or some requests fail, whatever the load. */
export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'slow',
    what: 'a brown-out to a tenth; requests queue for up to two healthy seconds, calls time out after one',
    trouble: { overload: 'slow' },
    brownOut: 0.1,
  },
  {
    name: 'shed',
    what: 'a brown-out to a tenth; what is too much is answered 503 at once',
    trouble: { overload: 'shed' },
    brownOut: 0.1,
  },
  {
    name: 'shed, Retry-After',
    what: 'the same; each 503 says "Retry-After: 1"',
    trouble: { overload: 'shed', retryAfter: 1 },
    brownOut: 0.1,
  },
  {
    name: 'flaky',
    what: 'no brown-out; one request in twenty is answered 503',
    trouble: { overload: 'shed', flaky: 0.05 },
    brownOut: 1,
  },
];
