import type { InternalAxiosRequestConfig } from 'axios';
import { CREDENTIAL_HEADERS } from '../base/http.js';
import { originOf } from '../base/url.js';

type Config = InternalAxiosRequestConfig;
type Headers = Config['headers'];

/** The name of one origin is no name of another. */
const LEFT_BEHIND: ReadonlySet<string> = new Set([...CREDENTIAL_HEADERS, 'Host'].map((name) => name.toLowerCase()));

interface Credentials {
  readonly origin: string;
  readonly auth: Config['auth'];
  readonly headers: Headers;
  readonly fields: readonly Field[];
}

interface Field {
  readonly name: string;
  readonly value: unknown;
  /** Called once: true if nobody has set it or taken it off, be it to set the same value. */
  readonly isUntouched: () => boolean;
}

/** What is meant for one origin only, and for which. */
export const credentialsOf = (config: Config): Credentials => ({
  origin: originOf(config),
  auth: config.auth,
  headers: config.headers,
  fields: namesIn(config.headers).map((name) => watched(config.headers, name)),
});

/**
 * Takes off `config`, if a hook has turned it to another origin, the credentials that the hook did not set for that. At the
 * origin that the call was `given` with, it has those that came with it.
 */
export function leaveBehind({ origin, auth, headers, fields }: Credentials, config: Config, given: Config): void {
  const target = originOf(config);
  for (const { name, value, isUntouched } of fields) {
    // In headers of its own, what a hook has taken over cannot be told from what it has set.
    const isOld = isUntouched() || (config.headers !== headers && config.headers.get(name) === value);
    if (isOld && target !== origin) config.headers.delete(name);
  }
  if (target === origin) return;
  if (config.auth === auth) delete config.auth;
  if (target !== originOf(given)) return;
  for (const name of namesIn(given.headers)) config.headers.set(name, given.headers.get(name), false);
  if (given.auth && !config.auth) config.auth = given.auth;
}

const namesIn = (headers: Headers): string[] =>
  Object.keys(headers).filter((name) => LEFT_BEHIND.has(name.toLowerCase()));

/** Stands in for a header field until it is set. */
function watched(headers: Headers, name: string): Field {
  const value: unknown = headers[name];
  const field = { configurable: true, enumerable: true };
  const get = () => value;
  const set = (next: unknown) => void Object.defineProperty(headers, name, { ...field, writable: true, value: next });
  Object.defineProperty(headers, name, { ...field, get, set });
  const isUntouched = () => {
    if (Object.getOwnPropertyDescriptor(headers, name)?.get !== get) return false;
    set(value);
    return true;
  };
  return { name, value, isUntouched };
}
