import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import axios, { type AxiosInstance } from 'axios';
import { attachResilience, reportOf } from 'axios-resilience';
import { type FlakyServer, flakyServer } from '../helpers/flaky-server.js';
import { rejection } from '../helpers/settled.js';

describe('per-request overrides', () => {
  let server: FlakyServer;
  let api: AxiosInstance;

  beforeEach(async () => {
    server = await flakyServer(503);
    api = axios.create({ baseURL: server.url });
  });
  afterEach(() => server.close());

  const requests = async (request: object): Promise<number> => {
    const before = server.hits.length;
    await rejection(api.get('/', request));
    return server.hits.length - before;
  };

  test('undefined inherits, false switches off, a value replaces, and the rest stays', async () => {
    attachResilience(api, { retry: { maxRetries: 4, backoff: () => 0, budget: false }, breaker: false });
    expect(await requests({})).toBe(5);
    expect(await requests({ resilience: undefined })).toBe(5);
    expect(await requests({ resilience: {} })).toBe(5);
    expect(await requests({ resilience: { retry: undefined } })).toBe(5);
    expect(await requests({ resilience: { retry: { maxRetries: undefined } } })).toBe(5);
    expect(await requests({ resilience: { retry: { methods: ['GET'] } } })).toBe(5);
    expect(await requests({ resilience: { retry: 1 } })).toBe(2);
    expect(await requests({ resilience: { retry: { maxRetries: 2 } } })).toBe(3);
    expect(await requests({ resilience: { retry: false } })).toBe(1);
    expect(await requests({ resilience: false })).toBe(1);
  });

  test('instance.defaults.resilience lies between the policy and the request', async () => {
    attachResilience(api, { retry: { maxRetries: 4, backoff: () => 0 }, breaker: false });
    api.defaults.resilience = { retry: 2 };
    expect(await requests({})).toBe(3);
    expect(await requests({ resilience: { retry: { statuses: [503] } } })).toBe(3);
    expect(await requests({ resilience: { retry: 1 } })).toBe(2);
    api.defaults.resilience = false;
    expect(await requests({})).toBe(1);
    expect(await requests({ resilience: { retry: 1 } })).toBe(2);
  });

  test.each([
    [{ retry: -1 }, RangeError, '`resilience.retry` must be a whole number ≥ 0, got -1'],
    [
      { retry: { maxRetries: Number.NaN } },
      RangeError,
      '`resilience.retry.maxRetries` must be a whole number ≥ 0, got NaN',
    ],
    [{ retry: { maxRetry: 3 } }, TypeError, '`resilience.retry.maxRetry` is not an option; did you mean `maxRetries`?'],
    [
      { deadline: '5000' },
      TypeError,
      '`resilience.deadline` must be milliseconds, > 0 and ≤ 2147483647, or false, got "5000"',
    ],
    [{ deadline: 0 }, RangeError, '`resilience.deadline` must be milliseconds, > 0 and ≤ 2147483647, or false, got 0'],
    [
      { breaker: { consecutive: 1 } },
      TypeError,
      '`resilience.breaker` must be false: a request can pass by what is shared, not change it, got an object',
    ],
    [null, TypeError, '`resilience` must be an object or false, got null'],
    [true, TypeError, '`resilience` must be an object or false, got true'],
  ])('a bad one (%j) rejects that one request, with nothing sent', async (resilience, type, message) => {
    attachResilience(api);
    const error = await rejection(api.get('/', { resilience } as object));
    expect(error).toBeInstanceOf(type);
    expect(error.message).toBe(message);
    expect(server.hits).toHaveLength(0);
    server.script(200);
    expect((await api.get('/')).status).toBe(200);
  });

  test('a bad one is named by where it was written', async () => {
    const bad = { retry: { maxRetries: -1 } };
    const rule = "`rules['https://api.test'].retry.maxRetries` must be a whole number ≥ 0, got -1";
    expect(() => attachResilience(api, { rules: { 'https://api.test': bad } })).toThrow(new RangeError(rule));
    attachResilience(api);
    const said = async (request: object) => (await rejection(api.get('/', request))).message;
    expect(await said({ resilience: bad })).toBe('`resilience.retry.maxRetries` must be a whole number ≥ 0, got -1');
    api.defaults.resilience = bad;
    const ofDefaults = '`defaults.resilience.retry.maxRetries` must be a whole number ≥ 0, got -1';
    expect(await said({})).toBe(ofDefaults);
    expect(await said({ resilience: { retry: 1 } })).toBe(ofDefaults);
    api.defaults.resilience = true as never;
    expect(await said({})).toBe('`defaults.resilience` must be an object or false, got true');
    expect(server.hits).toHaveLength(0);
  });

  test('the caller finds the override on config as given, and never changed', async () => {
    attachResilience(api);
    const resilience = Object.freeze({ retry: Object.freeze({ maxRetries: 1, backoff: () => 0 }) });
    const error = await rejection(api.get('/', { resilience }));
    expect((error as { config?: object }).config).toMatchObject({ resilience: { retry: { maxRetries: 1 } } });
    expect(server.hits).toHaveLength(2);
  });

  test('a request may name its scope', async () => {
    const resilience = attachResilience(api, { retry: false, breaker: { consecutive: 1, minimumDuration: 0 } });
    await requests({ resilience: { scope: 'reports' } });
    expect([...resilience.breakers].map(([scope, { state }]) => [scope, state])).toEqual([['reports', 'open']]);
    expect(await requests({})).toBe(1);
    expect(await requests({ resilience: { scope: 'reports' } })).toBe(0);
  });

  test('a scope function that throws, or names nothing, rejects its request with nothing sent', async () => {
    let name: unknown;
    attachResilience(api, { scope: () => name as string });
    expect((await rejection(api.get('/'))).message).toBe('`scope` must return a name, got undefined');
    name = 'fine';
    server.script(200);
    expect(reportOf(await api.get('/'))?.ended).toBe('success');
    expect(server.hits).toHaveLength(1);
  });

  test('what a function of the policy promises that must not be async is nobody else’s to handle', async () => {
    const promise = Promise.resolve('a');
    const then = jest.spyOn(promise, 'then');
    const answer = () => promise as never;
    const shared = attachResilience(api, { scope: answer });
    expect((await rejection(api.get('/'))).message).toBe('`scope` must return a name, got an object');
    shared.detach();
    attachResilience(api, { retry: { idempotencyKey: answer, retryResponse: answer } });
    expect((await rejection(api.post('/'))).message).toMatch(/^`retry.idempotencyKey` must return a key, got /);
    server.script(200);
    expect(reportOf(await api.get('/'))?.ended).toBe('success');
    expect(then.mock.calls).toEqual(Array(3).fill([undefined, expect.any(Function)]));
  });
});
