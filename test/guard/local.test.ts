import { afterEach, describe, expect, test } from '@jest/globals';
import { isLocal, isOpaque } from '../../src/guard/local.js';

const LOST = { failure: 'read' } as const;
/** As Node tells it, in a page that is none (jsdom, Electron). */
const NAMED = { failure: 'read', error: Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }) } as const;
const ANSWERED = { failure: 'read', response: { status: 200 } as never } as const;
const own = Object.getOwnPropertyDescriptor(globalThis, 'navigator');

function within(navigator: object | undefined): void {
  Object.defineProperty(globalThis, 'navigator', { value: navigator, configurable: true });
}

describe('what tells nothing of a host', () => {
  afterEach(() => {
    Reflect.deleteProperty(globalThis, 'navigator');
    if (own) Object.defineProperty(globalThis, 'navigator', own);
  });

  test.each<[string, object | undefined, boolean, boolean]>([
    ['on Node 20', undefined, false, false],
    ['on Workers and in React Native, whose navigator knows of no network', {}, false, false],
    ['in a page that is online: a loss alone', { onLine: true }, false, true],
    ['in a page that is offline: all that fails', { onLine: false }, true, true],
  ])('%s', (_, navigator, local, opaque) => {
    within(navigator);
    expect([isLocal(LOST), isOpaque(LOST)]).toEqual([local, opaque]);
    expect([NAMED, ANSWERED, { failure: 'timeout' } as const].map(isOpaque)).toEqual([false, false, false]);
  });
});
