import { describe, expect, test } from '@jest/globals';
import type { StateChangeEvent } from '../../src/base/events.js';
import { Emitter, type Listener } from '../../src/observe/emit.js';
import { nextTurn } from '../helpers/settled.js';

const EVENT: StateChangeEvent = { scope: 'a', from: 'closed', to: 'open', retryInMs: 5, openedBy: undefined };
const make = () => EVENT;

/** An emitter, and what it reported. */
function emitter() {
  const reports: [string, unknown][] = [];
  return { reports, emitter: new Emitter((hook, error) => reports.push([hook, error])) };
}

function raise(error: Error): never {
  throw error;
}

describe('Emitter', () => {
  test('what is no function is no hook, such as one on Object.prototype', () => {
    const { emitter: it, reports } = emitter();
    const polluted = Object.create({ onStateChange: 'x' }) as Listener;
    const told: unknown[] = [];
    it.add(polluted);
    it.emit('onStateChange', make, [polluted, { onStateChange: (event) => told.push(event) }]);
    expect([told, reports]).toEqual([[EVENT], []]);
  });

  test('tells all listeners the same event, in the order they came, the request’s own last', () => {
    const { emitter: it, reports } = emitter();
    const told: [string, unknown][] = [];
    const listener = (name: string): Listener => ({ onStateChange: (event) => told.push([name, event]) });
    it.add(listener('first'));
    it.add(listener('second'));
    it.emit('onStateChange', make, [{ onRetry: () => {} }, listener('own'), listener('its rule’s')]);
    expect(told).toEqual([
      ['first', EVENT],
      ['second', EVENT],
      ['own', EVENT],
    ]);
    expect(reports).toEqual([]);
  });

  test('makes an event once, and only if somebody listens to that very event', () => {
    const { emitter: it } = emitter();
    let made = 0;
    const counted = () => {
      made++;
      return EVENT;
    };
    it.emit('onStateChange', counted);
    it.add({ onRetry: () => {} });
    it.emit('onStateChange', counted, [{ onSuccess: () => {} }]);
    expect(made).toBe(0);
    it.add({ onStateChange: () => {} });
    it.add({ onStateChange: () => {} });
    it.emit('onStateChange', counted, [{ onStateChange: () => {} }]);
    expect(made).toBe(1);
  });

  test('calls a hook as a method of the object it came with', () => {
    const { emitter: it } = emitter();
    class Watcher implements Listener {
      told = 0;
      onStateChange() {
        this.told++;
      }
    }
    const watcher = new Watcher();
    it.add(watcher);
    it.emit('onStateChange', make);
    expect(watcher.told).toBe(1);
  });

  test.each<[string, () => unknown]>([
    ['throws', () => raise(new Error('boom'))],
    ['rejects', () => Promise.reject(new Error('boom'))],
  ])('a hook that takes itself off and then %s is reported, and reaches nobody', async (_, fail) => {
    const { emitter: it, reports } = emitter();
    const once: Listener = {
      onStateChange: () => {
        delete once.onStateChange;
        return fail();
      },
    };
    it.add(once);
    it.emit('onStateChange', make);
    await nextTurn();
    expect(reports).toEqual([['onStateChange', new Error('boom')]]);
  });

  test('a hook behind a getter is looked up once, and one that cannot be had is reported once and reaches nobody', () => {
    const { emitter: it, reports } = emitter();
    const told: string[] = [];
    let looks = 0;
    it.add({
      get onStateChange() {
        looks++;
        return () => told.push('got');
      },
    });
    const broken = {
      get onStateChange() {
        return raise(new Error('boom'));
      },
    };
    it.add(broken);
    for (let i = 0; i < 2; i++) it.emit('onStateChange', make, [broken, { onStateChange: () => told.push('own') }]);
    expect([told, looks, reports]).toEqual([['got', 'own', 'got', 'own'], 2, [['onStateChange', new Error('boom')]]]);
  });

  test('a listener that was taken off is told no more', () => {
    const { emitter: it } = emitter();
    let told = 0;
    const off = it.add({ onStateChange: () => told++ });
    it.emit('onStateChange', make);
    off();
    off();
    it.emit('onStateChange', make);
    expect(told).toBe(1);
  });

  test('a listener may take off itself and another, and add one, while it is told', () => {
    const { emitter: it } = emitter();
    const told: string[] = [];
    const offs: (() => void)[] = [];
    offs.push(
      it.add({
        onStateChange: () => {
          told.push('first');
          for (const off of offs) off();
          it.add({ onStateChange: () => told.push('new') });
        },
      }),
      it.add({ onStateChange: () => told.push('second') }),
    );
    it.emit('onStateChange', make);
    it.emit('onStateChange', make);
    expect(told).toEqual(['first', 'second', 'new']);
  });

  const failure = new Error('listener failed');
  test.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw failure;
      },
    ],
    ['rejects', () => Promise.reject(failure)],
    [
      'answers with a thenable that rejects',
      // biome-ignore lint/suspicious/noThenProperty: not every promise is a Promise
      () => ({ then: (_: unknown, rejected: (error: unknown) => void) => rejected(failure) }),
    ],
    [
      'answers with a thenable that throws',
      () => ({
        // biome-ignore lint/suspicious/noThenProperty: not every promise is a Promise
        then: () => {
          throw failure;
        },
      }),
    ],
  ])('one that %s is reported once, goes on being told, and stops nobody', async (_, fail) => {
    const { emitter: it, reports } = emitter();
    let [failed, told] = [0, 0];
    const bad = () => {
      failed++;
      return fail();
    };
    it.add({ onStateChange: bad, onRetry: bad });
    it.add({ onStateChange: () => told++ });
    it.emit('onStateChange', make);
    it.emit('onStateChange', make);
    it.emit('onRetry', () => ({}) as never);
    await nextTurn();
    expect(reports).toEqual([['onStateChange', failure]]);
    expect([failed, told]).toEqual([3, 2]);
  });

  test('each of two that fail is reported, and both of them once', async () => {
    const { emitter: it, reports } = emitter();
    it.add({ onStateChange: () => Promise.reject(1) });
    it.add({ onStateChange: () => Promise.reject(2) });
    it.emit('onStateChange', make);
    it.emit('onStateChange', make);
    await nextTurn();
    expect(reports).toEqual([
      ['onStateChange', 1],
      ['onStateChange', 2],
    ]);
  });

  test('each hook of a listener is reported for itself, unless a logger is behind them all', async () => {
    const { emitter: it, reports } = emitter();
    const bad = (): Listener => ({ onStateChange: () => Promise.reject(1), onRetry: () => Promise.reject(2) });
    const emitBoth = () => {
      it.emit('onStateChange', make);
      it.emit('onRetry', () => ({}) as never);
    };
    it.add(bad());
    emitBoth();
    await nextTurn();
    expect(reports.splice(0)).toEqual([
      ['onStateChange', 1],
      ['onRetry', 2],
    ]);
    it.add(bad(), {});
    emitBoth();
    await nextTurn();
    expect(reports).toEqual([['logger', 1]]);
  });

  test('does not wait for a listener that takes its time', () => {
    const { emitter: it } = emitter();
    const told: string[] = [];
    it.add({ onStateChange: () => new Promise(() => told.push('slow')) });
    it.add({ onStateChange: () => told.push('next') });
    it.emit('onStateChange', make);
    expect(told).toEqual(['slow', 'next']);
  });
});
