import { AxiosError } from 'axios';
import { parsed } from '../call/body.js';
import { fields, isObject, message, number, object, or, type Rule, readable, type, whole } from '../policy/check.js';
import type { FailedAttempt, HttpMethod, ResiliencePolicy, RetryPolicy } from '../policy/types.js';

/** What the policy has besides the options carried over. Where both speak of a thing, the options have it. */
export type BasePolicy = Readonly<Omit<ResiliencePolicy, 'retry' | 'hooks'>> & {
  /** What no option speaks of. */
  readonly retry?: RetryPolicy | undefined;
  /** Those carried over are in the policy: give others to `subscribe()` of what `attachResilience` returns. */
  readonly hooks?: never;
};

/** Where a plugin asks a predicate and nothing else, any method may be sent again. */
export const EVERY_METHOD: readonly HttpMethod[] = [
  'GET',
  'HEAD',
  'OPTIONS',
  'TRACE',
  'PUT',
  'DELETE',
  'QUERY',
  'POST',
  'PATCH',
  'LINK',
  'UNLINK',
  'PURGE',
];

export const retries = whole(0);
export const milliseconds = number('must be milliseconds, ≥ 0', (value) => value >= 0);

/** Options and base are read once, by their names and types; `attachResilience` looks closer at what comes of them. */
export function validate(name: string, given: unknown, rules: Readonly<Record<string, Rule>>, base: unknown): void {
  readable(name, () => object(rules)(given, name));
  readable('base', () => {
    if (!isObject(base)) throw new TypeError(message('base', 'must be an object', base));
    const { hooks, retry } = Object.fromEntries(fields(base, 'base'));
    type('must be given to subscribe() of what attachResilience returns', () => hooks === undefined)(
      hooks,
      'base.hooks',
    );
    or(type('must be an object', isObject), undefined)(retry, 'base.retry');
  });
}

/** The error a plugin would have shown its callbacks: with an answer whose JSON is parsed, though axios has yet to. */
export function errorOf({ error, response, config }: Pick<FailedAttempt, 'error' | 'response' | 'config'>): AxiosError {
  if (!response) return error as AxiosError;
  const view = parsed(response);
  if (error instanceof Error) return Object.create(error, { response: { value: view, enumerable: true } });
  const text = `Request failed with status code ${response.status}`;
  return new AxiosError(text, undefined, config, response.request, view);
}

/** `undefined` inherits, so only what is there is set. */
export function given<T extends object>(parts: { [K in keyof T]: T[K] | undefined | null }): Partial<T> {
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value != null)) as Partial<T>;
}
