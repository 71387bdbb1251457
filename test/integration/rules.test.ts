import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import axios, { type AxiosInstance } from 'axios';
import { attachResilience, presets, type ResiliencePolicy } from 'axios-resilience';
import { type FlakyServer, flakyServer } from '../helpers/flaky-server.js';
import { rejection } from '../helpers/settled.js';

describe('rules by URL prefix', () => {
  let server: FlakyServer;
  let api: AxiosInstance;

  beforeEach(async () => {
    server = await flakyServer(503);
    api = axios.create({ baseURL: `${server.url}/v1` });
  });
  afterEach(() => server.close());

  const attach = (rules: ResiliencePolicy['rules']) =>
    attachResilience(api, { retry: { maxRetries: 3, backoff: () => 0 }, breaker: false, rules });

  const requests = async (url: string, request = {}): Promise<number> => {
    const before = server.hits.length;
    await rejection(api.get(url, request));
    return server.hits.length - before;
  };

  test('the longest prefix counts, and only that one; a request comes on top', async () => {
    attach({
      '/v1/reports': { retry: { maxRetries: 1 }, deadline: 20 },
      '/v1/reports/daily': { retry: { maxRetries: 2 } },
      [`${server.url}/v1/health`]: { retry: false },
    });
    expect(await requests('/users')).toBe(4);
    expect(await requests('/reports/daily?day=1')).toBe(3);
    expect(await requests('/reports/daily', { resilience: { retry: 1 } })).toBe(2);
    expect(await requests('/health')).toBe(1);
    server.script(() => {});
    expect(await rejection(api.get('/reports/weekly'))).toMatchObject({ code: 'ERR_DEADLINE_EXCEEDED', deadline: 20 });
  });

  test('a body that a rule makes goes out as that of a request would', async () => {
    attach({ '/v1/orders': { body: () => ({ item: 7 }) } });
    server.script(200);
    await api.post('/orders');
    await api.post('/others', undefined, { resilience: { body: () => ({ item: 7 }) } });
    await api.post('/empty');
    expect(server.hits.map(({ headers, body }) => [headers['content-type'], body])).toEqual([
      ['application/json', '{"item":7}'],
      ['application/json', '{"item":7}'],
      ['application/x-www-form-urlencoded', ''],
    ]);
  });

  test('a hook of the request takes the place of its rule’s, and the others stay', async () => {
    const told: string[] = [];
    const telling = (who: string, ...names: string[]) =>
      Object.fromEntries(names.map((name) => [name, () => told.push(`${who} ${name}`)]));
    attachResilience(api, {
      retry: { maxRetries: 1, backoff: () => 0 },
      hooks: telling('instance', 'onEnd'),
      rules: { '/v1/orders': { hooks: telling('rule', 'onRetry', 'onGiveUp', 'onEnd') } },
    });
    api.defaults.resilience = { hooks: telling('defaults', 'onGiveUp') };
    await rejection(
      api.get('/orders', { resilience: { hooks: { ...telling('request', 'onEnd'), onRetry: undefined } } }),
    );
    expect(told).toEqual(['rule onRetry', 'defaults onGiveUp', 'instance onEnd', 'request onEnd']);
  });

  test('a prefix ends where a segment ends, in any letter case', async () => {
    attach({ '/v1/rep': { retry: false }, '/V1/Users': { retry: 1 }, [server.url.slice(0, -1)]: { retry: 2 } });
    expect(await requests('/reports')).toBe(4);
    expect(await requests('/rep/1')).toBe(1);
    expect(await requests('/users#top')).toBe(2);
  });

  test.each([
    [{ 'api.test': {} }, "`rules` must begin with 'http://', 'https://' or '/', got \"api.test\""],
    [{ '//api.test': {} }, "`rules` must begin with 'http://', 'https://' or '/', got \"//api.test\""],
    [{ '/a': { retry: -1 } }, "`rules['/a'].retry` must be a whole number ≥ 0, got -1"],
    [{ '/a': { bulkhead: 3 } }, "`rules['/a'].bulkhead` must be false"],
    [{ '/a': false }, "`rules['/a']` must be an object, got false"],
    [[], '`rules` must be a record of overrides by URL prefix, got []'],
  ])('%j is refused when attached', (rules, message) => {
    expect(() => attach(rules as never)).toThrow(message);
  });
});

describe('presets', () => {
  test.each(Object.entries(presets))('%s is frozen, valid as it is, and made to be spread', (_name, preset) => {
    expect(Object.isFrozen(preset)).toBe(true);
    expect(Object.values(preset).every((part) => typeof part !== 'object' || Object.isFrozen(part))).toBe(true);
    attachResilience(axios.create(), preset);
    attachResilience(axios.create(), { ...preset, logger: console });
  });

  test('retryOnly neither refuses nor limits', async () => {
    const server = await flakyServer(503);
    const api = axios.create({ baseURL: server.url });
    const { breakers } = attachResilience(api, {
      ...presets.retryOnly,
      retry: { ...presets.retryOnly.retry, backoff: () => 0 },
    });
    for (let call = 0; call < 10; call++) await rejection(api.get('/'));
    expect(server.hits).toHaveLength(40);
    expect(breakers.size).toBe(0);
    await server.close();
  });
});
