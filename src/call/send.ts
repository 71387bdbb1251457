import type { AxiosAdapter, AxiosPromise, AxiosResponse, InternalAxiosRequestConfig } from 'axios';
import { responseOf } from '../base/failure.js';
import type { Outcome } from '../base/outcome.js';
import { type Aborter, LateSignal, LightSignal } from '../base/signal.js';
import { discard, isStream } from './body.js';
import type { Call } from './call.js';
import { ConnectionWatch } from './connection.js';
import { connectTimedOut, outcomeOfError, outcomeOfResponse, thrown, timedOut } from './judge.js';
import type { Lifetime } from './lifetime.js';
import { standIn } from './stand-in.js';

type Config = InternalAxiosRequestConfig;

/**
 * Hands one request to axios's adapter, until it settles, takes too long, or the call ends. Never rejects. Whoever has to
 * know of the outcome first is told by `answered`.
 */
export function send(
  call: Call,
  config: Config,
  lifetime: Lifetime,
  answered: (outcome: Outcome) => void,
): Promise<Outcome> {
  return new Promise((resolve) => {
    const { adapter, policy } = call;
    const aborter: Aborter = adapter.isAxiosOwn ? new LightSignal() : new LateSignal();
    let settled = false;

    const settle = (outcome: Outcome) => {
      settled = true;
      connection?.end();
      lifetime.enter(undefined);
      takeBack();
      answered(outcome);
      resolve(outcome);
    };
    // The call goes on at once, whatever the adapter makes of the abort, and whether or not it heeds it.
    const kill = (end: Outcome) => {
      settle(end);
      aborter.abort();
    };

    const connection = adapter.isNodeHttp
      ? new ConnectionWatch({ limitMs: policy.connectTimeout, fresh: call.outcome?.stale === true }, () =>
          kill(connectTimedOut(call, connection?.hops)),
        )
      : undefined;
    lifetime.enter(kill);
    const limitMs = attemptLimit(config, policy.attemptTimeout);
    if (limitMs !== Number.POSITIVE_INFINITY) lifetime.limitPhase(limitMs, () => kill(timedOut(call, limitMs)));
    const takeBack = standIn(config, aborter, connection);

    // What cannot even be looked at (a getter that throws) must not leave the attempt hanging.
    const orThrown =
      <T>(listener: (value: T) => void) =>
      (value: T): void => {
        try {
          listener(value);
        } catch (error) {
          if (!settled) settle(thrown(error));
        }
      };
    const onResponse = (response: AxiosResponse) => {
      if (settled) return discard(response?.data);
      giveBack(response, config, aborter, call.config);
      settle(streaming(response, aborter, outcomeOfResponse(response, call)));
    };
    const onError = (error: unknown) => {
      const response = responseOf(error);
      if (settled) return discard(response?.data);
      giveBack(error as object, config, aborter, call.config);
      giveBack(response, config, aborter, call.config);
      settle(streaming(response, aborter, outcomeOfError(error, response, call.config, connection)));
    };
    started(adapter.send, config).then(orThrown(onResponse), orThrown(onError));
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
function giveBack(settled: { config?: unknown } | undefined, sent: Config, aborter: Aborter, original: Config): void {
  const config = settled?.config as Config | undefined;
  if (config && (config === sent || config.signal === aborter.signal)) {
    Reflect.set(settled as object, 'config', original);
  }
}

/** Keeps the means to end a body that still streams. */
function streaming(response: AxiosResponse | undefined, stream: Aborter, outcome: Outcome): Outcome {
  return isStream(response?.data) ? { ...outcome, stream } : outcome;
}
