import type { AxiosResponse } from 'axios';
import { isObject } from './object.js';
import { type Aborter, LightSignal } from './signal.js';
import { unawaited } from './thenable.js';

/** As much of a Node stream as tells its end; a web stream has none of it. */
interface Closable {
  readonly closed: boolean;
  once(event: 'close', listener: () => void): void;
}

export const isWebStream = (data: object): data is ReadableStream =>
  typeof (data as { getReader?: unknown }).getReader === 'function';

/** A Node or web stream. */
export function isStream(data: unknown): data is object {
  if (!isObject(data)) return false;
  return typeof (data as { pipe?: unknown }).pipe === 'function' || isWebStream(data);
}

/**
 * Stands before a body of axios's fetch adapter. That reads ahead, and lets nobody leave before its next piece has come, which
 * an idle server never sends: whoever leaves this one aborts the attempt.
 */
export function leavable(body: ReadableStream, aborter: Aborter): ReadableStream {
  const reader = body.getReader();
  let piece: Promise<void> | undefined;
  const source: UnderlyingDefaultSource = {
    start(controller) {
      // Nobody may be reading then. It is told of a good end before it is given the last piece.
      const end = reader.closed.then(() => piece).then(() => controller.close());
      end.catch((error) => controller.error(error));
    },
    pull(controller) {
      piece = reader.read().then(({ done, value }) => {
        if (!done) controller.enqueue(value);
      });
      return piece;
    },
    cancel(reason) {
      aborter.abort();
      unawaited(reader.cancel(reason));
    },
  };
  return new ReadableStream(source, { highWaterMark: 0 });
}

/** An answer without a body (RFC 9110 §6.4.1): nobody will read its stream to the end. */
export function isBodiless({ status, headers, config }: AxiosResponse): boolean {
  return (
    status === 204 || status === 304 || config?.method?.toLowerCase() === 'head' || headers?.['content-length'] === '0'
  );
}

/** The body of an answer has ended. axios's adapters let go of their signal then, and of that of a failed answer at once. */
export function hasEnded(stream: Aborter, body: unknown): boolean {
  return (body as Partial<Closable>).closed === true || (stream instanceof LightSignal && stream.isIdle);
}

/** Calls `listener` when a body has ended, was destroyed or cancelled. False: that cannot be known. */
export function whenEnded(stream: Aborter, body: unknown, listener: () => void): boolean {
  const { once } = body as Partial<Closable>;
  const isWatched = stream instanceof LightSignal;
  // One for all who ask: Node warns of the eleventh, and of axios and a pipeline there are nine.
  if (!isWatched) once?.call(body, 'close', listener);
  else if (stream.whenIdle(listener)) once?.call(body, 'close', () => stream.tellIdle());
  return isWatched || once !== undefined;
}
