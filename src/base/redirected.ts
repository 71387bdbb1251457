import type { InternalAxiosRequestConfig } from 'axios';
import { causesOf } from './causes.js';
import { isObject } from './object.js';
import { isWebStream } from './stream.js';
import { originOf, portOf } from './url.js';

/** As follow-redirects stands before the requests of Node's http module. */
interface Redirectable {
  readonly _redirectCount?: number;
}

/** The origins to which Node's fetch could not connect, by its error, which does not name them. */
const origins = new WeakMap<object, string>();

const failures = globalThis.process
  ?.getBuiltinModule?.('node:diagnostics_channel')
  ?.channel('undici:client:connectError');
/** Node's own, found before a test can fake it: the watch would not end with the test. */
const setImmediate = globalThis.process?.getBuiltinModule?.('node:timers')?.setImmediate;

let watchers = 0;

/**
 * Notes to which origin a fetch cannot connect, until told that it is over: after a redirect, it is not the request's. What
 * the channel holds on to outlives a test file, or a reload; to subscribe costs more than all else that is done for a call.
 */
export function watchFetch(): () => void {
  if (watchers++ === 0) failures?.subscribe(note);
  return unwatchFetch;
}

function unwatchFetch(): void {
  if (watchers > 1) watchers--;
  // The last goes a turn later: calls that follow one another at once subscribe once.
  else setImmediate?.(() => --watchers === 0 && failures?.unsubscribe(note));
}

function note(message: unknown): void {
  const { error, connectParams } = Object(message) as { error?: unknown; connectParams?: unknown };
  const { protocol, host } = Object(connectParams) as { protocol?: unknown; host?: unknown };
  if (isObject(error)) origins.set(error, `${protocol}//${host}`);
}

/** Deno's fetch names the URL that it could not connect to. */
const IN_DENO = /^error sending request for url \((https?:\/\/[^/?#)]+)/;

/** Bun's names the URL that it was given, wherever it was redirected to: not the origin of any request. */
const IN_BUN = /^https?:/;

function originAt(cause: object): string | undefined {
  const { message, path } = cause as { message?: unknown; path?: unknown };
  return origins.get(cause) ?? IN_DENO.exec(String(message))?.[1] ?? IN_BUN.exec(String(path))?.[0];
}

/** Of a fetch that has failed while it was watched. */
export const neverConnected = (error: unknown): boolean => causesOf(error).some((link) => origins.has(link));

/**
 * It may be another connection that failed than that to the request's origin. The http adapter counts redirects; of a fetch, only
 * the origin or the port of its last connection is known, and a web stream that was to be sent may be read from anywhere.
 */
export function failedElsewhere(error: unknown, config: InternalAxiosRequestConfig | undefined): boolean {
  const { request } = (error ?? {}) as { request?: Redirectable & { _redirectable?: Redirectable } };
  // An answer has the request of its own hop.
  const { _redirectCount } = request?._redirectable ?? request ?? {};
  if (_redirectCount !== undefined) return _redirectCount > 0;
  if (!config) return false;
  const causes = causesOf(error);
  const origin = causes.map(originAt).find((known) => known !== undefined);
  if (origin !== undefined) return origin !== originOf(config);
  if (isWebStream(Object(config.data))) return true;
  const { port } = (causes.findLast((link) => 'port' in link) ?? {}) as { port?: number | string };
  return port !== undefined && Number(port) !== portOf(config);
}
