import type { ResilienceOverride } from './policy/types.js';

/** What a request may say: `config.resilience`. */
export type RequestResilience = ResilienceOverride | false | undefined;

declare module 'axios' {
  // Without type parameters on purpose: axios has added one, and leaving them out merges with either.
  interface AxiosRequestConfig {
    /** What axios-resilience does differently for this request; `false` switches it off. */
    resilience?: RequestResilience;
  }
}
