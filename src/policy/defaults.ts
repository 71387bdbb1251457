import { IDEMPOTENT_METHODS, TRANSIENT_STATUSES } from '../base/http.js';

/** Every default. Times are milliseconds. */
export const DEFAULTS = Object.freeze({
  /** Without one, a server that does not answer hangs its caller. .NET's standard handler and most gateways wait as long. */
  deadline: 30_000,
  attemptTimeout: 10_000,
  /** As long as a lost SYN and its repetition take (RFC 6298: 1 s, then 2 s). */
  connectTimeout: 3_000,
  retry: Object.freeze({
    maxRetries: 3,
    limits: Object.freeze({
      connect: Infinity,
      read: Infinity,
      status: Infinity,
    }),
    methods: IDEMPOTENT_METHODS,
    statuses: TRANSIENT_STATUSES,
    /** As the AWS SDKs: full jitter from 100 ms to 20 s. */
    backoff: Object.freeze({ baseDelay: 100, maxDelay: 20_000, jitter: 'full' as const }),
    respectRetryAfter: true,
    maxRetryAfter: 60_000,
    /** `ratio` as Finagle and Linkerd; `reserve` is what one call may need, and small because each process of a fleet has it. */
    budget: Object.freeze({ ratio: 0.2, reserve: 3 }),
    idempotencyKey: false,
  }),
  hedge: false as const,
  coolDown: true,
  breaker: Object.freeze({
    failureRatio: 0.5,
    minimumCalls: 10,
    window: 30_000,
    consecutive: 5,
    /** Twenty concurrent failures within 5 ms are one event, not an outage: retries get over it, if the circuit lets them. */
    minimumDuration: 1_000,
    openFor: 1_000,
    /** Not above `openFor`: periods that double keep a fleet away for 9 to 12 s after the server is back. */
    maxOpenFor: 1_000,
    successThreshold: 1,
    countRateLimit: false,
    slowCallDuration: false as const,
  }),
  bulkhead: Object.freeze({ limit: 256, queue: 10_000, countStreams: false }),
  scope: 'origin' as const,
  logger: false as const,
});
