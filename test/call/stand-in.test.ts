import http from 'node:http';
import { describe, expect, test } from '@jest/globals';
import { AxiosHeaders, type InternalAxiosRequestConfig } from 'axios';
import { LateSignal, LightSignal } from '../../src/base/signal.js';
import { ConnectionWatch } from '../../src/call/connection.js';
import { standIn } from '../../src/call/stand-in.js';

type Config = InternalAxiosRequestConfig;

const config = (more: Partial<Config> = {}): Config => ({ headers: new AxiosHeaders(), ...more });

describe('standIn', () => {
  test('puts back what was there, and takes away what was not', () => {
    const { signal } = new AbortController();
    const httpAgent = new http.Agent();
    const given = config({ signal, httpAgent });
    const own = new LightSignal();
    const putBack = standIn(given, own, new ConnectionWatch({ limitMs: 1_000, fresh: false }, () => {}));
    expect(given.signal).toBe(own);
    expect([given.httpAgent === httpAgent, given.httpAgent?.protocol, given.httpsAgent?.protocol]).toEqual([
      false,
      'http:',
      'https:',
    ]);
    putBack();
    expect([given.signal === signal, given.httpAgent === httpAgent]).toEqual([true, true]);
    expect(Object.keys(given)).toEqual(['headers', 'signal', 'httpAgent']);
  });

  test('an adapter that looks at the signal, or copies the config, has the one real signal of the attempt', () => {
    const aborter = new LateSignal();
    const given = config();
    standIn(given, aborter, undefined);
    const copy = { ...given };
    expect(copy.signal).toBeInstanceOf(AbortSignal);
    expect(given.signal).toBe(copy.signal);
    aborter.abort();
    expect(copy.signal?.aborted).toBe(true);
  });

  test('an adapter may put another signal in its place for as long as it is there', () => {
    const { signal } = new AbortController();
    const given = config();
    const putBack = standIn(given, new LateSignal(), undefined);
    given.signal = signal;
    expect(given.signal).toBe(signal);
    expect(Object.keys(given)).toEqual(['headers', 'signal']);
    putBack();
    expect(Object.keys(given)).toEqual(['headers']);
  });

  test('the caller’s signal is put back as any other field is', () => {
    const { signal } = new AbortController();
    const given = config({ signal });
    const putBack = standIn(given, new LateSignal(), undefined);
    expect(given.signal).not.toBe(signal);
    putBack();
    const descriptor = Object.getOwnPropertyDescriptor(given, 'signal');
    expect(descriptor?.value).toBe(signal);
    expect(descriptor).toMatchObject({ writable: true, enumerable: true, configurable: true });
  });

  test('an agent there is none to stand in for is left as it is', () => {
    const given = config({ httpVersion: 2 } as Partial<Config>);
    const putBack = standIn(given, new LightSignal(), new ConnectionWatch({ limitMs: 1, fresh: false }, () => {}));
    expect(Object.keys(given)).toEqual(['headers', 'httpVersion', 'signal']);
    putBack();
    expect(Object.keys(given)).toEqual(['headers', 'httpVersion']);
  });
});
