import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import axios, { type AxiosInstance } from 'axios';
import { attachResilience, type ResiliencePolicy } from 'axios-resilience';
import axiosRetry from 'axios-retry';
import * as rax from 'retry-axios';
import { type FlakyServer, flakyServer } from '../helpers/flaky-server.js';
import { nextTurn, rejection } from '../helpers/settled.js';

describe('other retry plugins, and options for them, are explained by one warning', () => {
  let server: FlakyServer;
  let api: AxiosInstance;
  let warnings: string[];
  const warn = (_: object, text: string) => void warnings.push(text);
  const policy: ResiliencePolicy = { retry: { maxRetries: 1, backoff: () => 0 }, breaker: false };

  beforeEach(async () => {
    server = await flakyServer(200);
    api = axios.create({ baseURL: server.url });
    warnings = [];
  });
  afterEach(() => server.close());

  const attach = () => attachResilience(api, { ...policy, logger: { warn, error: warn } });
  const ofPlugins = () => warnings.filter((text) => /axios-retry|retry-axios|raxConfig/.test(text));

  const AT_WORK =
    "axios-resilience: axios-retry is on this instance too (its state is in `config['axios-retry']`): " +
    'its retries multiply with ours; take it off, and for options of a request, ' +
    'write `resilience: { retry: { maxRetries: 1 } }` instead';

  test.each(['before', 'after'])('axios-retry put on the instance %s ours', async (when) => {
    if (when === 'after') attach();
    axiosRetry(api, { retries: 1 });
    if (when === 'before') attach();
    await api.get('/');
    await api.get('/', { 'axios-retry': { retries: 4 } });
    expect(warnings).toEqual([AT_WORK]);
  });

  test('and its retries do multiply', async () => {
    axiosRetry(api, { retries: 1 });
    attach();
    server.script(503);
    await rejection(api.get('/'));
    expect(server.hits).toHaveLength(4);
    expect(ofPlugins()).toEqual([AT_WORK]);
  });

  test.each([
    [{ retries: 5 }, '{ retry: { maxRetries: 5 } }'],
    [{ retries: 0 }, '{ retry: false }'],
    [{ retryDelay: () => 1 }, '{ retry: { maxRetries: n } }'],
    [null, '{ retry: { maxRetries: n } }'],
  ])('options of axios-retry without the plugin: %j', async (options, instead) => {
    attach();
    server.script(503);
    await rejection(api.get('/', { 'axios-retry': options } as object));
    expect(server.hits).toHaveLength(2);
    expect(ofPlugins()).toEqual([
      "axios-resilience: `config['axios-retry']` does nothing here: axios-retry is not on this instance; " +
        `write \`resilience: ${instead}\` instead`,
    ]);
  });

  test('in the defaults of the instance, and different for each request: once all the same', async () => {
    attach();
    api.defaults['axios-retry'] = { retries: 2 };
    for (const retries of [3, 4, 5]) await api.get('/', { 'axios-retry': { retries } });
    await api.get('/');
    expect(warnings).toEqual([expect.stringContaining('maxRetries: 3')]);
  });

  const RAX_OPTIONS =
    'axios-resilience: `config.raxConfig` does nothing here, or multiplies our retries if retry-axios is attached; ' +
    'write `resilience: { retry: { maxRetries: 1 } }` instead';

  test('raxConfig, with retry-axios gone', async () => {
    attach();
    server.script(503);
    for (let i = 0; i < 2; i++) await rejection(api.get('/', { raxConfig: { retry: 1 } }));
    expect(ofPlugins()).toEqual([RAX_OPTIONS]);
  });

  test('retry-axios at work, which shows with the first failure', async () => {
    rax.attach(api);
    attach();
    await api.get('/', { raxConfig: { retry: 1 } });
    expect(ofPlugins()).toEqual([RAX_OPTIONS]);
    server.script(503);
    await rejection(api.get('/', { raxConfig: { retry: 1, retryDelay: 1 } }));
    expect(server.hits).toHaveLength(1 + 4);
    expect(ofPlugins()).toEqual([
      RAX_OPTIONS,
      'axios-resilience: retry-axios is on this instance too (its state is in `config.raxConfig`): its ' +
        'retries multiply with ours; take it off with rax.detach(), and for options of a request, ' +
        'write `resilience: { retry: { maxRetries: 1 } }` instead',
    ]);
  });

  test.each([{ logger: false as const }, {}])('without a logger (%j) it is said on the console', async (given) => {
    const spy = jest.spyOn(console, 'warn').mockImplementation(() => {});
    attachResilience(api, given);
    await api.get('/', { 'axios-retry': { retries: 5 } });
    await api.get('/', { 'axios-retry': { retries: 5 } });
    const said = spy.mock.calls.map(([text]) => text);
    spy.mockRestore();
    expect(said).toEqual([expect.stringContaining('resilience: { retry: { maxRetries: 5 } }')]);
  });

  test('nothing is said of requests that have neither', async () => {
    attach();
    await api.get('/');
    await api.get('/', { 'axios-retry': undefined } as object);
    expect(warnings).toEqual([]);
  });
});

test('options of ours beside `resilience`, where axios keeps them and nobody reads them, are told where they belong, once each', async () => {
  const server = await flakyServer(200);
  const api = axios.create({ baseURL: server.url });
  const warnings: string[] = [];
  const warn = (_: object, text: string) => void warnings.push(text);
  attachResilience(api, { logger: { warn, error: warn } });
  for (const request of [{ retry: 3 }, { deadline: 5, retry: 1 }, { resilience: { retry: 3 } }, {}])
    await api.get('/', request as object);
  await nextTurn();
  expect(warnings).toEqual(
    ['retry', 'deadline'].map(
      (name) =>
        `axios-resilience: \`config.${name}\` is not read by axios-resilience; if it was meant for it, write ` +
        `\`resilience: { ${name}: … }\``,
    ),
  );
  await server.close();
});
