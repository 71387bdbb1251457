import type { AxiosError, AxiosResponse, InternalAxiosRequestConfig } from 'axios';
import { axios } from '../base/axios.js';
import { wallClock } from '../base/clock.js';
import type { EndEvent } from '../base/events.js';
import { isObject, memberOf } from '../base/object.js';
import { parsed } from '../call/parsed.js';
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
  /** `error.config`, until a callback puts another in its place, or the next request is there. */
  readonly draft: Config;
  /** The same before a callback could write there; its headers, which are still the same object, are beside it. */
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
  /** Those that show what the plugin keeps. */
  readonly #shown = new WeakSet<Config>();

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
      this.#carryOver(next, this.#failure(failed));
      if (!callback) return otherwise?.(next, failed);
      await callback(retry, error, next);
      const other = this.#replacement(error, next);
      if (other) Object.assign(next, requestDefaults(), other);
      setConfig(error, next);
    };
  }

  /**
   * The call has ended: what it kept would live as long as the answer, which leads to its config. If a callback has thrown, `error`
   * may have the config that was made for it.
   */
  forget({ config, error }: Pick<Failed, 'config' | 'error'>): void {
    this.#latest.delete(config);
    for (const holder of [error, Object(error).response]) {
      if (isObject(holder) && this.#shown.has(Reflect.get(holder, 'config'))) Reflect.set(holder, 'config', config);
    }
  }

  #carryOver(next: Config, { error, state, draft, before, headersBefore }: Failure): void {
    const other = this.#replacement(error, draft);
    const config = other ? { ...before, ...requestDefaults(), ...other } : draft;
    applyChanges(config, before, next);
    if (config.headers === before.headers) applyChanges(before.headers, headersBefore, next.headers);
    this.#show(state, next);
    setConfig(error, next);
  }

  /** What a callback has put in the place of `given`: retry-axios sends that, axios-retry has its own. */
  #replacement({ config }: AxiosError, given: Config): Config | undefined {
    return this.key === 'raxConfig' && config !== given ? config : undefined;
  }

  #failure(failed: Failed): Failure {
    const { config, attempt, durationMs } = failed;
    const last = this.#latest.get(config);
    if (last?.attempt === attempt && last.thrown === failed.error) return last;
    const given = last?.error.config ?? config;
    const draft = copyOf(given);
    if (isRecord(draft.headers)) draft.headers = copyOf(draft.headers);
    for (const key of ['params', 'auth'] as const) {
      if (isRecord(draft[key])) draft[key] = copyOfPart(draft[key]);
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
      draft,
      before: { ...given, headers: draft.headers },
      headersBefore: { ...draft.headers },
    };
    this.#latest.set(config, failure);
    return failure;
  }

  /** Not enumerable, so that no copy of the config, and so no request, has it. */
  #show(state: object, config: Config): void {
    this.#shown.add(config);
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
  const fields = { config, ...(answer && { response: answer }) };
  if (axios.isAxiosError(error)) return Object.create(error, Object.getOwnPropertyDescriptors(fields));
  if (isObject(error)) return overlaid(error, fields) as AxiosError;
  const text = response ? `Request failed with status code ${response.status}` : String(error);
  return new axios.AxiosError(text, undefined, config, response?.request, answer);
}

/** `error`, which may have private state, so that its getters and methods run on itself; what is written stays off it. */
function overlaid(error: object, fields: object): object {
  const written = Object.assign(Object.create(null), fields);
  const define = (key: PropertyKey, as: PropertyDescriptor) =>
    Reflect.defineProperty(written, key, { ...as, configurable: true });
  return new Proxy(error, {
    has: (_, key) => (key in written ? written[key] !== undefined : key in error),
    set: (_, key, value) => Reflect.set(written, key, value),
    defineProperty: (_, key, as) => define(key, as),
    deleteProperty: (_, key) =>
      Object.hasOwn(error, key)
        ? define(key, { value: undefined, writable: true })
        : Reflect.deleteProperty(written, key),
    get: (_, key) => (key in written ? written[key] : memberOf(error, key)),
  });
}

function setConfig(error: AxiosError, config: Config): void {
  error.config = config;
  if (error.response) error.response.config = config;
}

/** What goes out for a config that does not say it. How it goes out, by which adapter and with which limits, stays as it is. */
const requestDefaults = () => ({
  url: undefined,
  method: 'get',
  headers: new axios.AxiosHeaders(),
  params: undefined,
  data: undefined,
  auth: undefined,
});

/** Does to `target` what was done to `changed` since it was like `before`. */
function applyChanges(changed: object, before: object, target: object): void {
  for (const key of new Set([...Object.keys(before), ...Object.keys(changed)])) {
    const value: unknown = Reflect.get(changed, key);
    if (value === Reflect.get(before, key)) continue;
    if (key in changed) Reflect.set(target, key, value);
    else Reflect.deleteProperty(target, key);
  }
}

/** A copy for callbacks to write into; no copy would have the private state of other classes. */
function copyOfPart<T extends object>(part: T): T | URLSearchParams {
  switch (Object.getPrototypeOf(part)) {
    case URLSearchParams.prototype:
      return new URLSearchParams(part as URLSearchParams);
    case Object.prototype:
    case null:
      return copyOf(part);
    default:
      return part;
  }
}

const copyOf = <T extends object>(given: T): T => Object.assign(Object.create(Object.getPrototypeOf(given)), given);
