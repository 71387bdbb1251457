// What a scope has done and may do next, told from what can be seen from outside. Knows nothing of the package.
import { compare } from './compare.js';
import type { Rule, Violation } from './rules.js';
import type { Counted, Sent, Settled } from './seen.js';

export interface Expectations {
  readonly limit: number;
  /** Nothing but the bulkhead holds a call up before it is first sent. */
  readonly inOrder: boolean;
}

/** A call that has not settled yet. */
interface OpenCall {
  readonly sent: Sent[];
  /** Requests that have come to the server. */
  readonly seen: Set<number>;
  /** By request. */
  readonly answers: Map<number, number>;
  ends: number;
}

/** Follows one scope. `turn` is a number that grows with each turn of the event loop. */
export class Model {
  readonly violations: Violation[] = [];
  readonly #calls = new Map<number, OpenCall>();
  #state = 'closed';
  #stateSince = 0;
  #live: Sent[] = [];
  #probe: Sent | undefined;
  #latest = -1;
  #begun = 0;
  #told = 0;

  constructor(
    private readonly scope: string,
    private readonly expected: Expectations,
  ) {}

  began(call: number): void {
    this.#begun++;
    this.#calls.set(call, { sent: [], seen: new Set(), answers: new Map(), ends: 0 });
  }

  changed(from: string, to: string, turn: number): void {
    if (from !== this.#state) this.#violated('states', `${from} → ${to}, but it was ${this.#state}`);
    this.#state = to;
    this.#stateSince = turn;
    this.#probe = undefined;
  }

  sent(request: Sent, turn: number): void {
    const { call } = request;
    const open = this.#calls.get(call);
    if (!open) this.#violated('settled-once', `call ${call} sends, though it has settled`);
    if (open && request.method === 'POST' && open.seen.size > 0) this.#violated('sent-twice', `call ${call}`);
    if (!open?.sent.length) this.#firstSent(call);
    open?.sent.push(request);
    this.#live = this.#live.filter(({ isLive }) => isLive());
    this.#live.push(request);
    const { limit } = this.expected;
    if (this.#live.length > limit) this.#violated('concurrency', `${this.#live.length} at once, limit ${limit}`);
    // What was let go in the same turn may come to the pool a little later.
    const isOpen = this.#state === 'open' || this.#state === 'isolated';
    if (isOpen && turn > this.#stateSince) this.#violated('sent-while-open', `call ${call}`);
    if (this.#state === 'half-open') this.#probed(request);
  }

  refused(call: number, because: string, turn: number): void {
    if (because === 'circuit-open' && this.#state === 'closed' && turn > this.#stateSince)
      this.#violated('refused-while-closed', `call ${call}`);
  }

  seen(call: number, request: number): void {
    const open = this.#calls.get(call);
    if (open?.seen.has(request)) this.#violated('report', `call ${call}: the server has seen request ${request} twice`);
    open?.seen.add(request);
  }

  answered(call: number, request: number, status: number): void {
    this.#calls.get(call)?.answers.set(request, status);
  }

  ended(call: number): void {
    const open = this.#calls.get(call);
    if (open) open.ends++;
    else this.#violated('settled-once', `call ${call} tells that it has ended, though it has settled`);
  }

  settled(call: number, settled: Settled): void {
    const open = this.#calls.get(call);
    if (!open) {
      this.#violated('settled-once', `call ${call} settles again`);
      return;
    }
    this.#calls.delete(call);
    const { sent, answers, ends } = open;
    if (ends !== 1) this.#violated('settled-once', `call ${call} told ${ends} times that it had ended`);
    this.#told += settled.report?.attempts.filter(({ failure }) => failure !== 'refused').length ?? 0;
    const given = sent.map(({ id }) => answers.get(id));
    for (const [rule, detail] of compare(settled, given)) this.#violated(rule, `call ${call}: ${detail}`);
  }

  counted({ calls, attempts, successes, failures, rejected, canceled }: Counted): void {
    const ends = successes + failures + rejected + canceled;
    if (calls !== this.#begun || ends !== calls)
      this.#violated('counters', `${calls} calls and ${ends} ends counted of ${this.#begun} calls`);
    if (attempts !== this.#told) this.#violated('counters', `${attempts} attempts counted of ${this.#told}`);
  }

  left(what: Readonly<Record<string, number>>): void {
    for (const [name, count] of Object.entries(what)) {
      if (count !== 0) this.#violated('left-over', `${name}: ${count}`);
    }
  }

  /** No more calls are made, and each has had the time to settle. */
  over(): void {
    for (const call of this.#calls.keys()) this.#violated('settled-once', `call ${call} has never settled`);
  }

  #firstSent(call: number): void {
    if (this.expected.inOrder && call <= this.#latest) this.#violated('order', `${call} after ${this.#latest}`);
    this.#latest = call;
  }

  #probed(request: Sent): void {
    if (this.#probe?.isLive()) this.#violated('probes', `call ${request.call} beside call ${this.#probe.call}`);
    this.#probe = request;
  }

  #violated(rule: Rule, detail: string): void {
    this.violations.push({ rule, scope: this.scope, detail });
  }
}
