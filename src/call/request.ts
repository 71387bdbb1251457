import type { InternalAxiosRequestConfig } from 'axios';
import { IDEMPOTENCY_KEY_HEADERS, IDEMPOTENT_METHODS } from '../base/http.js';
import { randomUuid } from '../base/ids.js';
import type { Outcome } from '../base/outcome.js';
import { isStream } from '../base/stream.js';
import { unawaited } from '../base/thenable.js';
import { message } from '../policy/check.js';
import type { ResolvedPolicy } from '../policy/resolve.js';
import { discard, isReplayable, isUnread, isUnserialized } from './body.js';
import { typeAsAxios } from './content-type.js';
import { copyOfForm, type FormCopy } from './form.js';

type Config = InternalAxiosRequestConfig;

/** What a call sends: the caller's config as it was given, or a copy where somebody else may still write into that. */
export class Request {
  /** What an adapter may replace on the caller's config, as it was before. */
  readonly #given: Pick<Config, 'headers'> & Partial<Config>;
  /** In place of the caller's own, which cannot be sent twice. */
  readonly #form: FormCopy | undefined;
  /** The headers as they were before any adapter added its own, Content-Length among them. */
  readonly #headers: object;
  #template: Config | undefined;
  #sent = false;
  #sendsCopies = false;
  /** Made by the caller's `body`, and so ours to let go of. */
  #made: unknown;
  /** The one made for the attempt before: used up. */
  #spent: unknown;

  constructor(
    private readonly config: Config,
    private readonly policy: ResolvedPolicy,
  ) {
    const { idempotencyKey } = policy.retry;
    const { url, baseURL, params, method, data, headers } = config;
    this.#form = copyOfForm(data);
    this.#given = { url, baseURL, params, method, data: this.#form?.data ?? data, headers } as Config;
    if (idempotencyKey && !IDEMPOTENT_METHODS.includes(this.method) && !this.hasIdempotencyKey) {
      headers.set('Idempotency-Key', idempotencyKey === true ? randomUuid() : keyOf(idempotencyKey(config)));
    }
    this.#headers = { ...headers };
  }

  /** A copy of what the caller gave. */
  get original(): Config {
    return copyOfConfig(this.config, { ...this.#given, headers: this.#originalHeaders() });
  }

  /** What `beforeRetry` may change: the request of the next attempt and all after it. */
  get template(): Config {
    this.#template ??= this.original;
    return this.#template;
  }

  /** From now on each attempt gets a copy: two may be under way at once, or an adapter that was cut off still at work. */
  sendCopies(): void {
    this.#sendsCopies = true;
  }

  /** What to send next: adapters write into what they are given. */
  next(): Config {
    // An adapter may have frozen what it was given.
    if (Object.isFrozen(this.config)) this.sendCopies();
    if (this.#sendsCopies || this.#template)
      return copyOfConfig(this.template, { headers: copyOfHeaders(this.template.headers) });
    if (this.#sent) this.#restore();
    this.#sent = true;
    if (this.#form) this.sendCopies();
    return this.config;
  }

  /** Takes what `beforeRetry` has made of the template as it was `before`, be it in plain objects, as axios takes what its callers give. */
  adopt({ headers, data }: Pick<Config, 'headers' | 'data'>): void {
    // Those that it has put in place are somebody's own, and may be frozen.
    if (this.template.headers !== headers)
      this.template.headers = copyOfHeaders(likeHeaders(this.template.headers, this.#given.headers));
    // Another body that no adapter takes as it is, is serialised as the caller's was.
    if (this.template.data !== data && isUnserialized(this.template.data)) transform(this.template);
  }

  /** Of the next attempt. */
  get method(): string {
    return inCapitals(this.#latest.method);
  }

  /** As the caller gave it. */
  get givenMethod(): string {
    return inCapitals(this.#given.method);
  }

  /** Of the next attempt. */
  get body(): unknown {
    return this.#latest.data;
  }

  get replayable(): boolean {
    return this.policy.body !== undefined || isReplayable(this.body);
  }

  /** Two attempts at once would each get a part of a stream, though nobody has read it yet. */
  get canBeDoubled(): boolean {
    return this.policy.idempotent !== false && !this.policy.body && this.replayable && !isStream(this.body);
  }

  /** A Node stream that is used up would go out as an empty body, and a web stream would throw, whatever had failed before. */
  get isSpent(): boolean {
    const data = this.body;
    const { destroyed, locked } = Object(data) as { destroyed?: boolean; locked?: boolean };
    return isStream(data) && (destroyed === true || locked === true || data === this.#spent);
  }

  /** Makes the body of the next attempt, where the caller gave the means to. */
  async renewBody(): Promise<void> {
    this.discardBody();
    this.#spent = this.#made;
    this.#made = await this.policy.body?.();
    this.template.data = this.#made;
    // Of an async iterable that is no stream, axios's transform would make an empty object.
    if (isStream(this.#made) || !(Symbol.asyncIterator in Object(this.#made))) transform(this.template);
    typeAsAxios(this.template, this.method);
  }

  /** Lets go of a body that was made for the latest attempt; a server may have answered well before it has read all of it. */
  discardBody(outcome?: Outcome): void {
    if (!outcome || outcome.failure || isUnread(this.#made)) discard(this.#made);
  }

  /** True if one will be sent: axios leaves `null` and `false` off, and an empty key tells a server nothing. */
  get hasIdempotencyKey(): boolean {
    return IDEMPOTENCY_KEY_HEADERS.some((name) => Boolean(this.#latest.headers.get(name)));
  }

  /** As `beforeRetry` has left it, if it was asked. */
  get #latest(): Pick<Config, 'headers'> & Partial<Config> {
    return this.#template ?? this.#given;
  }

  /** Takes off the caller's config what the adapter has made of it. A copy costs 3 µs more. */
  #restore(): void {
    const { config } = this;
    for (const key of Object.keys(this.#given) as (keyof Config)[]) {
      if (config[key] !== this.#given[key]) Reflect.set(config, key, this.#given[key]);
    }
    config.headers = this.#originalHeaders();
  }

  #originalHeaders(): Config['headers'] {
    const headers = copyOfHeaders(this.#given.headers, this.#headers);
    // It has a boundary of its own.
    if (this.#form?.contentType) headers.setContentType(this.#form.contentType);
    return headers;
  }
}

/** `beforeRetry` may have put anything there. */
const inCapitals = (method: unknown): string => String(method ?? 'get').toUpperCase();

/** With a wrong key, the same for two requests, a server would drop one of them; with none it might do the work twice. */
function keyOf(key: unknown): string | undefined {
  if (key === undefined || (typeof key === 'string' && key !== '') || Number.isFinite(key)) return key as string;
  throw new TypeError(message('retry.idempotencyKey', 'must return a key', unawaited(key)));
}

/** Headers of the caller's own class, made of whatever a hook has put in their place. */
function likeHeaders(headers: unknown, own: Config['headers']): Config['headers'] {
  if (headers && Object.getPrototypeOf(headers) === Object.getPrototypeOf(own)) return headers as Config['headers'];
  const fields = (headers as Partial<Config['headers']> | undefined)?.toJSON?.() ?? headers;
  return new (own.constructor as new (fields: unknown) => Config['headers'])(fields);
}

function transform(config: Config): void {
  for (const each of [config.transformRequest ?? []].flat()) {
    config.data = each.call(config, config.data, config.headers);
  }
}

/** Keeps the prototype, which in newer versions of axios is none. */
export const copyOfConfig = (config: Config, fields?: Partial<Config>): Config =>
  Object.assign(Object.create(Object.getPrototypeOf(config)), config, fields);

/** AxiosHeaders must stay those of the instance's own axios. */
const copyOfHeaders = (headers: Config['headers'], fields: object = headers): Config['headers'] =>
  Object.assign(Object.create(Object.getPrototypeOf(headers)), fields);
