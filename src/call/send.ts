import type { AxiosResponse, InternalAxiosRequestConfig } from 'axios';
import { now } from '../base/clock.js';
import { hide } from '../base/errors.js';
import { classify, responseOf } from '../base/failure.js';
import type { Outcome } from '../base/outcome.js';
import { type Aborter, LateSignal, LightSignal } from '../base/signal.js';
import { isWebStream, leavable } from '../base/stream.js';
import { discard, isStream } from './body.js';
import type { Call } from './call.js';
import type { Watch } from './connection.js';
import type { Lifetime } from './lifetime.js';
import { outcomeOfError, outcomeOfResponse, thrown, timedOut } from './outcomes.js';
import type { RealAdapter } from './real-adapter.js';
import { put, reserve, seenWith } from './stand-in.js';
import { watch } from './watch.js';

type Config = InternalAxiosRequestConfig;

const PROGRESS = ['onUploadProgress', 'onDownloadProgress'] as const;

export interface Sending {
  readonly call: Call;
  /** What to send: the call's own config, or a copy. */
  readonly config: Config;
  readonly lifetime: Lifetime;
  readonly sentAt: number;
  /** Told of the outcome before anybody else. Gives it back once all is learnt from it. */
  readonly onSettled: (outcome: Outcome) => Outcome | Promise<Outcome>;
}

/** Hands one request to axios's adapter, until it settles, takes too long, or the call ends. Never rejects. */
export function send({ call, config: given, lifetime, sentAt, onSettled }: Sending): Promise<Outcome> {
  return new Promise((resolve) => {
    const { adapter, policy, retries } = call;
    const aborter = adapter.isAxiosOwn ? new LightSignal() : new LateSignal();
    const config = aborter instanceof LateSignal ? seenWith(aborter, given) : given;
    let watched: Watch | undefined;
    const undo: (() => void)[] = [];
    let settled = false;
    let cut: unknown;
    let ownMs = 0;
    let limitMs = Infinity;

    // axios holds progress back for a third of a second: that of a failed attempt would pass for that of the next.
    const isNews = () => !cut && call.retries === retries;
    const restore = () => {
      watched?.end();
      watched = undefined;
      for (const each of undo.splice(0)) each();
    };
    const settle = (outcome: Outcome) => {
      // A function of the caller's own, asked what to make of the answer, has ended the call.
      if (settled) return discard(outcome.response?.data, outcome.response?.request);
      settled = true;
      lifetime.leave();
      restore();
      resolve(onSettled(outcome));
    };
    // The call goes on at once, whatever the adapter makes of the abort, and whether or not it heeds it.
    const kill = (end: Outcome) => {
      cut = end.error;
      call.request.share();
      settle(end);
      aborter.abort();
    };
    const timeUp = () => kill(timedOut(call, limitMs, ownMs > 0));
    const onResponse = (response: AxiosResponse) => {
      if (settled) return discard(response?.data, response?.request);
      try {
        restoreConfig(response, config, aborter, call.config);
        restore();
        settle(streaming(response, aborter, adapter, outcomeOfResponse(response, call)));
      } catch (error) {
        settle(thrown(error));
      }
    };
    const onError = (error: unknown) => {
      try {
        const response = responseOf(error);
        // axios's own timer was first: in the middle of a body, it says that the connection was lost.
        if (!settled && now() - sentAt >= limitMs && classify(error) === 'read') timeUp();
        if (cut) copyRequest(cut, error);
        if (settled) return discard(response?.data, response?.request);
        restoreConfig(error as object, config, aborter, call.config);
        restoreConfig(response, config, aborter, call.config);
        const outcome = outcomeOfError(error, response, given, watched, adapter.isAxiosOwn);
        settle(streaming(response, aborter, adapter, outcome));
      } catch (unreadable) {
        // What cannot even be looked at (a getter that throws) must not leave the attempt hanging.
        settle(thrown(unreadable));
      }
    };

    try {
      // axios's own `timeout`, where set, wins.
      ownMs = Number(config.timeout);
      limitMs = ownMs > 0 ? ownMs : policy.attemptTimeout;
      lifetime.enter(kill, { startedAt: sentAt, endsAt: sentAt + limitMs, tell: timeUp });
      if (settled) return;
      watched = watch(call, config, kill);
      if (aborter instanceof LightSignal) undo.push(put(config, 'signal', aborter));
      else undo.push(reserve(given, () => !cut));
      for (const key of PROGRESS) {
        const tell = config[key];
        if (tell) undo.push(put(config, key, (event) => isNews() && tell(event)));
      }
      // Called as axios calls it, without a `this`.
      const { send: adapt } = adapter;
      Promise.resolve(adapt(config)).then(onResponse, onError);
    } catch (error) {
      onError(error);
    }
  });
}

/** The caller finds the config it gave on what it gets back, not the copy an attempt was sent with. */
function restoreConfig(
  settled: { config?: unknown } | undefined,
  sent: Config,
  aborter: Aborter,
  original: Config,
): void {
  const config = settled?.config as Config | undefined;
  if (!config || config === original) return;
  if (config === sent || config.signal === aborter.signal) Reflect.set(settled as object, 'config', original);
}

/** As axios's own errors have it: programs tell by `request` that one was sent. Done before the caller is told. */
function copyRequest(cut: unknown, error: unknown): void {
  const { request } = Object(error) as { request?: unknown };
  if (request) hide(cut as object, 'request', request);
}

/** With what ends the body, if that is a stream. */
function streaming(
  response: AxiosResponse | undefined,
  stream: Aborter,
  { isFetch }: RealAdapter,
  outcome: Outcome,
): Outcome {
  if (!response || !isStream(response.data)) return outcome;
  const { data } = response;
  if (isFetch && isWebStream(data) && !data.locked) response.data = leavable(data, stream);
  return { ...outcome, stream };
}
