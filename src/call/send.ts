import type { AxiosAdapter, AxiosPromise, AxiosResponse, InternalAxiosRequestConfig } from 'axios';
import { wallClock } from '../base/clock.js';
import { AttemptTimeoutError } from '../base/errors.js';
import { classify, neverSent } from '../base/failure.js';
import { MAX_TIMER_MS } from '../base/http.js';
import type { Outcome } from '../base/outcome.js';
import { type Aborter, LightSignal } from '../base/signal.js';
import { retryAfterMs } from '../retry/retry-after.js';
import { discard, isStream, parsed } from './body.js';
import type { Call } from './call.js';

type Config = InternalAxiosRequestConfig;

/** Hands one request to axios's adapter, until it settles, takes too long, or the call ends. Never rejects. */
export function send(call: Call, config: Config): Promise<Outcome> {
  return new Promise((resolve) => {
    const aborter: Aborter = call.adapter.isAxiosOwn ? new LightSignal() : new AbortController();
    const callersSignal = config.signal;
    let settled = false;

    const settle = (outcome: Outcome) => {
      settled = true;
      clearTimeout(timer);
      call.lifetime.enter(undefined);
      if (callersSignal) config.signal = callersSignal;
      else delete config.signal;
      resolve(outcome);
    };
    // The call goes on at once, whatever the adapter makes of the abort, and whether or not it heeds it.
    const kill = (end: Outcome) => {
      settle(end);
      aborter.abort();
    };

    const limitMs = attemptLimit(config, call.policy.attemptTimeout);
    const timer =
      limitMs <= MAX_TIMER_MS
        ? setTimeout(() => kill({ failure: 'timeout', error: new AttemptTimeoutError(call.config, limitMs) }), limitMs)
        : undefined;
    call.lifetime.enter(kill);
    config.signal = aborter.signal;

    started(call.adapter.send, config).then(
      (response) => {
        if (settled) return discard(response?.data);
        giveBack(response, config, aborter, call.config);
        settle(streaming(response, aborter, outcomeOfResponse(response, call)));
      },
      (error) => {
        const response: AxiosResponse | undefined = error?.response;
        if (settled) return discard(response?.data);
        giveBack(error, config, aborter, call.config);
        giveBack(response, config, aborter, call.config);
        settle(streaming(response, aborter, outcomeOfError(error, response)));
      },
    );
  });
}

/** axios's own `timeout`, where set, wins. */
function attemptLimit({ timeout }: Config, attemptTimeout: number): number {
  const own = Number(timeout);
  return own > 0 ? own : attemptTimeout;
}

function started(adapter: AxiosAdapter, config: Config): AxiosPromise {
  try {
    return Promise.resolve(adapter(config));
  } catch (error) {
    return Promise.reject(error);
  }
}

/** The caller finds the config it gave on what it gets back, not the copy an attempt was sent with. */
function giveBack(
  settled: { config?: unknown } | undefined,
  sent: Config,
  { signal }: Aborter,
  original: Config,
): void {
  const config = settled?.config as Config | undefined;
  if (config && (config === sent || config.signal === signal)) Reflect.set(settled as object, 'config', original);
}

function outcomeOfResponse(response: AxiosResponse, call: Call): Outcome {
  const { methods, statuses, retryResponse } = call.policy.retry;
  const listed = methods.get(call.request.method)?.statuses ?? statuses;
  // A custom adapter may resolve with anything; axios will say what it thinks of that.
  const status = response?.status;
  if (listed.has(status)) return { failure: 'status', response, ...askedWait(response) };
  try {
    if (retryResponse?.(parsed(response)))
      return { failure: 'status', response, unready: true, ...askedWait(response) };
  } catch (error) {
    return thrown(error);
  }
  return { response };
}

function outcomeOfError(error: unknown, response: AxiosResponse | undefined): Outcome {
  const failure = classify(error);
  return {
    failure,
    error,
    unsent: neverSent(failure, error),
    ...(response && { response, ...askedWait(response) }),
    ...(failure === 'canceled' && { final: failure }),
  };
}

/** What one of the caller's own functions threw: the call rejects with it. */
export const thrown = (error: unknown): Outcome => ({ failure: 'other', error, final: 'vetoed' });

function askedWait({ headers, status }: AxiosResponse): Pick<Outcome, 'retryAfterMs'> {
  const ms = retryAfterMs(headers, status, wallClock());
  return ms === undefined ? {} : { retryAfterMs: ms };
}

/** Keeps the means to end a body that still streams. */
function streaming(response: AxiosResponse | undefined, stream: Aborter, outcome: Outcome): Outcome {
  return isStream(response?.data) ? { ...outcome, stream } : outcome;
}
