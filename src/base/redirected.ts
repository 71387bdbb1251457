import type { InternalAxiosRequestConfig } from 'axios';
import { causesOf } from './causes.js';
import { originOf, portOf } from './url.js';

/** Connections that Node's fetch could not make, by its error, which does not say to which origin. */
const origins = new WeakMap<object, string>();

let watching = false;

/** From now on it is known of a connection that fetch could not make where to: after a redirect it was not where it began. */
export function watchFetch(): void {
  if (watching) return;
  watching = true;
  const channels = globalThis.process?.getBuiltinModule?.('node:diagnostics_channel');
  channels?.subscribe('undici:client:connectError', note);
}

function note(message: unknown): void {
  const { error, connectParams } = Object(message) as { error?: unknown; connectParams?: unknown };
  const { protocol, host } = Object(connectParams) as { protocol?: unknown; host?: unknown };
  if (typeof error === 'object' && error !== null) origins.set(error, `${protocol}//${host}`);
}

/** The http adapter counts; of the fetch adapter it is known only where it ended up, or at which port. */
export function wasRedirected(error: unknown, config: InternalAxiosRequestConfig | undefined): boolean {
  const { request } = (error ?? {}) as { request?: { _redirectCount?: number } };
  if (request?._redirectCount !== undefined) return request._redirectCount > 0;
  if (!config) return false;
  const causes = causesOf(error);
  const origin = causes.map((cause) => origins.get(cause)).find((known) => known !== undefined);
  if (origin !== undefined) return origin !== originOf(config);
  const { port } = (causes.findLast((link) => 'port' in link) ?? {}) as { port?: number };
  return port !== undefined && port !== portOf(config);
}
