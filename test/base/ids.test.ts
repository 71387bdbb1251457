import { describe, expect, jest, test } from '@jest/globals';
import { nextCallId, randomUuid } from '../../src/base/ids.js';

const UUID_4 = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;

/** Runs with the `crypto` of a page that is not served over TLS. */
const insecurely = <T>(run: () => T): T =>
  withCrypto({ getRandomValues: globalThis.crypto.getRandomValues.bind(globalThis.crypto) }, run);

function withCrypto<T>(value: object | undefined, run: () => T): T {
  const own = Object.getOwnPropertyDescriptor(globalThis, 'crypto') as PropertyDescriptor;
  Object.defineProperty(globalThis, 'crypto', { value, configurable: true });
  try {
    return run();
  } finally {
    Object.defineProperty(globalThis, 'crypto', own);
  }
}

const thousand = <T>(make: () => T): T[] => Array.from({ length: 1_000 }, make);

describe('randomUuid', () => {
  test.each([
    ['where there is crypto.randomUUID', () => thousand(randomUuid)],
    ['where there is none', () => insecurely(() => thousand(randomUuid))],
  ])('1,000 are of version 4 and all different %s', (_, draw) => {
    const ids = draw();
    expect(ids.filter((id) => !UUID_4.test(id))).toEqual([]);
    expect(new Set(ids).size).toBe(1_000);
  });
});

describe('nextCallId', () => {
  test('needs no crypto, which React Native has not', () => {
    jest.isolateModules(() => {
      const anew = jest.requireActual<{ nextCallId: typeof nextCallId }>('../../src/base/ids.js');
      expect(withCrypto(undefined, anew.nextCallId)).toMatch(/^[\da-f]{8}-1$/);
    });
  });

  test('1,000 have one start, count up, and are all different', () => {
    const ids = thousand(nextCallId);
    expect(ids.filter((id) => !/^[\da-f]{8}-[\da-z]+$/.test(id))).toEqual([]);
    expect(new Set(ids.map((id) => id.slice(0, 8))).size).toBe(1);
    expect(new Set(ids).size).toBe(1_000);
  });
});
