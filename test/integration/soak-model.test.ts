import { beforeEach, describe, expect, test } from '@jest/globals';
import { Model } from '../tools/soak/model.js';
import { RULES, type Rule } from '../tools/soak/rules.js';
import type { Sent, Settled, Told } from '../tools/soak/seen.js';

const gone = () => false;
const ok: Told = { status: 200, durationMs: 1 };
const refused: Told = { failure: 'refused', durationMs: 0 };

let model: Model;
let turn: number;

beforeEach(() => {
  model = new Model('scope', { limit: 2, inOrder: true });
  turn = 0;
});

function send(
  call: number,
  { isLive = () => true, id = call, method = 'GET', status }: Partial<Sent> & { status?: number } = {},
) {
  model.sent({ id, call, method, isLive }, ++turn);
  if (status) model.answered(call, id, status);
}

function begin(...calls: number[]) {
  for (const call of calls) model.began(call);
}

/** A call that was answered with a 200 after 1 ms, but for what is said otherwise. */
function settle(call: number, { attempts = [ok], ...report }: Report = {}, seen: Partial<Settled> = {}) {
  model.ended(call);
  const told = { attempts, retries: 0, waitedMs: 0, queuedMs: 0, elapsedMs: 1, ended: 'success', ...report };
  const when = { deadline: 1_000, tookMs: 1, countedMs: 1, turnsSinceCancel: undefined };
  model.settled(call, { end: 'success', report: told, ...when, ...seen });
}
type Report = Partial<NonNullable<Settled['report']>>;

function open() {
  model.changed('closed', 'open', ++turn);
}

function halfOpen() {
  open();
  model.changed('open', 'half-open', ++turn);
}

const broken = () => model.violations.map(({ rule }) => rule);
const details = () => model.violations.map(({ detail }) => detail);

test('nothing is wrong where all is well', () => {
  begin(1, 2, 3, 4, 5);
  send(1, { isLive: gone, status: 200 });
  settle(1);
  halfOpen();
  send(2, { isLive: gone });
  settle(2, { attempts: [{ failure: 'canceled', durationMs: 1 }], ended: 'canceled' }, { end: 'canceled' });
  send(3, { isLive: gone, id: 30, status: 503 });
  model.changed('half-open', 'open', ++turn);
  model.refused(4, 'circuit-open', ++turn);
  settle(4, { attempts: [refused], ended: 'circuit-open' }, { end: 'circuit-open' });
  model.changed('open', 'half-open', ++turn);
  model.changed('half-open', 'closed', ++turn);
  const failed: Told = { status: 503, failure: 'status', durationMs: 1 };
  settle(3, { attempts: [failed], ended: 'deadline' }, { end: undefined });
  settle(5, { attempts: [], elapsedMs: 990, ended: 'deadline' }, { end: 'deadline', tookMs: 1_001, countedMs: 1_001 });
  model.counted({ calls: 5, attempts: 3, successes: 1, failures: 2, rejected: 1, canceled: 1 });
  model.left({ sockets: 0 });
  model.over();
  expect(model.violations).toEqual([]);
});

const WRONGS: Readonly<Record<Exclude<Rule, 'unhandled'>, () => void>> = {
  concurrency: () => {
    begin(1, 2, 3);
    for (const call of [1, 2, 3]) send(call);
  },
  order: () => {
    begin(1, 2);
    for (const call of [2, 1]) send(call, { isLive: gone });
  },
  'sent-while-open': () => {
    begin(1);
    open();
    send(1);
  },
  'refused-while-closed': () => model.refused(1, 'circuit-open', ++turn),
  'sent-twice': () => {
    begin(1);
    send(1, { id: 10, method: 'POST', isLive: gone });
    model.seen(1, 10);
    send(1, { id: 11, method: 'POST', isLive: gone });
  },
  probes: () => {
    begin(1, 2);
    halfOpen();
    send(1);
    send(2);
  },
  states: () => model.changed('open', 'closed', ++turn),
  'settled-once': () => {
    begin(1);
    model.over();
  },
  deadline: () => {
    begin(1);
    settle(1, { attempts: [], elapsedMs: 1_100 }, { tookMs: 1_100, countedMs: 1_100 });
  },
  cancel: () => {
    begin(1);
    settle(1, { attempts: [], ended: 'canceled' }, { end: 'canceled', turnsSinceCancel: 2 });
  },
  report: () => {
    begin(1);
    settle(1, {}, { report: undefined });
  },
  times: () => {
    begin(1);
    settle(1, { attempts: [], elapsedMs: 86_400_000 });
  },
  counters: () => model.counted({ calls: 1, attempts: 0, successes: 1, failures: 0, rejected: 0, canceled: 0 }),
  'left-over': () => model.left({ sockets: 1, queued: 0 }),
};

test('each rule has a history that breaks it', () => {
  expect([...Object.keys(WRONGS), 'unhandled'].sort()).toEqual(Object.keys(RULES).sort());
});

test.each(Object.entries(WRONGS))('the model notices what breaks no other rule: %s', (rule, misbehave) => {
  misbehave();
  expect(broken()).toEqual([rule]);
});

describe('the model notices', () => {
  test('a request that comes to the server twice', () => {
    begin(1);
    send(1);
    model.seen(1, 1);
    model.seen(1, 1);
    expect(details()).toEqual(['call 1: the server has seen request 1 twice']);
  });

  test('a call that tells twice that it has ended, and one that never does', () => {
    begin(1, 2);
    send(1, { isLive: gone, status: 200 });
    model.ended(1);
    settle(1);
    send(2, { isLive: gone, status: 200 });
    model.settled(2, {
      end: 'success',
      report: { attempts: [ok], retries: 0, waitedMs: 0, queuedMs: 0, elapsedMs: 1, ended: 'success' },
      deadline: 1_000,
      tookMs: 1,
      countedMs: 1,
      turnsSinceCancel: undefined,
    });
    expect(details()).toEqual(['call 1 told 2 times that it had ended', 'call 2 told 0 times that it had ended']);
  });

  test('a call that sends, ends or settles after it has settled', () => {
    begin(1);
    settle(1, { attempts: [] });
    send(1);
    settle(1, { attempts: [] });
    expect(details()).toEqual([
      'call 1 sends, though it has settled',
      'call 1 tells that it has ended, though it has settled',
      'call 1 settles again',
    ]);
  });

  test('a deadline that ends a call too soon', () => {
    begin(1);
    settle(1, { attempts: [], elapsedMs: 500, ended: 'deadline' }, { end: 'deadline', tookMs: 500 });
    expect(details()).toEqual(['call 1: 500 ms early']);
  });

  test.each<[what: string, attempts: Told[], report: Report, seen: Partial<Settled>, detail: string]>([
    ['a request that is not told of', [], {}, {}, '1 sent, 0 told'],
    ['a request that was not sent', [ok, ok], { retries: 1 }, {}, '1 sent, 2 told'],
    ['a status that was not given', [{ ...ok, status: 201 }], {}, {}, 'told 201, given 200'],
    ['a retry too many', [ok], { retries: 1 }, {}, '1 retries, but 0 sent again'],
    ['another end than the caller saw', [ok], { ended: 'canceled' }, {}, 'ended canceled, but the caller saw success'],
    ['a failure told as a success', [ok], {}, { end: undefined }, 'ended success, but the caller saw a failure'],
    ['a success without a status', [{ durationMs: 1 }], {}, {}, 'success and failure are mixed up'],
  ])('in a report: %s', (_what, attempts, report, seen, detail) => {
    begin(1);
    send(1, { isLive: gone, status: 200 });
    settle(1, { attempts, ...report }, seen);
    expect(broken().every((rule) => rule === 'report')).toBe(true);
    expect(details()[0]).toContain(detail);
  });

  test.each<[what: string, report: Report, seen: Partial<Settled>]>([
    ['a part that is longer than the whole', { queuedMs: 3 }, {}],
    ['a part of less than nothing', { waitedMs: -1 }, {}],
    ['less than the time it took', {}, { tookMs: 200, countedMs: 200 }],
    ['no number at all', { elapsedMs: Number.NaN }, {}],
  ])('in the times of a report: %s', (_what, report, seen) => {
    begin(1);
    settle(1, { attempts: [], ...report }, seen);
    expect(new Set(broken())).toEqual(new Set(['times']));
  });

  test('attempts and ends that the counters have wrong', () => {
    begin(1);
    send(1, { isLive: gone, status: 200 });
    settle(1);
    model.counted({ calls: 1, attempts: 2, successes: 1, failures: 1, rejected: 0, canceled: 0 });
    expect(details()).toEqual(['1 calls and 2 ends counted of 1 calls', '2 attempts counted of 1']);
  });
});

test('two attempts side by side may end in another order than they were sent in', () => {
  model = new Model('hedged', { limit: 2, inOrder: false });
  begin(1, 2);
  const attempts: Told[] = [503, 502].map((status) => ({ status, failure: 'status', durationMs: 1 }));
  for (const call of [1, 2]) {
    send(call, { id: call * 10, isLive: gone, status: 502 });
    send(call, { id: call * 10 + 1, isLive: gone, status: 503 });
  }
  const hedged = attempts.map((told, at) => (at === 1 ? told : { ...told, hedge: true as const }));
  settle(1, { attempts: hedged, ended: 'max-retries' }, { end: undefined });
  settle(2, { attempts, retries: 1, ended: 'max-retries' }, { end: undefined });
  expect(details()).toEqual(['call 2: told 503,502, given 502,503']);
});

test('a call that is sent again stands in no line of calls, and a POST that did not come to the server may be sent again', () => {
  begin(1, 2);
  send(1, { id: 10, method: 'POST', isLive: gone });
  send(2, { isLive: gone });
  send(1, { id: 11, method: 'POST', isLive: gone });
  expect(model.violations).toEqual([]);
});
