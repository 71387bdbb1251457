import { describe, expect, test } from '@jest/globals';
import { AxiosHeaders, type InternalAxiosRequestConfig } from 'axios';
import { LateSignal, LightSignal } from '../../src/base/signal.js';
import { standIn } from '../../src/call/stand-in.js';

type Config = InternalAxiosRequestConfig;

const config = (more: Partial<Config> = {}): Config => ({ headers: new AxiosHeaders(), ...more });

describe('standIn', () => {
  test('puts back what was there, and takes away what was not', () => {
    const { signal } = new AbortController();
    const own = new LightSignal();
    const [given, without] = [config({ signal }), config()];
    const putBack = [standIn(given, own), standIn(without, own)];
    expect([given.signal === own, without.signal === own]).toEqual([true, true]);
    for (const each of putBack) each();
    expect([given.signal === signal, Object.keys(without)]).toEqual([true, ['headers']]);
  });

  test('an adapter that looks at the signal, or copies the config, has the one real signal of the attempt', () => {
    const aborter = new LateSignal();
    const given = config();
    standIn(given, aborter);
    const copy = { ...given };
    expect(copy.signal).toBeInstanceOf(AbortSignal);
    expect(given.signal).toBe(copy.signal);
    aborter.abort();
    expect(copy.signal?.aborted).toBe(true);
  });

  test('an adapter may put another signal in its place for as long as it is there', () => {
    const { signal } = new AbortController();
    const given = config();
    const putBack = standIn(given, new LateSignal());
    given.signal = signal;
    expect(given.signal).toBe(signal);
    expect(Object.keys(given)).toEqual(['headers', 'signal']);
    putBack();
    expect(Object.keys(given)).toEqual(['headers']);
  });

  test('the caller’s signal is put back as any other field is', () => {
    const { signal } = new AbortController();
    const given = config({ signal });
    const putBack = standIn(given, new LateSignal());
    expect(given.signal).not.toBe(signal);
    putBack();
    const descriptor = Object.getOwnPropertyDescriptor(given, 'signal');
    expect(descriptor?.value).toBe(signal);
    expect(descriptor).toMatchObject({ writable: true, enumerable: true, configurable: true });
  });
});
