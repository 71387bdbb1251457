import { seededRandom } from 'axios-resilience/testing';

/** One call that an application wants to make. */
export interface Arrival {
  /** Milliseconds since the start of the run. */
  readonly at: number;
  readonly request: { readonly method: 'GET' | 'POST'; readonly url: string; readonly data?: object };
}

const CALLS_PER_SECOND = 90;
const SHARE_OF_POSTS = 0.15;

/** Calls at random moments, independent of each other; the same ones for the same seed. */
export function workload(lengthMs: number, seed: number): Arrival[] {
  const random = seededRandom(seed);
  const arrivals: Arrival[] = [];
  for (let at = 0; at < lengthMs; at += (-Math.log(1 - random()) * 1_000) / CALLS_PER_SECOND) {
    const id = arrivals.length;
    const order = { method: 'POST', url: '/orders', data: { order: id } } as const;
    const request = random() < SHARE_OF_POSTS ? order : ({ method: 'GET', url: `/items/${id}` } as const);
    arrivals.push({ at, request });
  }
  return arrivals;
}
