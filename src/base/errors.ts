import type { AxiosError, InternalAxiosRequestConfig } from 'axios';
import { axios } from './axios.js';

type Config = InternalAxiosRequestConfig;

/** The codes of the errors that are ours. */
export const OWN_CODES: ReadonlySet<unknown> = new Set<ResilienceError['code']>([
  'ERR_CIRCUIT_OPEN',
  'ERR_COOLING_DOWN',
  'ERR_BULKHEAD_FULL',
  'ERR_DEADLINE_EXCEEDED',
]);

/** Looked up so that a bundler can leave out what is made of it. */
const Base: typeof AxiosError = /* @__PURE__ */ (() => axios.AxiosError)();

/**
 * A call that this package refused to send, or cut short. Every other failure is axios's own error, unchanged.
 * Each spells its name out: a minifier would change that of its class.
 */
abstract class ResilienceErrorBase extends Base {
  /** Tells these errors from all others, also across copies of this package. */
  readonly isResilienceError = true;
  /** The request that was refused or cut short. */
  declare readonly config: Config;

  constructor(
    message: string,
    code: string,
    config: Config,
    /** What shares breaker, cool-down, bulkhead and budget: `https://api.example.com`. */
    readonly scope: string,
    cause?: unknown,
  ) {
    // Taking a stack is most of what an error costs, an open circuit makes many, and the frames would be ours. axios adds
    // those of the caller. `Reflect`, for realms whose Error is frozen.
    const limit: unknown = Reflect.get(Error, 'stackTraceLimit');
    Reflect.set(Error, 'stackTraceLimit', 0);
    super(message, code, config);
    Reflect.set(Error, 'stackTraceLimit', limit);
    if (cause !== undefined) hide(this, 'cause', cause);
  }
}

/** The circuit of this scope is open: nothing was sent. `cause` is the failure that opened it, or this call's last. */
export class CircuitOpenError extends ResilienceErrorBase {
  /** Always this, in minified code too. */
  override readonly name = 'CircuitOpenError';
  /** Tells this error from the other refusals. */
  declare readonly code: 'ERR_CIRCUIT_OPEN';
  /** Milliseconds until a probe may go out; 0 while one is out; `Infinity` while isolated by hand. */
  readonly retryInMs: number;

  constructor(config: Config, scope: string, retryInMs: number, why: string, cause?: unknown) {
    super(`Circuit of ${scope} is ${why}`, 'ERR_CIRCUIT_OPEN', config, scope, cause);
    this.retryInMs = retryInMs;
  }
}

/** The server of this scope has asked to be left alone for longer than this call can wait: nothing was sent. */
export class CoolingDownError extends ResilienceErrorBase {
  /** Always this, in minified code too. */
  override readonly name = 'CoolingDownError';
  /** Tells this error from the other refusals. */
  declare readonly code: 'ERR_COOLING_DOWN';
  /** Milliseconds until the scope may be called again. */
  readonly retryInMs: number;

  constructor(config: Config, scope: string, retryInMs: number, cause?: unknown) {
    super(
      `${scope} asked to be left alone for ${Math.ceil(retryInMs)} ms more`,
      'ERR_COOLING_DOWN',
      config,
      scope,
      cause,
    );
    this.retryInMs = retryInMs;
  }
}

/** As many calls as allowed are in flight and queued for this scope: nothing was sent. */
export class BulkheadFullError extends ResilienceErrorBase {
  /** Always this, in minified code too. */
  override readonly name = 'BulkheadFullError';
  /** Tells this error from the other refusals. */
  declare readonly code: 'ERR_BULKHEAD_FULL';

  constructor(config: Config, scope: string, limit: number, queue: number) {
    super(`Bulkhead of ${scope} is full: ${limit} in flight, ${queue} queued`, 'ERR_BULKHEAD_FULL', config, scope);
  }
}

/** The call's deadline passed. `cause` is the last attempt's error, if one had ended. */
export class DeadlineExceededError extends ResilienceErrorBase {
  /** Always this, in minified code too. */
  override readonly name = 'DeadlineExceededError';
  /** Tells this error from the refusals. */
  declare readonly code: 'ERR_DEADLINE_EXCEEDED';
  /** Milliseconds the call had. */
  readonly deadline: number;

  constructor(config: Config, scope: string, deadline: number, cause?: unknown) {
    const last = cause instanceof Error ? `; last failure: ${cause.message}` : '';
    super(`deadline of ${deadline} ms exceeded${last}`, 'ERR_DEADLINE_EXCEEDED', config, scope, cause);
    this.deadline = deadline;
  }
}

/** What `isResilienceError` recognises; `code` tells which it is. */
export type ResilienceError = CircuitOpenError | CoolingDownError | BulkheadFullError | DeadlineExceededError;

/** Also true for an error made by another copy of this package. */
export function isResilienceError(error: unknown): error is ResilienceError {
  const { isResilienceError: ours, code } = (error ?? {}) as { isResilienceError?: unknown; code?: unknown };
  return ours === true && OWN_CODES.has(code);
}

/** One attempt took too long. Where the limit is the caller's own `timeout`, it is the error that axios would make of it. */
export function attemptTimeoutError(config: Config, limit: number, isOwn: boolean, isFetch = false): AxiosError {
  if (!isOwn) return named('AttemptTimeoutError', `attemptTimeout of ${limit} ms exceeded`, config);
  const clarify = isFetch || config.transitional?.clarifyTimeoutError;
  const message = config.timeoutErrorMessage || `timeout of ${limit}ms exceeded`;
  return new axios.AxiosError(message, clarify ? 'ETIMEDOUT' : 'ECONNABORTED', config);
}

/** The connection did not stand in time: nothing of this request was sent over it. */
export const connectTimeoutError = (config: Config, limit: number): AxiosError =>
  named('ConnectTimeoutError', `connectTimeout of ${limit} ms exceeded`, config);

/** An AxiosError of a timeout that has a name of its own, to tell which limit it was. */
const named = (name: string, message: string, config: Config): AxiosError =>
  Object.assign(new axios.AxiosError(message, 'ETIMEDOUT', config), { name });

/** axios's own CanceledError, with the reason of the signal or token as `cause`. */
export function canceledError(config: Config, reason: unknown): AxiosError {
  const message = config.cancelToken?.reason?.message;
  const error = new axios.CanceledError(message, config);
  if (reason !== undefined) hide(error, 'cause', reason);
  return error;
}

/** As native `cause` is: not enumerable, so that no serialiser walks into a socket. */
export function hide(target: object, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, writable: true, configurable: true });
}
