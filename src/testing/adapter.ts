import type { AxiosHeaders, AxiosResponse, InternalAxiosRequestConfig } from 'axios';
import { axios } from '../base/axios.js';
import { anyTrouble, dataOf, failureOf, settled, timeoutOf } from './failures.js';
import type { Hit } from './received.js';
import { type Act, hasBody, Playbook, piecesOf, type Script } from './script.js';
import { streamOf } from './stream.js';
import { utf8 } from './utf8.js';

type Config = InternalAxiosRequestConfig;

/** Give it to axios as `adapter`. */
export interface ScriptedAdapter {
  (config: InternalAxiosRequestConfig): Promise<AxiosResponse>;
  /** Every request so far, in order: what was sent, not what was called. */
  readonly hits: readonly Hit[];
  /** Replaces what is left of the script. */
  script(next: Script): void;
}

/**
 * An axios adapter that needs no network: answers by the script, one step a request. Rejects as axios's own adapters do:
 * by `validateStatus`, by `signal` and `cancelToken`, by the request's own `timeout`. Bodies are as axios's http adapter gives
 * them in Node, as its fetch adapter elsewhere; with `responseType: 'stream'` they come after the answer.
 *
 * @throws TypeError or RangeError if a step is none: path, rule and value are named
 */
export function scriptedAdapter(script: Script = [200]): ScriptedAdapter {
  let playbook = new Playbook(script, anyTrouble);
  const hits: Hit[] = [];
  const adapter = (config: Config): Promise<AxiosResponse> => {
    const hit = hitOf(config);
    const request = { method: hit.method, path: new URL(hit.url, 'http://localhost').pathname };
    return exchange(config, request, playbook.act(hit, hits.push(hit)), (act) => responseTo(hit, act, config, request));
  };
  return Object.assign(adapter, {
    hits,
    script: (next: Script) => {
      playbook = new Playbook(next, anyTrouble);
    },
  });
}

function hitOf(config: Config): Hit {
  const headers = Object.entries(config.headers.toJSON()).map(([name, value]) => [name.toLowerCase(), String(value)]);
  return {
    method: (config.method ?? 'get').toUpperCase(),
    // Not by axios itself, which would add defaults of its own that came after the instance.
    url: new axios.Axios({}).getUri(config),
    headers: { ...Object.fromEntries(headers), ...credentialsOf(config) },
    body: config.data,
    at: performance.now(),
  };
}

/** As axios makes it of `auth`, which takes the place of such a header. */
function credentialsOf({ auth }: Config): Record<string, string> {
  if (!auth) return {};
  const bytes = utf8(`${auth.username || ''}:${auth.password || ''}`);
  return { authorization: `Basic ${btoa(String.fromCharCode(...bytes))}` };
}

function responseTo({ url }: Hit, act: Act, config: Config, request: object): AxiosResponse {
  const { status, error } = act;
  // Those of the instance's own build of axios: in some versions it reads no other's.
  const Headers = config.headers.constructor as typeof AxiosHeaders;
  const headers = new Headers(act.headers as Record<string, string>);
  const response: AxiosResponse = { data: undefined, status, statusText: '', headers, config, request };
  if (isStreamed(act, config)) return streaming(response, act);
  if (error === undefined) return settled({ ...response, data: dataOf(act, config) });
  throw typeof error === 'string' ? failureOf(error, config, url, response) : error;
}

/** Its body comes after it, and may be cancelled meanwhile, but not that of a refused answer. */
function streaming(response: AxiosResponse, act: Act): AxiosResponse {
  const { config, request } = response;
  let letGo = () => {};
  const { stream, fail } = streamOf(act, () => letGo());
  response.data = stream;
  settled(response);
  letGo = onCancel(config, request, fail);
  return response;
}

const isStreamed = (act: Act, { responseType }: Config): boolean => responseType === 'stream' && hasBody(act);

/** Milliseconds until axios's own adapters settle: with a stream when the headers are in, else when the body is. */
const settlesAfter = (act: Act, config: Config): number =>
  act.delay + (hasBody(act) && !isStreamed(act, config) ? act.drip * piecesOf(act).length : 0);

/** Answers when it is time, unless the caller cancels or the `timeout` passes before. */
function exchange(
  config: Config,
  request: object,
  coming: Promise<Act>,
  answer: (act: Act) => AxiosResponse,
): Promise<AxiosResponse> {
  const { timeout } = config;
  const timers: ReturnType<typeof setTimeout>[] = [];
  let over = false;
  let letGo = () => {};
  return new Promise<AxiosResponse>((resolve, reject) => {
    letGo = onCancel(config, request, reject);
    if (timeout) timers.push(setTimeout(() => reject(timeoutOf(config, request)), timeout));
    const respond = (act: Act) => resolve(new Promise((settle) => settle(answer(act))));
    const schedule = (act: Act) => {
      if (act.error === 'hang' || over) return;
      const ms = settlesAfter(act, config);
      if (ms) timers.push(setTimeout(respond, ms, act));
      else respond(act);
    };
    coming.then(schedule).catch(reject);
  }).finally(() => {
    over = true;
    for (const timer of timers) clearTimeout(timer);
    letGo();
  });
}

/** Hears of the caller's cancelling until it is let go of. */
function onCancel(config: Config, request: object, cancel: (error: Error) => void): () => void {
  const { signal } = config;
  const cancelToken: SubscribableToken | undefined = config.cancelToken;
  const hear = (reason?: unknown) =>
    cancel(axios.isCancel(reason) ? (reason as Error) : new axios.CanceledError(undefined, config, request));
  if (signal?.aborted) hear();
  signal?.addEventListener?.('abort', hear);
  cancelToken?.subscribe?.(hear);
  return () => {
    signal?.removeEventListener?.('abort', hear);
    cancelToken?.unsubscribe?.(hear);
  };
}

/** What axios's CancelToken has but does not declare. */
interface SubscribableToken {
  subscribe?(listener: (reason: unknown) => void): void;
  unsubscribe?(listener: (reason: unknown) => void): void;
}
