import type { InternalAxiosRequestConfig } from 'axios';
import { axios } from '../base/axios.js';
import type { End } from '../base/outcome.js';
import { isStream } from '../base/stream.js';
import type { Call } from './call.js';

/** As much of a Node stream as tells that it has died. Older ones do not tell whether they have ended. */
interface NodeStream {
  readonly destroyed?: boolean;
  readonly readableEnded?: boolean;
  readonly errored?: unknown;
  on(event: 'error' | 'close', listener: (error?: unknown) => void): void;
}

type Listener = (error?: unknown) => void;

/** Who waits with a stream. One listener of each kind hears for all of them: Node warns of the eleventh. */
const LISTENERS = new WeakMap<NodeStream, Set<Listener>>();

/** Ends a call when the stream it is to send dies before it is sent: only then does an adapter listen. */
export function watchBody(call: Call): End | undefined {
  const { config, lifetime, recorder } = call;
  const { body } = call.request;
  if (!isNodeStream(body)) return undefined;
  const { sends } = recorder;
  const listener: Listener = (error) => {
    if (recorder.sends === sends) lifetime.cut(lossOf(config, error));
  };
  const listeners = listenersOf(body);
  call.unwatchBody?.();
  call.unwatchBody = () => void listeners.delete(listener);
  listeners.add(listener);
  // One that was read to its end goes out as an empty body, as it does from axios alone.
  if (body.destroyed && body.readableEnded === false) listener(body.errored);
  return lifetime.over;
}

/** The same from the wait for a retry on, unless another body may take its place. */
export function watchBodyForRetry(call: Call): void {
  const { body, retry } = call.policy;
  if (!body && !retry.beforeRetry) watchBody(call);
}

const isNodeStream = (body: unknown): body is NodeStream =>
  isStream(body) && typeof (body as Partial<NodeStream>).on === 'function';

function listenersOf(stream: NodeStream): Set<Listener> {
  const known = LISTENERS.get(stream);
  if (known) return known;
  const listeners = new Set<Listener>();
  LISTENERS.set(stream, listeners);
  // They stay: an error that nobody listens to ends the process, and may come long after the call has ended unsent.
  stream.on('error', (error) => tellAll(listeners, error));
  stream.on('close', () => tellAll(listeners));
  return listeners;
}

function tellAll(listeners: Set<Listener>, error?: unknown): void {
  for (const listener of listeners) listener(error);
}

/** What axios's http adapter makes of it. */
function lossOf(config: InternalAxiosRequestConfig, error: unknown): End {
  if (error)
    return { failure: 'other', error: axios.AxiosError.from(error, undefined, config), final: 'not-retryable' };
  return {
    failure: 'canceled',
    error: new axios.CanceledError('Request stream has been aborted', config),
    final: 'canceled',
  };
}
