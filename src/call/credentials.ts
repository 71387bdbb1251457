import type { InternalAxiosRequestConfig } from 'axios';
import { CREDENTIAL_HEADERS } from '../base/http.js';
import { originOf } from '../base/url.js';

type Config = InternalAxiosRequestConfig;
type Headers = Config['headers'];

/** The name of one origin is no name of another. */
const LEFT_BEHIND = [...CREDENTIAL_HEADERS, 'Host'];

/**
 * Watches what a hook makes of `config`. To be called when it is done: takes off, if it has turned the request to another origin,
 * the credentials that it did not set for that. At the origin that the call was `given` with, there are those that came with it.
 */
export function watchCredentials(config: Config): (given: Config) => void {
  const origin = originOf(config);
  const { auth, headers } = config;
  const before = LEFT_BEHIND.map((name) => [name, String(headers.get(name))] as const);
  const noted = noteSet(headers);
  return (given) => {
    const isSet = noted();
    const target = originOf(config);
    if (target === origin) return;
    const own = target === originOf(given) ? given : undefined;
    for (const [name, value] of before) {
      // What is the same may have been copied with all the rest.
      if (isSet(name) || String(config.headers.get(name)) !== value) continue;
      config.headers.delete(name);
      const its = own?.headers.get(name);
      if (its) config.headers.set(name, its);
    }
    if (config.auth !== auth) return;
    if (own?.auth) config.auth = own.auth;
    else delete config.auth;
  };
}

/** Notes which fields are set one by one, until it is asked: the methods for each (`setAuthorization`) come down to `set`. */
function noteSet(headers: Headers): () => (name: string) => boolean {
  const { set } = headers;
  const names = new Set<string>();
  const value = (...field: [name: unknown]): Headers => {
    const [name] = field;
    if (typeof name === 'string') names.add(name.toLowerCase());
    return Reflect.apply(set, headers, field);
  };
  // Not enumerable, and so no field.
  Reflect.defineProperty(headers, 'set', { value, configurable: true });
  return () => {
    Reflect.deleteProperty(headers, 'set');
    return (name) => names.has(name.toLowerCase());
  };
}
