import { PassThrough } from 'node:stream';
import { describe, expect, jest, test } from '@jest/globals';
import type { Outcome } from '../../src/base/outcome.js';
import { LightSignal } from '../../src/base/signal.js';
import { Bulkhead } from '../../src/guard/bulkhead.js';

const OK: Outcome = {};

const made = (limit: number, queue: number, countStreams = false) =>
  new Bulkhead({ limit, queue, countStreams }, { onSaturation: () => {} });

function harness(limit: number, queue: number) {
  const bulkhead = made(limit, queue);
  const started: string[] = [];
  const ends = new Map<string, () => void>();
  const task = (name: string) => () => {
    started.push(name);
    return new Promise<Outcome>((resolve) => ends.set(name, () => resolve(OK)));
  };
  const enter = (name: string, refusal = (): Outcome | undefined => undefined) =>
    bulkhead.hasRoom ? { result: bulkhead.run(task(name)), leave: () => {} } : bulkhead.enqueue(task(name), refusal);
  const end = async (name: string) => {
    ends.get(name)?.();
    for (let i = 0; i < 10; i++) await Promise.resolve();
  };
  return { bulkhead, started, enter, end };
}

describe('Bulkhead', () => {
  test('runs as many as the limit, and the rest first in, first out', async () => {
    const { bulkhead, started, enter, end } = harness(2, 10);
    for (const name of ['a', 'b', 'c', 'd', 'e']) enter(name);
    expect(started).toEqual(['a', 'b']);
    expect([bulkhead.inFlight, bulkhead.queued]).toEqual([2, 3]);
    await end('b');
    await end('a');
    await end('c');
    expect(started).toEqual(['a', 'b', 'c', 'd', 'e']);
    await end('d');
    await end('e');
    expect([bulkhead.inFlight, bulkhead.queued]).toEqual([0, 0]);
  });

  test('is full when no more may wait', () => {
    const { bulkhead, enter } = harness(1, 2);
    enter('a');
    expect(bulkhead.isFull).toBe(false);
    enter('b');
    enter('c');
    expect(bulkhead.isFull).toBe(true);
  });

  test('who leaves the queue is gone at once, makes room, and does not hold up those behind', async () => {
    const { bulkhead, started, enter, end } = harness(1, 3);
    enter('a');
    const waiting = ['b', 'c', 'd'].map((name) => enter(name));
    waiting[0]?.leave({ failure: 'canceled' });
    waiting[1]?.leave({ failure: 'canceled' });
    expect(await waiting[0]?.result).toEqual({ failure: 'canceled' });
    expect([bulkhead.queued, bulkhead.isFull]).toEqual([1, false]);
    await end('a');
    expect(started).toEqual(['a', 'd']);
  });

  test('leaving after being served changes nothing', async () => {
    const { enter, end } = harness(1, 3);
    enter('a');
    const served = enter('b');
    await end('a');
    served.leave({ failure: 'canceled' });
    await end('b');
    expect(await served.result).toBe(OK);
  });

  test('a newcomer never overtakes, not even in the moment a slot changes hands', async () => {
    const { started, enter, end } = harness(1, 10);
    enter('a');
    enter('b');
    enter('c');
    const handover = end('a');
    for (let i = 0; i < 10; i++) {
      enter(`late ${i}`);
      await Promise.resolve();
    }
    await handover;
    for (const name of ['b', 'c', ...Array.from({ length: 10 }, (_, i) => `late ${i}`)]) await end(name);
    expect(started).toEqual(['a', 'b', 'c', ...Array.from({ length: 10 }, (_, i) => `late ${i}`)]);
  });

  test('who needs not wait in line does not make it saturated', async () => {
    const saturations: number[] = [];
    const bulkhead = new Bulkhead(
      { limit: 1, queue: 10, countStreams: false },
      { onSaturation: (_, queued) => saturations.push(queued) },
    );
    const place = () =>
      bulkhead.enqueue(
        () => new Promise<Outcome>(() => {}),
        () => undefined,
      );
    place();
    expect([bulkhead.queued, saturations]).toEqual([0, []]);
    place();
    expect([bulkhead.queued, saturations]).toEqual([1, [1]]);
  });

  test('flushing lets those go who are refused, and keeps the others in order', async () => {
    const { started, enter, end, bulkhead } = harness(1, 10);
    const refused: Outcome = { failure: 'refused' };
    enter('a');
    const waiting = enter('b', () => refused);
    enter('c');
    const other = enter('d', () => refused);
    bulkhead.flush();
    expect(await Promise.all([waiting.result, other.result])).toEqual([refused, refused]);
    await end('a');
    expect(started).toEqual(['a', 'c']);
  });

  test('a task that rejects gives its slot back', async () => {
    const { bulkhead } = harness(1, 1);
    await expect(bulkhead.run(() => Promise.reject(new Error('bug')))).rejects.toThrow('bug');
    expect(bulkhead.inFlight).toBe(0);
  });

  test('keeps the order of 10,000, whoever of them gives up', async () => {
    const { bulkhead, started, enter, end } = harness(1, 10_000);
    enter('first');
    const waiting = Array.from({ length: 10_000 }, (_, i) => enter(`${i}`));
    expect(bulkhead.isFull).toBe(true);
    const outcomes = waiting.slice(4_500, 5_500).map(({ leave, result }) => {
      leave({ failure: 'canceled' });
      return result;
    });
    expect(new Set((await Promise.all(outcomes)).map(({ failure }) => failure))).toEqual(new Set(['canceled']));
    expect([bulkhead.queued, bulkhead.isFull]).toEqual([9_000, false]);
    for (let served = 0; started.length < 9_001 && served < 9_001; served++) await end(started.at(-1) ?? '');
    const expected = Array.from({ length: 10_000 }, (_, i) => i).filter((i) => i < 4_500 || i >= 5_500);
    expect(started.slice(1).map(Number)).toEqual(expected);
  });

  test('thousands of slots that are free at once are all handed on', async () => {
    const { bulkhead, started, enter, end } = harness(10_000, 10_000);
    for (let i = 0; i < 20_000; i++) enter(`${i}`);
    await Promise.all(started.map((name) => end(name)));
    expect([started.length, bulkhead.queued, bulkhead.inFlight]).toEqual([20_000, 0, 10_000]);
  });

  test('1,000 who give up in the middle of 10,000 are found without a search', () => {
    const { bulkhead, enter } = harness(1, 10_000);
    enter('first');
    const waiting = Array.from({ length: 10_000 }, (_, i) => enter(`${i}`));
    const walks = ([Symbol.iterator, 'forEach', 'values'] as const).map((name) => jest.spyOn(Set.prototype, name));
    const lookups = jest.spyOn(Set.prototype, 'delete');
    for (const { leave } of waiting.slice(4_500, 5_500)) leave({ failure: 'canceled' });
    const counts = [lookups, ...walks].map((spy) => spy.mock.calls.length);
    jest.restoreAllMocks();
    expect([counts, bulkhead.queued]).toEqual([[1_000, 0, 0, 0], 9_000]);
  });

  describe('counting streams', () => {
    const counting = (limit = 1) => {
      const bulkhead = made(limit, 10, true);
      const send = (outcome: Outcome) => bulkhead.run(() => Promise.resolve(outcome));
      return { bulkhead, send };
    };
    const answer = (data: unknown, stream: Outcome['stream'] = new AbortController()): Outcome => ({
      response: { status: 200, data } as never,
      stream,
    });
    const settle = async () => {
      for (let i = 0; i < 10; i++) await Promise.resolve();
    };

    test('an answer is handed out at once, and its slot when the body closes', async () => {
      const { bulkhead, send } = counting();
      const body = new PassThrough();
      const outcome = answer(body);
      expect(await send(outcome)).toBe(outcome);
      const next = bulkhead.enqueue(
        () => Promise.resolve(OK),
        () => undefined,
      );
      await settle();
      expect([bulkhead.inFlight, bulkhead.queued, body.listenerCount('close')]).toEqual([1, 1, 1]);
      body.emit('close');
      expect(await next.result).toBe(OK);
      await settle();
      expect([bulkhead.inFlight, bulkhead.queued, body.listenerCount('close')]).toEqual([0, 0, 0]);
    });

    test('… be it one that failed, but that axios takes as good', async () => {
      const { bulkhead, send } = counting();
      const body = new PassThrough();
      await send({ ...answer(body), failure: 'status' });
      expect(bulkhead.inFlight).toBe(1);
      body.emit('close');
      await settle();
      expect(bulkhead.inFlight).toBe(0);
    });

    test('… of who has waited for a slot, too', async () => {
      const { bulkhead, send } = counting();
      const first = send(OK);
      const body = new PassThrough();
      const outcome = answer(body);
      const waited = bulkhead.enqueue(
        () => Promise.resolve(outcome),
        () => undefined,
      );
      const next = bulkhead.enqueue(
        () => Promise.resolve(OK),
        () => undefined,
      );
      expect([await first, await waited.result]).toEqual([OK, outcome]);
      await settle();
      expect([bulkhead.inFlight, bulkhead.queued]).toEqual([1, 1]);
      body.emit('close');
      expect(await next.result).toBe(OK);
      await settle();
      expect([bulkhead.inFlight, bulkhead.queued]).toEqual([0, 0]);
    });

    test('… or when the adapter lets go of its signal', async () => {
      const { bulkhead, send } = counting();
      const signal = new LightSignal();
      const reader = () => {};
      signal.addEventListener('abort', reader);
      await send(answer(new ReadableStream(), signal));
      await settle();
      expect(bulkhead.inFlight).toBe(1);
      signal.removeEventListener('abort', reader);
      await settle();
      expect(bulkhead.inFlight).toBe(0);
    });

    test.each<[string, () => Outcome]>([
      ['has no body that streams', () => ({ response: { status: 200, data: 'text' } as never })],
      ['failed', () => ({ ...answer(new PassThrough()), failure: 'status', error: new Error('status 500') })],
      ['has a body that has ended', () => answer({ closed: true, pipe: () => {}, once: () => {} })],
      ['has a web stream of an adapter nobody knows', () => answer(new ReadableStream())],
      [
        'is a 204',
        () => ({ ...answer(new PassThrough()), response: { status: 204, data: new PassThrough() } as never }),
      ],
      ['streams for an adapter that needs its signal no more', () => answer(new PassThrough(), new LightSignal())],
    ])('an answer that %s gives its slot back at once', async (_, make) => {
      const { bulkhead, send } = counting();
      await send(make());
      expect(bulkhead.inFlight).toBe(0);
    });

    test('not counting, a body that streams has no slot', async () => {
      const bulkhead = made(1, 0);
      const body = new PassThrough();
      await bulkhead.run(() => Promise.resolve(answer(body)));
      expect([bulkhead.inFlight, body.listenerCount('close')]).toEqual([0, 0]);
    });
  });
});
