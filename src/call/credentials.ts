import type { InternalAxiosRequestConfig } from 'axios';
import { CREDENTIAL_HEADERS } from '../base/http.js';
import { originOf } from '../base/url.js';

type Config = InternalAxiosRequestConfig;

/** The name of one origin is no name of another. */
const LEFT_BEHIND = [...CREDENTIAL_HEADERS, 'Host'];

/**
 * Watches what a hook makes of `config`. To be called when it is done: takes off, if it has turned the request to another origin,
 * the credentials that it did not set for that. At the origin that the call was `given` with, there are those that came with it.
 */
export function watchCredentials(config: Config): (given: Config) => void {
  const origin = originOf(config);
  const { auth, headers } = config;
  const before = LEFT_BEHIND.map((name) => [name, headers.get(name)] as const);
  const set = new Set<string>();
  const watched = new Proxy(headers, {
    set: (target, name, value) => Reflect.set(set.add(String(name).toLowerCase()) && target, name, value),
  });
  config.headers = watched;
  return (given) => {
    const isWatched = config.headers === watched;
    if (isWatched) config.headers = headers;
    const target = originOf(config);
    if (target === origin) return;
    const own = target === originOf(given) ? given : undefined;
    for (const [name, value] of before) {
      // In headers of its own, what a hook has taken over cannot be told from what it has set.
      const isOld = isWatched ? !set.has(name.toLowerCase()) : config.headers.get(name) === value;
      if (!isOld) continue;
      config.headers.delete(name);
      const its = own?.headers.get(name);
      if (its) config.headers.set(name, its);
    }
    if (config.auth !== auth) return;
    if (own?.auth) config.auth = own.auth;
    else delete config.auth;
  };
}
