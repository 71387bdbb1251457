import { isObject } from '../base/object.js';
import type { Outcome } from '../base/outcome.js';
import { isStream, isWebStream } from '../base/stream.js';
import { unawaited } from '../base/thenable.js';

/** True if this body can be handed to an adapter more than once and is the same each time. */
export function isReplayable(data: unknown): boolean {
  if (!isObject(data)) return true;
  return (!isStream(data) && !(Symbol.asyncIterator in data)) || isUntouched(data);
}

/** As much of a Node stream as tells whether it was read. */
interface NodeStream {
  readonly readableDidRead: boolean;
  readonly destroyed: boolean;
  listenerCount(event: string): number;
}

/** A Node stream of which nothing has been read, and for which no earlier attempt still waits. Of others it cannot be known. */
function isUntouched(data: object): boolean {
  const stream = data as NodeStream;
  if (stream.readableDidRead !== false || stream.destroyed) return false;
  return !stream.listenerCount('data') && !stream.listenerCount('readable');
}

/** What is for `transformRequest` to turn into a body: all but text, streams and the bytes that adapters take as they are. */
export function isUnserialized(data: unknown): boolean {
  if (!isObject(data)) return typeof (data ?? '') !== 'string';
  const isBuffer = 'isBuffer' in Object(data.constructor);
  if (isBuffer || isStream(data) || Symbol.asyncIterator in data) return false;
  return !BYTES.has(Object.prototype.toString.call(data));
}

const BYTES: ReadonlySet<string> = new Set(['[object ArrayBuffer]', '[object Blob]', '[object File]']);

/** A stream that nobody has begun to read, or handed on to whoever will. */
export function isUnread(data: unknown): boolean {
  if (!isStream(data)) return false;
  const { readableFlowing = null, locked = false } = data as { readableFlowing?: boolean | null; locked?: boolean };
  return readableFlowing === null && !locked;
}

/**
 * Lets go of a body that nobody will read, so that its socket is free for the next attempt: of an answer's by its `request` too,
 * since axios puts a stream before it, where there is a `maxContentLength`, that never lets go of what it has not begun to read.
 */
export function discard(data: unknown, request?: { destroy?: () => void }): void {
  if (!isStream(data)) return;
  try {
    const { destroy, cancel } = data as { destroy?: () => void; cancel?: () => unknown };
    if (isWebStream(data)) {
      unawaited(cancel?.call(data));
    } else {
      // Destroying it may make it say so.
      (data as { on?: (event: string, listener: () => void) => void }).on?.('error', () => {});
      destroy?.call(data);
      request?.destroy?.();
    }
  } catch {
    // A stream of somebody's own that cannot be let go of: the call goes on all the same.
  }
}

/**
 * Lets go of an answer that nobody gets. Aborted first: to cancel a body may wait for its next piece. Of a failed answer axios's
 * fetch adapter hears no abort any more: that ends with its next piece.
 */
export function discardAnswer({ response, stream }: Outcome = {}): void {
  stream?.abort();
  discard(response?.data, response?.request);
}
