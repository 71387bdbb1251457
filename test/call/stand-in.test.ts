import { describe, expect, test } from '@jest/globals';
import { AxiosHeaders, type InternalAxiosRequestConfig } from 'axios';
import { LateSignal, LightSignal } from '../../src/base/signal.js';
import { put, reserve, seenWith } from '../../src/call/stand-in.js';

type Config = InternalAxiosRequestConfig;

const config = (more: Partial<Config> = {}): Config => ({ headers: new AxiosHeaders(), ...more });

test('put: what was there comes back, and what was not goes', () => {
  const { signal } = new AbortController();
  const own = new LightSignal();
  const [given, without] = [config({ signal }), config()];
  const putBack = [put(given, 'signal', own), put(without, 'signal', own)];
  expect([given.signal === own, without.signal === own]).toEqual([true, true]);
  for (const each of putBack) each();
  expect([given.signal === signal, Object.keys(without)]).toEqual([true, ['headers']]);
});

describe('seenWith', () => {
  test('an adapter that looks at the signal, or copies the config, has the one real signal of the attempt', () => {
    const aborter = new LateSignal();
    const given = config();
    const seen = seenWith(aborter, given);
    const giveBack = reserve(given);
    const copies = [{ ...seen }, Object.assign({}, seen), Object.create(seen) as Config];
    expect(seen.signal).toBeInstanceOf(AbortSignal);
    expect(copies.map(({ signal }) => signal === seen.signal)).toEqual([true, true, true]);
    aborter.abort();
    expect(seen.signal?.aborted).toBe(true);
    giveBack();
    expect(Object.keys(given)).toEqual(['headers']);
  });

  test('the signal of a caller stays', () => {
    const { signal } = new AbortController();
    const given = config({ signal });
    reserve(given)();
    expect(given.signal).toBe(signal);
  });

  test('an adapter may freeze it, and hand it on', () => {
    const { signal } = new AbortController();
    const seen = [config(), config({ signal })].map((given) => Object.freeze(seenWith(new LateSignal(), given)));
    expect(seen.map((each) => [each.signal, { ...each }.signal])).toEqual([
      [undefined, undefined],
      [signal, signal],
    ]);
  });

  test('what it writes is on the config, but for a signal, which is there for itself', () => {
    const { signal } = new AbortController();
    const given = config({ signal });
    const seen = seenWith(new LateSignal(), given);
    expect(seen.signal).not.toBe(signal);
    const own = new AbortController().signal;
    Object.assign(seen, { signal: own, timeout: 5 });
    expect([seen.signal === own, { ...seen }.signal === own, given.signal === signal, given.timeout]).toEqual([
      true,
      true,
      true,
      5,
    ]);
  });
});
