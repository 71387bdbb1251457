// What a scope owes whoever calls through it, told from what can be seen from outside. Knows nothing of the package.

export const RULES = {
  concurrency: 'no more requests at once than the bulkhead has slots',
  order: 'calls that wait for a slot are sent in the order in which they came',
  'sent-while-open': 'nothing is sent once the circuit has opened',
  probes: 'a half-open circuit lets one request out at a time',
  states: 'each change of the circuit begins where the last one ended',
  'settled-once': 'each call settles once, and tells once that it has ended',
  late: 'no call takes longer than its deadline',
  report: 'a report tells of the requests that were sent, and of the statuses that the server gave',
  'left-over': 'nothing is left at the end',
} as const;

export type Rule = keyof typeof RULES;

export interface Violation {
  readonly rule: Rule;
  readonly scope: string;
  readonly detail: string;
}

/** A request of a call, as the connection pool gets it. */
export interface Sent {
  readonly id: number;
  readonly call: number;
  /** It takes up a slot. */
  readonly isLive: () => boolean;
}

/** An attempt, as the call's report tells of it. */
export interface Told {
  readonly status?: number;
  readonly failure?: string;
}

export interface Expectations {
  readonly limit: number;
  /** Calls are never sent twice here, so that the order of requests is that of calls. */
  readonly inOrder: boolean;
}

/** Follows one scope. `turn` is a number that grows with each turn of the event loop. */
export class Model {
  readonly violations: Violation[] = [];
  #state = 'closed';
  #stateSince = 0;
  #live: Sent[] = [];
  #probe: Sent | undefined;
  #latest = -1;
  readonly #sent = new Map<number, Sent[]>();
  readonly #ended = new Map<number, number>();
  readonly #answered = new Map<number, number>();

  constructor(
    private readonly scope: string,
    private readonly expected: Expectations,
  ) {}

  changed(from: string, to: string, turn: number): void {
    if (from !== this.#state) this.#violated('states', `${from} → ${to}, but it was ${this.#state}`);
    this.#state = to;
    this.#stateSince = turn;
    this.#probe = undefined;
  }

  sent(request: Sent, turn: number): void {
    this.#live = this.#live.filter(({ isLive }) => isLive());
    this.#live.push(request);
    this.#sent.set(request.call, [...(this.#sent.get(request.call) ?? []), request]);
    const { limit, inOrder } = this.expected;
    if (this.#live.length > limit) this.#violated('concurrency', `${this.#live.length} at once, limit ${limit}`);
    // What was let go in the same turn may come to the pool a little later.
    if (this.#state === 'open' && turn > this.#stateSince) this.#violated('sent-while-open', `call ${request.call}`);
    if (this.#state === 'half-open') this.#probed(request);
    if (inOrder && request.call <= this.#latest) this.#violated('order', `${request.call} after ${this.#latest}`);
    this.#latest = request.call;
  }

  answered(id: number, status: number): void {
    this.#answered.set(id, status);
  }

  ended(call: number): void {
    this.#ended.set(call, (this.#ended.get(call) ?? 0) + 1);
  }

  settled(call: number, { told, lateMs }: { told: readonly Told[] | undefined; lateMs: number }): void {
    const times = this.#ended.get(call) ?? 0;
    if (times !== 1) this.#violated('settled-once', `call ${call} told ${times} times that it had ended`);
    if (lateMs > 0) this.#violated('late', `call ${call} by ${Math.round(lateMs)} ms`);
    this.#compare(call, told);
    this.#sent.delete(call);
    this.#ended.delete(call);
  }

  left(what: Readonly<Record<string, number>>): void {
    for (const [name, count] of Object.entries(what)) {
      if (count !== 0) this.#violated('left-over', `${name}: ${count}`);
    }
  }

  #probed(request: Sent): void {
    if (this.#probe?.isLive()) this.#violated('probes', `call ${request.call} beside call ${this.#probe.call}`);
    this.#probe = request;
  }

  #compare(call: number, told: readonly Told[] | undefined): void {
    if (!told) {
      this.#violated('report', `call ${call} has none`);
      return;
    }
    const sent = this.#sent.get(call) ?? [];
    const attempts = told.filter(({ failure }) => failure !== 'refused');
    // An attempt may end before its request comes to the pool.
    const cutShort = attempts.filter(({ failure }) => failure === 'canceled' || failure === 'timeout').length;
    if (attempts.length < sent.length || attempts.length - cutShort > sent.length)
      this.#violated('report', `call ${call}: ${sent.length} sent, ${attempts.length} told`);
    const given = sent.map(({ id }) => this.#answered.get(id)).filter((status) => status !== undefined);
    const statuses = attempts.map(({ status }) => status).filter((status) => status !== undefined);
    if (!isWithin(statuses, given)) this.#violated('report', `call ${call}: told ${statuses}, given ${given}`);
    for (const { id } of sent) this.#answered.delete(id);
  }

  #violated(rule: Rule, detail: string): void {
    this.violations.push({ rule, scope: this.scope, detail });
  }
}

/** True if `part` is `whole` with some left out: an answer that came too late is not told of. */
function isWithin(part: readonly number[], whole: readonly number[]): boolean {
  let at = 0;
  for (const value of whole) if (value === part[at]) at++;
  return at === part.length;
}
