import axios, { type AxiosHeaders, type AxiosResponse, CanceledError, type InternalAxiosRequestConfig } from 'axios';
import { now } from '../base/clock.js';
import { anyTrouble, dataOf, failureOf, settled, timeoutOf } from './failures.js';
import type { Hit } from './received.js';
import { type Act, Playbook, type Script } from './script.js';

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
 * by `validateStatus`, by `signal` and `cancelToken`, by the request's own `timeout`.
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
    url: axios.getUri(config),
    headers: Object.fromEntries(headers),
    body: config.data,
    at: now(),
  };
}

function responseTo({ url }: Hit, act: Act, config: Config, request: object): AxiosResponse {
  const { status, error } = act;
  // Those of the instance's own build of axios: in some versions it reads no other's.
  const Headers = config.headers.constructor as typeof AxiosHeaders;
  const headers = new Headers(act.headers as Record<string, string>);
  const response: AxiosResponse = { data: dataOf(act, config), status, statusText: '', headers, config, request };
  if (error === undefined) return settled(response);
  throw typeof error === 'string' ? failureOf(error, config, url, response) : error;
}

/** Answers after the act's delay, unless the caller cancels or the `timeout` passes before. */
function exchange(
  config: Config,
  request: object,
  coming: Promise<Act>,
  answer: (act: Act) => AxiosResponse,
): Promise<AxiosResponse> {
  const { signal, timeout } = config;
  const cancelToken: SubscribableToken | undefined = config.cancelToken;
  const timers: ReturnType<typeof setTimeout>[] = [];
  let over = false;
  let cancel: (reason?: unknown) => void = () => {};
  return new Promise<AxiosResponse>((resolve, reject) => {
    cancel = (reason) => reject(axios.isCancel(reason) ? reason : new CanceledError(undefined, config, request));
    if (signal?.aborted) cancel();
    signal?.addEventListener?.('abort', cancel);
    cancelToken?.subscribe?.(cancel);
    if (timeout) timers.push(setTimeout(() => reject(timeoutOf(config, request)), timeout));
    const respond = (act: Act) => {
      if (act.error === 'hang' || over) return;
      const delay = act.delay + act.drip * act.body.length;
      if (delay) timers.push(setTimeout(() => respond({ ...act, delay: 0, drip: 0 }), delay));
      else resolve(new Promise((settle) => settle(answer(act))));
    };
    coming.then(respond).catch(reject);
  }).finally(() => {
    over = true;
    for (const timer of timers) clearTimeout(timer);
    signal?.removeEventListener?.('abort', cancel);
    cancelToken?.unsubscribe?.(cancel);
  });
}

/** What axios's CancelToken has but does not declare. */
interface SubscribableToken {
  subscribe?(listener: (reason: unknown) => void): void;
  unsubscribe?(listener: (reason: unknown) => void): void;
}
