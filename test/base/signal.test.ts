import { describe, expect, test } from '@jest/globals';
import { LateSignal, LightSignal } from '../../src/base/signal.js';

test('tells each listener once, with the signal as this, however often it is aborted', () => {
  const signal = new LightSignal();
  const told: unknown[] = [];
  function listener(this: unknown, event: { type: 'abort' }) {
    told.push([this, event.type]);
  }
  signal.addEventListener('abort', listener);
  signal.addEventListener('abort', listener);
  signal.abort();
  signal.abort();
  expect(signal.aborted).toBe(true);
  expect(told).toEqual([[signal, 'abort']]);
});

test('is aborted before its listeners are told', () => {
  const signal = new LightSignal();
  const told: boolean[] = [];
  signal.addEventListener('abort', () => told.push(signal.aborted));
  signal.abort();
  expect(told).toEqual([true]);
});

test('a listener that left is not told', () => {
  const signal = new LightSignal();
  let told = 0;
  const listener = () => told++;
  signal.addEventListener('abort', listener);
  signal.removeEventListener('abort', listener);
  signal.abort();
  expect(told).toBe(0);
});

test('listeners may leave while they are told', () => {
  const signal = new LightSignal();
  let told = 0;
  const leave = () => {
    told++;
    signal.removeEventListener('abort', leave);
  };
  signal.addEventListener('abort', leave);
  signal.addEventListener('abort', () => told++);
  signal.abort();
  expect(told).toBe(2);
});

test('says once that the last listener has left', () => {
  const signal = new LightSignal();
  let idle = 0;
  signal.onIdle = () => idle++;
  const [first, second] = [() => {}, () => {}];
  signal.addEventListener('abort', first);
  signal.addEventListener('abort', second);
  signal.removeEventListener('abort', first);
  expect(idle).toBe(0);
  signal.removeEventListener('abort', second);
  signal.removeEventListener('abort', second);
  expect(idle).toBe(1);
});

test('is its own controller, in the place of an AbortController', () => {
  const signal = new LightSignal();
  expect(signal.signal).toBe(signal);
  expect(signal.aborted).toBe(false);
});

describe('LateSignal', () => {
  test('makes one real signal, which fetch takes, and aborts it', () => {
    const aborter = new LateSignal();
    const request = new Request('http://127.0.0.1/', { signal: aborter.signal });
    expect(aborter.signal).toBe(aborter.signal);
    expect(request.signal.aborted).toBe(false);
    aborter.abort();
    expect([aborter.signal.aborted, request.signal.aborted]).toEqual([true, true]);
  });

  test('who looks only after the abort finds it aborted', () => {
    const aborter = new LateSignal();
    aborter.abort();
    expect(aborter.signal.aborted).toBe(true);
  });
});
