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

/** Where the connection was to that failed with this, one of fetch's own causes. */
export const originConnectedTo = (error: object): string | undefined => origins.get(error);
