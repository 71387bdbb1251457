import { AxiosError, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios';
import { wallClock } from '../base/clock.js';
import type { EndEvent } from '../base/events.js';
import { isObject } from '../base/object.js';
import { parsed } from '../call/body.js';
import { reportOf, shareReport } from '../observe/reports.js';
import { isRecord } from '../policy/check.js';
import type { FailedAttempt, RetryPolicy } from '../policy/types.js';

type Config = InternalAxiosRequestConfig;
type BeforeRetry = NonNullable<RetryPolicy['beforeRetry']>;
type Failed = Pick<FailedAttempt, 'attempt' | 'durationMs' | 'error' | 'config'> & {
  readonly response?: AxiosResponse | undefined;
};

/** What the plugins count for themselves, and show on `error.config`. */
interface Counted {
  /** The retry that comes next, once it is decided on, included. */
  readonly retries: number;
  /** When the latest attempt was sent: milliseconds since 1970. */
  readonly sentAt: number;
  /** Of all attempts of the call, in order. */
  readonly errors: readonly AxiosError[];
}

interface Failure extends Omit<Counted, 'retries'> {
  readonly attempt: number;
  /** What the attempt ended with. */
  readonly thrown: unknown;
  /** What callbacks get. */
  readonly error: AxiosError;
  /** What the plugin would have kept on `error.config`. */
  readonly state: object;
  /** `error.config` before a callback could write there; its headers, which are still the same object, are beside it. */
  readonly before: Config;
  readonly headersBefore: object;
}

/**
 * The errors a plugin would have given its callbacks: `error.config` shows what the plugin keeps there, and what callbacks
 * write there is sent. Neither is seen on the caller's own config, nor on the error that the call rejects with.
 */
export class CallbackErrors {
  /** By the config of the call. */
  readonly #latest = new WeakMap<Config, Failure>();

  constructor(
    private readonly key: 'axios-retry' | 'raxConfig',
    private readonly stateOf: (counted: Counted) => object,
  ) {}

  /** The same one for all callbacks that are asked about an attempt. */
  of(failed: Failed, retries = retriesBefore(failed)): AxiosError {
    const failure = this.#failure(failed);
    const { error, state, sentAt, errors } = failure;
    Object.assign(state, this.stateOf({ retries, sentAt, errors }));
    return error;
  }

  /** Makes of the next request what callbacks have made of `error.config`; there, `callback` gets that request itself. */
  beforeRetry(
    callback: ((retry: number, error: AxiosError, next: Config) => unknown) | undefined,
    otherwise: BeforeRetry | undefined,
  ): BeforeRetry {
    return async (next, failed) => {
      const retry = retriesBefore(failed) + 1;
      const error = this.of(failed, retry);
      this.#hand(next, this.#failure(failed));
      if (!callback) return otherwise?.(next, failed);
      await callback(retry, error, next);
      // It may have put another in its place.
      if (error.config !== next) Object.assign(next, error.config);
      point(error, next);
    };
  }

  /** The call has ended: what it kept would live as long as the answer, which leads to its config. */
  forget({ config }: Pick<Failed, 'config'>): void {
    this.#latest.delete(config);
  }

  #hand(next: Config, { error, state, before, headersBefore }: Failure): void {
    const { config = before } = error;
    redo(config, before, next);
    if (config.headers === before.headers) redo(before.headers, headersBefore, next.headers);
    this.#show(state, next);
    point(error, next);
  }

  #failure(failed: Failed): Failure {
    const { config, attempt, durationMs } = failed;
    const last = this.#latest.get(config);
    if (last?.attempt === attempt && last.thrown === failed.error) return last;
    const given = last?.error.config ?? config;
    const draft = copyOf(given);
    for (const key of ['headers', 'params', 'auth'] as const) {
      if (isRecord(draft[key])) draft[key] = copyOf(draft[key]);
    }
    const error = errorOf(failed, draft);
    shareReport(error, config);
    const state = { ...last?.state };
    this.#show(state, draft);
    const failure: Failure = {
      attempt,
      thrown: failed.error,
      error,
      state,
      sentAt: wallClock() - durationMs,
      errors: [...(last?.errors ?? []), error],
      before: { ...given, headers: draft.headers },
      headersBefore: { ...draft.headers },
    };
    this.#latest.set(config, failure);
    return failure;
  }

  /** Not enumerable, so that no copy of the config, and so no request, has it. */
  #show(state: object, config: Config): void {
    Object.defineProperty(config, this.key, { value: state, enumerable: false, configurable: true, writable: true });
  }
}

/** How many retries have been sent before this attempt failed. */
export const retriesBefore = (failed: Pick<FailedAttempt, 'attempt' | 'config'>): number =>
  reportOf(failed)?.retries ?? failed.attempt - 1;

/** What a call has ended with, as an attempt that failed. */
export const lastOf = ({ report, error, response, config }: EndEvent): Failed => {
  const { attempt, durationMs } = report.attempts.at(-1) ?? { attempt: 0, durationMs: 0 };
  return { attempt, durationMs, error, response, config };
};

/** The JSON of its answer is parsed, which axios has not done yet. An adapter may have thrown something else than an error. */
function errorOf({ error, response }: Failed, config: Config): AxiosError {
  const answer = response && Object.assign(copyOf(response), { data: parsed(response).data, config });
  if (isObject(error)) return Object.create(error, { config: own(config), ...(answer && { response: own(answer) }) });
  const text = response ? `Request failed with status code ${response.status}` : String(error);
  return new AxiosError(text, undefined, config, response?.request, answer);
}

const own = (value: object): PropertyDescriptor => ({ value, enumerable: true, configurable: true, writable: true });

function point(error: AxiosError, config: Config): void {
  error.config = config;
  if (error.response) error.response.config = config;
}

/** Does to `target` what was done to `changed` since it was like `before`. */
function redo(changed: object, before: object, target: object): void {
  for (const key of new Set([...Object.keys(before), ...Object.keys(changed)])) {
    const value: unknown = Reflect.get(changed, key);
    if (value === Reflect.get(before, key)) continue;
    if (key in changed) Reflect.set(target, key, value);
    else Reflect.deleteProperty(target, key);
  }
}

const copyOf = <T extends object>(given: T): T => Object.assign(Object.create(Object.getPrototypeOf(given)), given);
