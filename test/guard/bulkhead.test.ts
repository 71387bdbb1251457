import { describe, expect, test } from '@jest/globals';
import type { Outcome } from '../../src/base/outcome.js';
import { Bulkhead } from '../../src/guard/bulkhead.js';

const OK: Outcome = {};

function harness(limit: number, queue: number) {
  const bulkhead = new Bulkhead(limit, queue);
  const started: string[] = [];
  const ends = new Map<string, () => void>();
  const task = (name: string) => () => {
    started.push(name);
    return new Promise<Outcome>((resolve) => ends.set(name, () => resolve(OK)));
  };
  const enter = (name: string, refusal = (): Outcome | undefined => undefined) =>
    bulkhead.hasRoom
      ? { outcome: bulkhead.run(task(name)), leave: () => {} }
      : bulkhead.enqueue({ task: task(name), refusal });
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
    expect(await waiting[0]?.outcome).toEqual({ failure: 'canceled' });
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
    expect(await served.outcome).toBe(OK);
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

  test('flushing lets those go who are refused, and keeps the others in order', async () => {
    const { started, enter, end, bulkhead } = harness(1, 10);
    const refused: Outcome = { failure: 'refused' };
    enter('a');
    const waiting = enter('b', () => refused);
    enter('c');
    const other = enter('d', () => refused);
    bulkhead.flush();
    expect(await Promise.all([waiting.outcome, other.outcome])).toEqual([refused, refused]);
    await end('a');
    expect(started).toEqual(['a', 'c']);
  });

  test('a task that rejects gives its slot back', async () => {
    const { bulkhead } = harness(1, 1);
    await expect(bulkhead.run(() => Promise.reject(new Error('bug')))).rejects.toThrow('bug');
    expect(bulkhead.inFlight).toBe(0);
  });
});
