import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import axios, { type AxiosResponse } from 'axios';
import { attachResilience } from 'axios-resilience';
import { rejection } from '../helpers/settled.js';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

test('without any time limit, a probe that hangs keeps neither the circuit half-open for ever nor its caller from the answer', async () => {
  const answers: ((status: number) => void)[] = [];
  const api = axios.create({
    adapter: (config) =>
      new Promise<AxiosResponse>((resolve) => {
        answers.push((status) => resolve({ status, statusText: '', headers: {}, data: status, config }));
      }),
  });
  const states: string[] = [];
  attachResilience(api, {
    retry: false,
    deadline: false,
    attemptTimeout: false,
    breaker: { consecutive: 1, minimumDuration: 0, openFor: 1_000 },
    hooks: { onStateChange: ({ to }) => states.push(to) },
  });
  const get = () => api.get('http://a.test/');
  const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);
  const expectRefusal = async () => {
    expect(await rejection(get())).toMatchObject({ code: 'ERR_CIRCUIT_OPEN', retryInMs: 0 });
  };

  const failing = get();
  await pass(1);
  answers[0]?.(503);
  await failing;
  await pass(2_000);
  const hung = get();
  await pass(1);
  await expectRefusal();
  await pass(3_600_000);
  const second = get();
  await pass(1);
  await expectRefusal();
  answers[2]?.(200);
  expect((await second).status).toBe(200);
  expect(states).toEqual(['open', 'half-open', 'closed']);
  answers[1]?.(503);
  expect((await hung).data).toBe(503);
  expect([states.length, answers.length]).toEqual([3, 3]);
});
