import type { InternalAxiosRequestConfig } from 'axios';
import { axios } from '../base/axios.js';
import type { End } from '../base/outcome.js';
import { isStream } from './body.js';
import type { Call } from './call.js';

/** As much of a Node stream as tells that it has died. Older ones do not tell whether they have ended. */
interface NodeStream {
  readonly destroyed?: boolean;
  readonly readableEnded?: boolean;
  readonly errored?: unknown;
  on(event: 'error' | 'close', listener: (error?: unknown) => void): void;
}

type Hear = (error?: unknown) => void;

/** Who waits with a stream. One listener of each kind hears for all of them: Node warns of the eleventh. */
const HEARERS = new WeakMap<NodeStream, Set<Hear>>();

/** Ends a call when the stream it is to send dies before it is sent: only then does an adapter listen. */
export function heed(call: Call): End | undefined {
  const { config, lifetime, recorder } = call;
  const { body } = call.request;
  if (!isNodeStream(body)) return undefined;
  const { sends } = recorder;
  const hear: Hear = (error) => {
    if (recorder.sends === sends) lifetime.cut(death(config, error));
  };
  const hearers = hearersOf(body);
  call.unheed?.();
  call.unheed = () => void hearers.delete(hear);
  hearers.add(hear);
  // One that was read to its end goes out as an empty body, as it does from axios alone.
  if (body.destroyed && body.readableEnded === false) hear(body.errored);
  return lifetime.over;
}

/** The same from the wait for a retry on, unless another body may take its place. */
export function heedAgain(call: Call): void {
  const { body, retry } = call.policy;
  if (!body && !retry.beforeRetry) heed(call);
}

const isNodeStream = (body: unknown): body is NodeStream =>
  isStream(body) && typeof (body as Partial<NodeStream>).on === 'function';

function hearersOf(stream: NodeStream): Set<Hear> {
  const known = HEARERS.get(stream);
  if (known) return known;
  const hearers = new Set<Hear>();
  HEARERS.set(stream, hearers);
  // They stay: an error that nobody listens to ends the process, and may come long after the call has ended unsent.
  stream.on('error', (error) => tell(hearers, error));
  stream.on('close', () => tell(hearers));
  return hearers;
}

function tell(hearers: Set<Hear>, error?: unknown): void {
  for (const hear of hearers) hear(error);
}

/** What axios's http adapter makes of it. */
function death(config: InternalAxiosRequestConfig, error: unknown): End {
  if (error)
    return { failure: 'other', error: axios.AxiosError.from(error, undefined, config), final: 'not-retryable' };
  return {
    failure: 'canceled',
    error: new axios.CanceledError('Request stream has been aborted', config),
    final: 'canceled',
  };
}
