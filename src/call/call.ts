import type { AxiosResponse, InternalAxiosRequestConfig } from 'axios';
import type { Decision, RetryDecision } from '../base/decision.js';
import { DeadlineExceededError } from '../base/errors.js';
import type { Attachments, CallFacts } from '../base/events.js';
import { nextCallId } from '../base/ids.js';
import type { Outcome } from '../base/outcome.js';
import { redactedUrl } from '../base/url.js';
import type { EventName, EventOf, ScopeEvent } from '../observe/emit.js';
import { Recorder } from '../observe/recorder.js';
import type { ResolvedPolicy } from '../policy/resolve.js';
import type { FailedAttempt } from '../policy/types.js';
import { type Facts, type LimitedKind, limitedKind } from '../retry/decide.js';
import type { Context, Scope } from './context.js';
import { Lifetime } from './lifetime.js';
import type { RealAdapter } from './real-adapter.js';
import { Request } from './request.js';

type Own<Name extends EventName> = Omit<EventOf<Name>, keyof CallFacts | keyof Attachments>;

/** The state of one call. It lives here and never on the caller's config. */
export class Call {
  readonly recorder = new Recorder();
  readonly lifetime: Lifetime;
  readonly request: Request;
  readonly scope: Scope;
  /** How the latest attempt ended; undefined while the first is under way. */
  outcome: Outcome | undefined;
  /** What was decided on the latest failure; still a retry once that retry has succeeded. */
  decision: Decision | undefined;
  /** Retries decided on; the recorder counts those that were sent. */
  retries = 0;
  /** Of those, the ones that took a turn of the budget and were not answered since. */
  paid = 0;
  hasTurn = false;
  previousDelayMs = 0;
  /** Its listener is taken off the stream it was to send. */
  unwatchBody: (() => void) | undefined;
  readonly retriesBy: Record<LimitedKind, number> = { connect: 0, read: 0, status: 0 };
  #madeIdentity: CallFacts | undefined;

  constructor(
    /** The caller's own, as axios dispatched it. */
    readonly config: InternalAxiosRequestConfig,
    readonly adapter: RealAdapter,
    readonly policy: ResolvedPolicy,
    readonly context: Context,
  ) {
    this.scope = context.scope(policy.scope(config));
    this.request = new Request(config, policy);
    const { deadline } = policy;
    const deadlineError = () => new DeadlineExceededError(config, this.scope.name, deadline, this.outcome?.error);
    this.lifetime = new Lifetime(config, this.recorder.startedAt, deadline, deadlineError);
  }

  /** Tells an event of this call to those who listen. */
  emit<Name extends Exclude<EventName, ScopeEvent>>(name: Name, own: () => Own<Name>): void {
    const { emitter } = this.context;
    emitter.emit(name, () => this.#event(this.#identity, own()) as EventOf<Name>, this.policy.hooks);
  }

  /** Counts a retry that was decided on, by the kind of failure before it. */
  noteRetry({ delayMs }: RetryDecision): void {
    this.retries++;
    const kind = limitedKind(this.outcome?.failure);
    if (kind) this.retriesBy[kind]++;
    this.previousDelayMs = delayMs;
    this.recorder.delay(delayMs);
  }

  /** What to decide on, beside the outcome. */
  get facts(): Facts {
    const { policy, request, retries, retriesBy, previousDelayMs, lifetime, scope } = this;
    return {
      method: request.method,
      idempotent: policy.idempotent ?? (request.hasIdempotencyKey || undefined),
      replayable: request.replayable,
      retries,
      retriesBy,
      previousDelayMs,
      remainingMs: lifetime.remainingMs,
      budgetSpent: policy.retry.budget !== false && scope.guard.hasSpentBudget,
      failed: () => this.failed(),
    };
  }

  /** The latest attempt, for the caller's functions that decide what comes next. */
  failed(): FailedAttempt {
    return this.#event(this.recorder.last);
  }

  /** Made for the first event of the call. */
  get #identity(): CallFacts {
    this.#madeIdentity ??= {
      callId: nextCallId(),
      method: this.request.givenMethod,
      url: redactedUrl(this.config),
      scope: this.scope.name,
    };
    return this.#madeIdentity;
  }

  #event<T extends object, U extends object = object>(fields: T, more?: U): T & U & Attachments {
    const event = new CallEvent(this.config, this.outcome);
    return Object.freeze(Object.assign(event, fields, more)) as T & U & Attachments;
  }
}

/** Printing or serialising an event must not give a header or a body away, so these are there, but not enumerable. */
class CallEvent {
  readonly #config: InternalAxiosRequestConfig;
  readonly #outcome: Outcome | undefined;

  constructor(config: InternalAxiosRequestConfig, outcome: Outcome | undefined) {
    this.#config = config;
    this.#outcome = outcome;
  }

  get config(): InternalAxiosRequestConfig {
    return this.#config;
  }

  get response(): AxiosResponse | undefined {
    return this.#outcome?.response;
  }

  get error(): unknown {
    return this.#outcome?.error;
  }
}
