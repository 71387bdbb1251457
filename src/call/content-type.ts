import type { InternalAxiosRequestConfig } from 'axios';

type Config = InternalAxiosRequestConfig;

/** What axios gives a request with these methods that has no Content-Type, be there a body or not. */
const DEFAULT = 'application/x-www-form-urlencoded';
const METHODS: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH']);

/** A body may be made later, and no Content-Type was given for it, be it in headers of another build, or plain. */
export const isUntyped = ({ data, method = '', headers }: Config): boolean =>
  data === undefined &&
  METHODS.has(method.toUpperCase()) &&
  !Object.entries({ ...headers }).some(([name, value]) => /^content-type$/i.test(name) && value !== undefined);

/** Takes off the default that axios has put on a request without a body. */
export function untype({ data, headers }: Config): void {
  if (data === undefined && headers.get('Content-Type') === DEFAULT) headers.delete('Content-Type');
}

/** Puts it on a body that was made after axios had done so. */
export function typeAsAxios({ headers }: Config, method: string): void {
  if (METHODS.has(method)) headers.setContentType(DEFAULT, false);
}
