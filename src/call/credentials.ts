import type { InternalAxiosRequestConfig } from 'axios';
import { CREDENTIAL_HEADERS } from '../base/http.js';
import { originOf } from '../base/url.js';

type Config = InternalAxiosRequestConfig;

/** The name of one origin is no name of another. */
const LEFT_BEHIND = [...CREDENTIAL_HEADERS, 'Host'];

interface Credentials {
  readonly origin: string;
  readonly auth: Config['auth'];
  readonly headers: readonly (readonly [name: string, value: unknown])[];
}

/** What is meant for one origin only, and for which. */
export const credentialsOf = (config: Config): Credentials => ({
  origin: originOf(config),
  auth: config.auth,
  headers: LEFT_BEHIND.map((name) => [name, config.headers.get(name)] as const),
});

/** Takes off `config`, if a hook has turned it to another origin, the credentials that the hook did not renew. */
export function leaveBehind({ origin, auth, headers }: Credentials, config: Config): void {
  if (originOf(config) === origin) return;
  for (const [name, value] of headers) if (config.headers.get(name) === value) config.headers.delete(name);
  if (config.auth === auth) delete config.auth;
}
