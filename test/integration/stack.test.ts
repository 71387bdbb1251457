import { afterEach, expect, test } from '@jest/globals';
import axios from 'axios';
import { attachResilience } from 'axios-resilience';
import { scriptedAdapter } from 'axios-resilience/testing';
import { rejection } from '../helpers/settled.js';

const { stackTraceLimit } = Error;
afterEach(() => {
  Error.stackTraceLimit = stackTraceLimit;
});

test('the stack of a refusal leads to the caller, and the limit of stacks is as it was', async () => {
  const api = axios.create({ adapter: scriptedAdapter([200]), baseURL: 'http://api.test' });
  const { breakers } = attachResilience(api);
  await api.get('/');
  breakers.get('http://api.test')?.isolate();
  Error.stackTraceLimit = 33;
  const { stack } = await rejection(
    (async function theCaller() {
      return await api.get('/');
    })(),
  );
  expect(stack?.split('\n')[0]).toBe('CircuitOpenError: Circuit of http://api.test is isolated');
  expect(stack).toContain('theCaller');
  expect(stack).not.toContain('breaker.ts');
  expect(Error.stackTraceLimit).toBe(33);
});
