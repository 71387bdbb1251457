import type { AxiosResponse, InternalAxiosRequestConfig } from 'axios';
import { now } from '../base/clock.js';
import { hide } from '../base/errors.js';
import { classify, responseOf } from '../base/failure.js';
import type { Outcome } from '../base/outcome.js';
import { type Aborter, LateSignal, LightSignal } from '../base/signal.js';
import { isStream, isWebStream, leavable } from '../base/stream.js';
import { message } from '../policy/check.js';
import { discard } from './body.js';
import type { Call } from './call.js';
import type { Watch } from './connection.js';
import type { Lifetime } from './lifetime.js';
import { outcomeOfError, outcomeOfResponse, thrown, timedOut } from './outcomes.js';
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
export function send(sending: Sending): Promise<Outcome> {
  return new Promise((resolve) => new Exchange(sending, resolve).start());
}

class Exchange {
  readonly #aborter: Aborter;
  /** As the adapter sees it. */
  readonly #config: Config;
  readonly #retries: number;
  readonly #undo: (() => void)[] = [];
  #watch: Watch | undefined;
  #limitMs = Infinity;
  /** The limit is axios's own `timeout`. */
  #isOwnLimit = false;
  #isSettled = false;
  /** With what the attempt was ended before the adapter had. */
  #cut: unknown;

  constructor(
    private readonly sending: Sending,
    private readonly resolve: (outcome: Outcome | Promise<Outcome>) => void,
  ) {
    const { call, config } = sending;
    this.#retries = call.retries;
    const late = call.adapter.isAxiosOwn ? undefined : new LateSignal();
    this.#aborter = late ?? new LightSignal();
    this.#config = late ? seenWith(late, config) : config;
  }

  start(): void {
    const { call, lifetime, sentAt } = this.sending;
    const config = this.#config;
    try {
      // axios's own `timeout`, where set, wins.
      const ownMs = Number(config.timeout);
      this.#isOwnLimit = ownMs > 0;
      this.#limitMs = this.#isOwnLimit ? ownMs : call.policy.attemptTimeout;
      const kill = (end: Outcome) => this.#kill(end);
      lifetime.enter(kill, { startedAt: sentAt, endsAt: sentAt + this.#limitMs, tell: () => this.#timeUp() });
      if (this.#isSettled) return;
      if (call.adapter.isAxiosOwn) validateSignal(config);
      this.#watch = watch(call, config, kill);
      this.#standIn();
      // Called as axios calls it, without a `this`.
      const { send: adapt } = call.adapter;
      Promise.resolve(adapt(config)).then(
        (response) => this.#onResponse(response),
        (error) => this.#onError(error),
      );
    } catch (error) {
      this.#onError(error);
    }
  }

  /** Puts what is this attempt's own in the place of the caller's signal and listeners. */
  #standIn(): void {
    const config = this.#config;
    if (this.#aborter instanceof LightSignal) this.#undo.push(put(config, 'signal', this.#aborter));
    // An adapter that was cut off may still make a copy.
    else this.#undo.push(reserve(this.sending.config, () => !this.#cut));
    for (const key of PROGRESS) {
      const listener = config[key];
      if (listener) this.#undo.push(put(config, key, (event) => this.#isNews && listener(event)));
    }
  }

  /** axios holds progress back for a third of a second: that of a failed attempt would pass for that of the next. */
  get #isNews(): boolean {
    return !this.#cut && this.sending.call.retries === this.#retries;
  }

  #onResponse(response: AxiosResponse): void {
    if (this.#isLate(response)) return;
    const { call } = this.sending;
    try {
      this.#restoreConfig(response);
      this.#restore();
      this.#settle(this.#streaming(response, outcomeOfResponse(response, call)));
    } catch (error) {
      this.#settle(thrown(error));
    }
  }

  #onError(error: unknown): void {
    const { call, config, sentAt } = this.sending;
    try {
      const response = responseOf(error);
      // axios's own timer was first: in the middle of a body, it says that the connection was lost.
      if (!this.#isSettled && now() - sentAt >= this.#limitMs && classify(error) === 'read') this.#timeUp();
      if (this.#cut) copyRequest(this.#cut, error);
      if (this.#isLate(response)) return;
      this.#restoreConfig(error as object);
      this.#restoreConfig(response);
      const outcome = outcomeOfError(error, response, config, this.#watch, call.adapter.isAxiosOwn);
      this.#settle(this.#streaming(response, outcome));
    } catch (unreadable) {
      // What cannot even be looked at (a getter that throws) must not leave the attempt hanging.
      this.#settle(thrown(unreadable));
    }
  }

  #timeUp(): void {
    this.#kill(timedOut(this.sending.call, this.#limitMs, this.#isOwnLimit));
  }

  /** The call goes on at once, whatever the adapter makes of the abort, and whether or not it heeds it. */
  #kill(end: Outcome): void {
    this.#cut = end.error;
    this.sending.call.request.sendCopies();
    this.#settle(end);
    this.#aborter.abort();
  }

  #settle(outcome: Outcome): void {
    // A function of the caller's own, asked what to make of the answer, has ended the call.
    if (this.#isLate(outcome.response)) return;
    this.#isSettled = true;
    this.sending.lifetime.leave();
    this.#restore();
    this.resolve(this.sending.onSettled(outcome));
  }

  /** What comes after the attempt has ended is let go of. */
  #isLate(response: AxiosResponse | undefined): boolean {
    if (this.#isSettled) discard(response?.data, response?.request);
    return this.#isSettled;
  }

  #restore(): void {
    this.#watch?.end();
    this.#watch = undefined;
    for (const undo of this.#undo.splice(0)) undo();
  }

  /** The caller finds the config it gave on what it gets back, not the copy an attempt was sent with. */
  #restoreConfig(settled: { config?: unknown } | undefined): void {
    const { config: original } = this.sending.call;
    const config = settled?.config as Config | undefined;
    if (!config || config === original) return;
    if (config === this.#config || config.signal === this.#aborter.signal)
      Reflect.set(settled as object, 'config', original);
  }

  /** With what ends the body, if that is a stream. */
  #streaming(response: AxiosResponse | undefined, outcome: Outcome): Outcome {
    if (!response || !isStream(response.data)) return outcome;
    const { data } = response;
    const stream = this.#aborter;
    if (this.sending.call.adapter.isFetch && isWebStream(data) && !data.locked) response.data = leavable(data, stream);
    return { ...outcome, stream };
  }
}

/** axios's adapters would refuse it as well, or not hear of it: an AbortController in place of its signal, say. */
function validateSignal({ signal }: Config): void {
  if (signal && !signal.addEventListener) throw new TypeError(message('signal', 'must be an AbortSignal', signal));
}

/** As axios's own errors have it: programs tell by `request` that one was sent. Done before the caller is told. */
function copyRequest(cut: unknown, error: unknown): void {
  const { request } = Object(error) as { request?: unknown };
  if (request) hide(cut as object, 'request', request);
}
