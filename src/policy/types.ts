import type { AxiosResponse, InternalAxiosRequestConfig } from 'axios';
import type { Decision } from '../base/decision.js';
import type { Attachments, ResilienceHooks, ResilienceLogger } from '../base/events.js';
import type { AttemptRecord } from '../base/report.js';

type Known = 'GET' | 'HEAD' | 'OPTIONS' | 'TRACE' | 'PUT' | 'DELETE' | 'QUERY' | 'POST' | 'PATCH';

/** In any letter case; other verbs are fine too. */
export type HttpMethod = Known | Lowercase<Known> | (string & {});

/** What an instance does for each of its calls. `undefined` inherits, `false` switches off, a value replaces. */
export interface ResiliencePolicy {
  /** Milliseconds for the whole call: queueing, attempts, waits and hooks. @default 30_000 */
  deadline?: number | false | undefined;
  /** Milliseconds for one attempt, to the end of its body; axios's own `timeout`, where set, wins. @default 10_000 */
  attemptTimeout?: number | false | undefined;
  /**
   * Milliseconds until TCP, and TLS where used, stand: for axios's http adapter in Node, whatever the agent, each redirect
   * by itself; waiting for a free socket does not count. @default 3_000
   */
  connectTimeout?: number | false | undefined;
  /** A number is short for `{ maxRetries }`. @default { maxRetries: 3 } */
  retry?: number | RetryPolicy | false | undefined;
  /**
   * A server that answers 429 or 503 and says when to come back (Retry-After) is left alone until then by all calls of the
   * scope, not only by the one that heard it. @default true
   */
  coolDown?: boolean | undefined;
  /**
   * Send a safe request (GET, HEAD, OPTIONS, TRACE, QUERY) a second time when it has not been answered after so long; the
   * first good answer counts, and the other attempt is aborted. A number is short for `{ delay }`. @default false
   */
  hedge?: number | HedgePolicy | false | undefined;
  /** Refuses calls while the server is down. @default 5 failures in a row, or half of at least 10 attempts in 30 s; either way over at least 1 s */
  breaker?: BreakerPolicy | false | undefined;
  /** How many attempts are in flight at once; a number is short for `{ limit }`. @default { limit: 256, queue: 10_000 } */
  bulkhead?: number | BulkheadPolicy | false | undefined;
  /** Which calls share a breaker, a bulkhead, a retry budget and a cool-down. @default 'origin' */
  scope?: Scope | undefined;
  /**
   * What is different for URLs that begin so: `https://api.example.com/reports`, or `/reports` on any host. The longest
   * prefix counts, and only that one; a request's own override comes on top.
   */
  rules?: Readonly<Record<string, ResilienceOverride>> | undefined;
  /**
   * The last resort of a call that was refused, or whose retries ended; not of one that no retry would cure (a 404, a bad
   * certificate), nor of one that was cancelled. What it returns, a response or the data for one, is what the caller gets.
   * Returning `undefined` leaves the error as it is; throwing replaces it.
   */
  fallback?: Fallback | false | undefined;
  /** Listeners from the start; `subscribe()` adds others later. @default none */
  hooks?: ResilienceHooks | undefined;
  /** Gets a structured record of each event: pino, winston, `console` or their like. @default false */
  logger?: ResilienceLogger | false | undefined;
}

/** `'origin'` is scheme, host and port; a function names the scope of each request. */
export type Scope = 'origin' | 'instance' | ((config: InternalAxiosRequestConfig) => string);

/** What to give instead of a failure: a response, or the data for one; `undefined` leaves the error. May be async. */
export type Fallback = (error: unknown, config: InternalAxiosRequestConfig) => unknown;

/** What is sent again, how often and when. */
export interface RetryPolicy {
  /** Retries after the first attempt: `3` sends at most four requests. @default 3 */
  maxRetries?: number | undefined;
  /** Of those, at most so many for one kind of failure; the lowest limit wins. @default no limit of their own */
  limits?: RetryLimits | undefined;
  /** Methods that may be sent again; a record gives each its own rules. @default the idempotent methods of RFC 9110 */
  methods?: readonly HttpMethod[] | Readonly<Partial<Record<HttpMethod, boolean | MethodRule | undefined>>> | undefined;
  /** Statuses that may pass by themselves. @default [408, 413 (with Retry-After only), 425, 429, 500, 502, 503, 504] */
  statuses?: readonly number[] | undefined;
  /**
   * How long to wait when the server does not say. A function gives milliseconds: NaN or none stands for the default,
   * `Infinity` for 20 s, and what it throws the call rejects with.
   * @default { baseDelay: 100, maxDelay: 20_000, jitter: 'full' }
   */
  backoff?: Backoff | ((failed: FailedAttempt) => number) | undefined;
  /** Wait as long as the server asks (RFC 9110 §10.2.3). @default true */
  respectRetryAfter?: boolean | undefined;
  /** The longest Retry-After worth waiting for, in milliseconds; a longer one ends the call. @default 60_000 */
  maxRetryAfter?: number | undefined;
  /** How many retries all calls of a scope may send together. @default { ratio: 0.2, reserve: 3, or maxRetries if that is more } */
  budget?: RetryBudgetPolicy | false | undefined;
  /**
   * Sends one Idempotency-Key for all attempts of a POST, PATCH or other method that is not idempotent, and so makes it
   * retryable. A key the caller set is kept. `true` draws a random UUID; a function that returns `undefined` sends none; what
   * it throws, or returns that is no key, the call rejects with. @default false
   */
  idempotencyKey?: boolean | ((config: InternalAxiosRequestConfig) => string | undefined) | undefined;
  /**
   * True for an answer that axios takes as good but that means "try again". `data` is parsed if it is JSON. If it throws,
   * the call rejects with that error.
   */
  retryResponse?: ((response: AxiosResponse) => boolean) | undefined;
  /**
   * The last word on whether a failure is worth a retry, knowing what the rules proposed; `undefined` agrees. It cannot
   * override limits, the method list, the deadline or a cancellation. If it throws, the call rejects with that error.
   */
  shouldRetry?:
    | ((failed: FailedAttempt, proposed: Decision) => boolean | undefined | Promise<boolean | undefined>)
    | undefined;
  /**
   * Awaited before each retry is sent: may change `url`, `method`, `headers` and `data` of this and later attempts. `false` ends
   * the call with its last error; if it throws, the call rejects with that error.
   */
  beforeRetry?:
    | ((
        config: InternalAxiosRequestConfig,
        failed: FailedAttempt,
        // biome-ignore lint/suspicious/noConfusingVoidType: a hook that returns nothing is the usual one
      ) => void | false | undefined | Promise<void | false | undefined>)
    | undefined;
}

/** Limits by kind of failure, beside `maxRetries`. */
export interface RetryLimits {
  /** DNS failures and connections that never stood. @default Infinity */
  connect?: number | undefined;
  /** Lost connections and timeouts: the server may have acted. @default Infinity */
  read?: number | undefined;
  /** Answers with a status from the list. @default Infinity */
  status?: number | undefined;
}

/** Retries beyond it wait for their turn, and are refused when that leads nowhere. */
export interface RetryBudgetPolicy {
  /** Of a retry, which each answered attempt pays for: the share of the traffic that retries in vain may be. @default 0.2 */
  ratio?: number | undefined;
  /** Retries that may be sent before any answer has paid for them. @default 3, or `maxRetries` if that is more: what one call may need */
  reserve?: number | undefined;
}

/** What is different for one method. */
export interface MethodRule {
  /** Instead of the policy's; lost connections and timeouts are retried beside them. @default those of the policy */
  readonly statuses?: readonly number[] | undefined;
  /** No more than these, and no more than the policy's. @default those of the policy */
  readonly maxRetries?: number | undefined;
}

/** How long to wait between attempts. */
export interface Backoff {
  /** Milliseconds: the longest wait before the first retry. @default 100 */
  baseDelay?: number | undefined;
  /** Milliseconds: the longest wait of all. @default 20_000 */
  maxDelay?: number | undefined;
  /** `full` draws evenly from 0 to min(maxDelay, baseDelay × 2^(retry − 1)). @default 'full' */
  jitter?: Jitter | undefined;
}

/**
 * How a wait is drawn, of a step that doubles from `baseDelay` up to `maxDelay`: `full` from 0 to the step, `equal` from half
 * of it, `decorrelated` from `baseDelay` to three times the wait before, `none` is the step.
 */
export type Jitter = 'full' | 'equal' | 'decorrelated' | 'none';

/** An attempt that failed, for the functions that decide what comes next. */
export interface FailedAttempt extends AttemptRecord, Attachments {}

/** When to send a second time. */
export interface HedgePolicy {
  /** Milliseconds without an answer. Beside `quantile`, it holds until that is known; one of the two must be given. @default none */
  delay?: number | undefined;
  /**
   * Instead of `delay`, once twenty of the scope's hedged requests have had a good answer: as long as that share of the latest
   * hundred took at most. 0.95 sends one in twenty to one in five a second time, more the more uneven the latencies are.
   */
  quantile?: number | undefined;
}

/** When a circuit opens, and when it closes again. */
export interface BreakerPolicy {
  /** Share of failed attempts in the window that opens the circuit. @default 0.5 */
  failureRatio?: number | undefined;
  /** Attempts the window must hold before the ratio counts. @default 10 */
  minimumCalls?: number | undefined;
  /** Milliseconds the ratio looks back. @default 30_000 */
  window?: number | undefined;
  /** Failures in a row that open the circuit. @default 5 */
  consecutive?: number | undefined;
  /** Milliseconds that the failures must span, or they are one event; for the ratio, half of `window` is enough. @default 1_000 */
  minimumDuration?: number | undefined;
  /** Milliseconds until a probe goes out, plus up to 20 % of jitter. @default 1_000 */
  openFor?: number | undefined;
  /** Above `openFor`, the open period doubles with each failed probe up to this. @default openFor */
  maxOpenFor?: number | undefined;
  /** Probes that must succeed, one after the other, before the circuit closes. @default 1 */
  successThreshold?: number | undefined;
  /** Count 429 as a failure. @default false: a server that answers 429 is alive */
  countRateLimit?: boolean | undefined;
  /** Milliseconds: an answer that took longer is a failure to the circuit; its caller gets it all the same. @default false */
  slowCallDuration?: number | false | undefined;
}

/** How much is sent at once. */
export interface BulkheadPolicy {
  /** Attempts in flight at once per scope. @default 256 */
  limit?: number | undefined;
  /** Attempts that may wait for a slot. @default 10_000 */
  queue?: number | undefined;
  /**
   * An answer of `responseType: 'stream'` keeps its slot until its body has ended, was destroyed or cancelled; one that
   * never is keeps it for ever. Not an answer that axios takes as an error, nor a web stream of an adapter of your own:
   * when that ends cannot be known. @default false
   */
  countStreams?: boolean | undefined;
}

/** What one request may change: rules bend, shared state does not. */
export interface ResilienceOverride {
  /** Milliseconds for the whole call. @default the instance's */
  deadline?: number | false | undefined;
  /** Milliseconds for one attempt. @default the instance's */
  attemptTimeout?: number | false | undefined;
  /** Milliseconds until TCP and TLS stand. @default the instance's */
  connectTimeout?: number | false | undefined;
  /** `budget: false` passes by the budget: its retries are neither counted nor held. */
  retry?:
    | number
    | (Omit<RetryPolicy, 'budget'> & {
        /** Neither counted nor held. */
        budget?: false | undefined;
      })
    | false
    | undefined;
  /** When to send it a second time. @default the instance's */
  hedge?: number | HedgePolicy | false | undefined;
  /** Pass by a cool-down: neither held nor refused. */
  coolDown?: false | undefined;
  /** Pass by the breaker: neither refused nor counted. */
  breaker?: false | undefined;
  /** Pass by the bulkhead: never queued, takes no slot. */
  bulkhead?: false | undefined;
  /** The name of the scope this request belongs to. */
  scope?: string | undefined;
  /** Instead of the instance's; `false` for none. */
  fallback?: Fallback | false | undefined;
  /** Run after the instance's own; each takes the place of the same hook of the request's rule. */
  hooks?: ResilienceHooks | undefined;
  /** This request is safe to send twice, or is not, whatever its method. */
  idempotent?: boolean | undefined;
  /**
   * Makes the body anew for each attempt after the first, and for the first where `data` is not given: so that a stream
   * can be sent again. May be async. What it makes goes through `transformRequest`, as `data` does; a stream is destroyed
   * when its attempt has failed.
   */
  body?: (() => unknown) | undefined;
}
