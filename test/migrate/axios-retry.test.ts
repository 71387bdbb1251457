import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import axios, { AxiosError, type AxiosInstance, type AxiosRequestConfig } from 'axios';
import { attachResilience, presets } from 'axios-resilience';
import { type AxiosRetryOptions, type BasePolicy, fromAxiosRetry } from 'axios-resilience/migrate';
import { type Step as KitStep, scriptedAdapter } from 'axios-resilience/testing';
import axiosRetry, { type IAxiosRetryConfig } from 'axios-retry';
import type { Step } from '../helpers/flaky-server.js';
import { SideBySide } from './side-by-side.js';

const METHODS = ['get', 'head', 'options', 'put', 'delete', 'post', 'patch'];
const STATUSES = [200, 404, 408, 413, 429, 503, 599];

/** What only takes time: the waits, which both keep by themselves. */
const QUICK: BasePolicy = { retry: { backoff: { baseDelay: 1 } } };
const quiet: BasePolicy = { ...QUICK, logger: { warn: () => {}, error: () => {} } };

const always = () => true;
const noMatch = ({ message }: AxiosError) => message.match(/nothing of it/) as unknown as boolean;
const on503 = ({ response }: AxiosError) => response?.status === 503;
const isBusy = ({ response }: AxiosError) => response?.data !== null && Object(response?.data).state === 'busy';

/** Options, and the statuses and methods for which both must do the same. */
const TABLE: [name: string, options: IAxiosRetryConfig][] = [
  ['no options', {}],
  ['retries: 1', { retries: 1 }],
  ['retries: 0', { retries: 0 }],
  ['retryDelay: () => 1', { retries: 2, retryDelay: () => 1 }],
  ['retryCondition: always', { retries: 1, retryCondition: always }],
  ['retryCondition: never', { retryCondition: () => false }],
  ['retryCondition: 503', { retries: 2, retryCondition: on503 }],
  ['retryCondition: a promise of true', { retries: 1, retryCondition: async () => true }],
  ['retryCondition: a promise of false', { retryCondition: async () => false }],
  ['retryCondition: a rejection', { retryCondition: () => Promise.reject(new Error('no')) }],
  ['retryCondition: null, where a message does not match', { retries: 1, retryCondition: noMatch }],
  ['retryCondition: isRetryableError', { retries: 1, retryCondition: axiosRetry.isRetryableError }],
  ['retryCondition: isSafeRequestError', { retries: 1, retryCondition: axiosRetry.isSafeRequestError }],
  ['retryCondition: isIdempotentRequestError', { retries: 1, retryCondition: axiosRetry.isIdempotentRequestError }],
  ['retryCondition: isNetworkError', { retries: 1, retryCondition: axiosRetry.isNetworkError }],
  [
    'retryCondition: isNetworkOrIdempotentRequestError',
    { retries: 1, retryCondition: axiosRetry.isNetworkOrIdempotentRequestError },
  ],
  ['shouldResetTimeout: true', { retries: 1, shouldResetTimeout: true }],
];

let both: SideBySide;
beforeAll(async () => {
  both = await SideBySide.open();
});
afterAll(() => both.close());

async function compare(
  options: IAxiosRetryConfig,
  script: readonly Step[],
  config: AxiosRequestConfig,
  base: BasePolicy = quiet,
) {
  const theirs = await both.see((api) => axiosRetry(api, options), script, config);
  const ours = await both.see((api) => attachResilience(api, fromAxiosRetry(options, base)), script, config);
  return { theirs, ours };
}

/** One text for each case that differs, so that a failure shows them all. */
async function differences(cases: Iterable<[name: string, ...Parameters<typeof compare>]>): Promise<string[]> {
  const different: string[] = [];
  let compared = 0;
  for (const [name, ...args] of cases) {
    const { theirs, ours } = await compare(...args);
    const text = JSON.stringify;
    if (text(theirs) !== text(ours)) different.push(`${name}: axios-retry ${text(theirs)}, ours ${text(ours)}`);
    compared++;
  }
  expect(compared).toBeGreaterThan(0);
  return different;
}

const dataFor = (method: string) => (/p(ost|ut|atch)/.test(method) ? { data: { item: 7 } } : {});

describe('the server sees the same requests, and the caller gets the same, as with axios-retry', () => {
  test.each(TABLE)(`%s: ${STATUSES.length} statuses × ${METHODS.length} methods`, async (_name, options) => {
    expect(
      await differences(
        METHODS.flatMap((method) =>
          STATUSES.map((status): [string, ...Parameters<typeof compare>] => [
            `${method} ${status}`,
            options,
            [status],
            { method, ...dataFor(method) },
          ]),
        ),
      ),
    ).toEqual([]);
  });

  test.each(TABLE)('%s: a failure that passes, and one that turns into another', async (_name, options) => {
    const scripts: Step[][] = [
      [503, 503, 200],
      [429, 503, 404],
    ];
    expect(
      await differences(
        ['get', 'put', 'post'].flatMap((method) =>
          scripts.map((script): [string, ...Parameters<typeof compare>] => [
            `${method} ${script}`,
            options,
            script,
            { method, ...dataFor(method) },
          ]),
        ),
      ),
    ).toEqual([]);
  });

  test.each(TABLE)('%s: lost connections of methods that may be sent again', async (_name, options) => {
    const cases = ['get', 'head', 'options', 'put', 'delete'].map((method): [string, ...Parameters<typeof compare>] => [
      method,
      options,
      ['ECONNRESET'],
      { method, ...dataFor(method) },
    ]);
    expect(await differences(cases)).toEqual([]);
  });

  test("lost connections of POST and PATCH, with axios-retry's own condition given", async () => {
    const options = { retryCondition: axiosRetry.isNetworkOrIdempotentRequestError, retryDelay: () => 1 };
    for (const method of ['post', 'patch']) {
      const { theirs, ours } = await compare(options, ['ECONNRESET'], { method, data: { item: 7 } });
      expect(ours).toEqual(theirs);
      expect(ours.requests).toHaveLength(4);
    }
  });

  test('any method of the registry, with a condition given', async () => {
    for (const method of ['report', 'propfind', 'search', 'mkcol', 'purge']) {
      const { theirs, ours } = await compare({ retries: 1, retryCondition: always }, [503], { method });
      expect(ours).toEqual(theirs);
      expect(ours.requests).toHaveLength(2);
    }
  });

  test("what ran into axios's timeout", async () => {
    const config = { timeout: 100 };
    const plain = await compare({ shouldResetTimeout: true }, ['hang'], config);
    expect(plain.ours).toEqual(plain.theirs);
    expect(plain.ours.requests).toHaveLength(1);
    for (const told of [{ transitional: { clarifyTimeoutError: true } }, { adapter: 'fetch' as const }]) {
      const { ours, theirs } = await compare({ retryDelay: () => 1 }, ['hang'], { ...config, ...told });
      expect(ours).toEqual(theirs);
      expect(ours.requests).toHaveLength(1);
    }
    const clarified = { ...config, transitional: { clarifyTimeoutError: true } };
    const reset = await compare({ retries: 1, shouldResetTimeout: true }, ['hang'], clarified);
    expect(reset.ours).toEqual(reset.theirs);
    expect(reset.ours.requests).toHaveLength(2);
    const asked = await compare({ retries: 2, shouldResetTimeout: true, retryCondition: always }, ['hang'], config);
    expect(asked.ours).toEqual(asked.theirs);
    expect(asked.ours.requests).toHaveLength(3);
  });

  test('what a policy leaves undefined is as it would be without it', () => {
    const { retry: plain } = fromAxiosRetry({});
    const { retry } = fromAxiosRetry(
      {},
      { retry: { shouldRetry: undefined, methods: undefined, statuses: undefined } },
    );
    expect(Object.keys(Object(retry))).toEqual(Object.keys(Object(plain)));
    expect(retry).toMatchObject({ shouldRetry: expect.any(Function), methods: expect.any(Array), statuses: [] });
  });

  test('statuses that validateStatus takes as good', async () => {
    const cases = STATUSES.map((status): [string, ...Parameters<typeof compare>] => [
      `${status}`,
      { retries: 1 },
      [status],
      { validateStatus: () => true },
    ]);
    expect(await differences(cases)).toEqual([]);
  });

  test('a condition that reads the body, which is parsed', async () => {
    const busy = {
      status: 409,
      body: JSON.stringify({ state: 'busy' }),
      headers: { 'content-type': 'application/json' },
    };
    for (const method of ['get', 'post']) {
      const { theirs, ours } = await compare({ retryCondition: isBusy, retryDelay: () => 1 }, [busy, busy, 200], {
        method,
      });
      expect(ours).toEqual(theirs);
      expect(ours.requests).toHaveLength(3);
    }
  });
});

describe('the callbacks are called alike', () => {
  type Told = (string | number | undefined)[][];
  const listening = (told: Told): AxiosRetryOptions & IAxiosRetryConfig => ({
    retries: 2,
    retryDelay: (count, error) => {
      told.push(['delay', count, error.response?.status, error.message]);
      return 1;
    },
    onRetry: (count, error, config) => {
      told.push(['retry', count, error.response?.status, config.method]);
      if (config.headers) config.headers['x-count'] = String(count);
    },
    onMaxRetryTimesExceeded: (error, count) => void told.push(['exceeded', count, error.response?.status]),
  });

  async function told(script: Step[], put: (api: AxiosInstance, options: IAxiosRetryConfig) => unknown) {
    const calls: Told = [];
    await both.see((api) => put(api, listening(calls)), script, {});
    return calls;
  }

  test.each([
    [[503]],
    [[503, 200]],
    [[503, 404]],
    [[503, 503, 404]],
    [[404]],
    [[200]],
    [['ECONNRESET', 500, 'ECONNRESET']],
  ] as [Step[]][])('%j', async (script) => {
    const theirs = await told(script, (api, options) => axiosRetry(api, options));
    const ours = await told(script, (api, options) => attachResilience(api, fromAxiosRetry(options)));
    expect(ours).toEqual(theirs);
  });

  test('what onRetry writes into the request is sent, and what it throws is what the call rejects with', async () => {
    const change: IAxiosRetryConfig = {
      retryDelay: () => 1,
      onRetry: (count, _error, config) => {
        config.url = `/again/${count}`;
      },
    };
    const changed = await compare(change, [503, 503, 200], {});
    expect(changed.ours.requests).toEqual(['GET /thing', 'GET /again/1', 'GET /again/2']);
    expect(changed.ours).toEqual(changed.theirs);
    const stop: IAxiosRetryConfig = {
      onRetry: () => Promise.reject(Object.assign(new Error('stop'), { code: 'STOP' })),
    };
    const stopped = await compare(stop, [503], {});
    expect(stopped.ours).toEqual(stopped.theirs);
    expect(stopped.ours.got).toBe('rejected STOP');
  });

  test('onRetry that returns false does not stop the call', async () => {
    const options = { retries: 1, onRetry: () => false as never };
    const { theirs, ours } = await compare(options, [503], {});
    expect(ours).toEqual(theirs);
    expect(ours.requests).toHaveLength(2);
  });

  test('the waits are those of the delay functions, when the server does not say', async () => {
    for (const retryDelay of [axiosRetry.linearDelay(7), (count: number) => count * 3]) {
      const { retry } = fromAxiosRetry({ retryDelay });
      if (typeof retry !== 'object' || typeof retry.backoff !== 'function') throw new Error('no backoff');
      for (const attempt of [1, 2, 3]) {
        const error = new Error('lost') as AxiosError;
        const failed = { attempt, durationMs: 1, error, config: { headers: {} } as never };
        expect(retry.backoff(failed)).toBe(retryDelay(attempt, error));
      }
    }
    const { retry } = fromAxiosRetry({ retryDelay: axiosRetry.exponentialDelay });
    if (typeof retry !== 'object' || typeof retry.backoff !== 'function') throw new Error('no backoff');
    for (const attempt of [1, 2, 3]) {
      const ms = retry.backoff({ attempt, durationMs: 1, error: new Error('lost'), config: { headers: {} } as never });
      expect(ms).toBeGreaterThanOrEqual(2 ** attempt * 100);
      expect(ms).toBeLessThanOrEqual(2 ** attempt * 120);
    }
  });
});

describe('what is different, and meant to be', () => {
  test('POST and PATCH after a lost connection: not sent again unless a condition says so', async () => {
    for (const method of ['post', 'patch']) {
      const { theirs, ours } = await compare({}, ['ECONNRESET'], { method });
      expect([theirs.requests.length, ours.requests.length]).toEqual([4, 1]);
    }
  });

  const sends = async (put: (api: AxiosInstance) => unknown, step: KitStep | Error, config: AxiosRequestConfig) => {
    const adapter = scriptedAdapter([step]);
    const api = axios.create({ baseURL: 'http://api.test', adapter });
    put(api);
    await api.request(config).catch(() => {});
    return adapter.hits.length;
  };
  const plugin = (api: AxiosInstance) => axiosRetry(api, { retryDelay: () => 1 });
  const ours = (api: AxiosInstance) =>
    attachResilience(api, fromAxiosRetry({ retryDelay: () => 1 }, presets.retryOnly));

  test.each([
    ['ECONNREFUSED', 4],
    ['EHOSTUNREACH', 4],
    ['EAI_AGAIN', 4],
    ['ENOTFOUND', 1],
    ['ENETUNREACH', 1],
  ])('POST of which nothing was sent, for %s: sent again', async (code, theirs) => {
    const counts = [await sends(plugin, code, { method: 'post' }), await sends(ours, code, { method: 'post' })];
    expect(counts).toEqual([theirs, 4]);
  });

  test.each([
    ['a lost connection of a POST', 'ECONNRESET', { method: 'post' }, 4, 1],
    ['a bad certificate', 'CERT_HAS_EXPIRED', {}, 4, 1],
    ['an answer that is cut off', 'cut', {}, 1, 4],
    ['a long Retry-After', { status: 503, headers: { 'retry-after': '3600' } }, {}, 4, 1],
  ] as [string, KitStep, AxiosRequestConfig, number, number][])(
    '%s, with presets.retryOnly too',
    async (_name, step, config, theirs, mine) => {
      expect([await sends(plugin, step, config), await sends(ours, step, config)]).toEqual([theirs, mine]);
    },
  );

  test('a stream, with presets.retryOnly too: not sent again when it is used up', async () => {
    const bodies: string[][] = [];
    for (const put of [plugin, ours]) {
      const config = { method: 'put', data: Readable.from(['once']), maxRedirects: 0 };
      bodies.push((await both.see(put, [503], config)).bodies);
    }
    expect(bodies).toEqual([['once', '', '', ''], ['once']]);
  });

  test('interceptors and transforms run once', async () => {
    const runs = { theirs: 0, ours: 0 };
    const count = (api: AxiosInstance, who: keyof typeof runs) =>
      api.interceptors.request.use((config) => {
        runs[who]++;
        return config;
      });
    const put = {
      theirs: (api: AxiosInstance) => axiosRetry(api),
      ours: (api: AxiosInstance) => attachResilience(api, fromAxiosRetry({}, QUICK)),
    };
    for (const who of ['theirs', 'ours'] as const) {
      const set = (api: AxiosInstance) => {
        count(api, who);
        put[who](api);
      };
      await both.see(set, [503, 503, 200], {});
    }
    expect(runs).toEqual({ theirs: 3, ours: 1 });
  });

  test('Retry-After: a delay function that ignores it does not hold, and a long one ends the call', async () => {
    const limited = { status: 429, headers: { 'retry-after': '3600' } };
    const { theirs, ours } = await compare({ retryDelay: () => 1 }, [limited], {});
    expect([theirs.requests.length, ours.requests.length]).toEqual([4, 1]);
    const off = await compare(
      { retryDelay: () => 1 },
      [limited],
      {},
      { retry: { respectRetryAfter: false }, coolDown: false },
    );
    expect(off.ours).toEqual(off.theirs);
  });

  test('without a delay function: a random wait instead of none', () => {
    expect(fromAxiosRetry().retry).not.toHaveProperty('backoff');
  });

  test('an outage: the circuit opens and ends the call, unless the base is presets.retryOnly', async () => {
    const options = { retries: 5, retryDelay: () => 1 };
    const guarded = await compare(options, [503], {}, { breaker: { consecutive: 3, minimumDuration: 0 } });
    expect([guarded.theirs.requests.length, guarded.ours.requests.length]).toEqual([6, 3]);
    expect(guarded.ours.got).toBe('rejected ERR_CIRCUIT_OPEN');
    const plain = await compare(options, [503], {}, presets.retryOnly);
    expect(plain.ours).toEqual(plain.theirs);
    expect(plain.ours.requests).toHaveLength(6);
  });

  test('an error that is unknown, and has no code: not sent again unless a condition says so', async () => {
    let sends = 0;
    const odd: AxiosRequestConfig = {
      adapter: (config) => Promise.reject(new AxiosError(`odd ${++sends}`, undefined, config, {})),
    };
    const sent: number[] = [];
    for (const options of [{}, { retryCondition: axiosRetry.isNetworkOrIdempotentRequestError }]) {
      const policy = fromAxiosRetry(options, quiet);
      for (const put of [
        (api: AxiosInstance) => axiosRetry(api),
        (api: AxiosInstance) => attachResilience(api, policy),
      ]) {
        sends = 0;
        await both.see(put, [200], odd);
        sent.push(sends);
      }
    }
    expect(sent).toEqual([4, 1, 4, 4]);
  });

  test('an answer that is cut off in its body is sent again', async () => {
    const { theirs, ours } = await compare({}, ['cut', 200], {});
    expect([theirs.requests.length, ours.requests.length]).toEqual([1, 2]);
  });

  test('validateResponse: tries again alike, but what comes last resolves where axios takes it as good', async () => {
    const accepted = { body: '{"state":"busy"}', headers: { 'content-type': 'application/json' } };
    const options: IAxiosRetryConfig = {
      retries: 2,
      retryDelay: () => 1,
      retryCondition: isBusy,
      validateResponse: ({ data }) => data.state !== 'busy',
    };
    const passes = await compare(options, [accepted, accepted, 200], {});
    expect(passes.ours).toEqual(passes.theirs);
    expect(passes.ours.requests).toHaveLength(3);
    const stays = await compare(options, [accepted], {});
    expect(stays.ours.requests).toEqual(stays.theirs.requests);
    expect([stays.theirs.got, stays.ours.got]).toEqual(['rejected 200', 'resolved 200']);
    const good = await compare({ ...options, retryCondition: always, validateResponse: always }, [503], {});
    expect(good.ours.requests).toEqual(good.theirs.requests);
    expect([good.theirs.got, good.ours.got]).toEqual(['resolved 503', 'rejected 503']);
  });
});

describe('what cannot be carried over is said', () => {
  const said = (options: AxiosRetryOptions, base: BasePolicy = {}) => {
    const warnings: string[] = [];
    const warn = (_: object, text: string) => void warnings.push(text);
    fromAxiosRetry(options, { logger: { warn, error: warn }, ...base });
    return warnings;
  };

  test('warnings name the option', () => {
    expect(said({ shouldResetTimeout: false })).toEqual([expect.stringContaining('`shouldResetTimeout: false`')]);
    expect(said({ validateResponse: always })).toEqual([expect.stringContaining('`validateResponse`')]);
    expect(said({ shouldResetTimeout: false }, { deadline: 5_000 })).toEqual([]);
    expect(said({ retries: 5, retryCondition: always, onRetry: () => {}, shouldResetTimeout: true })).toEqual([]);
    expect(said({ validateResponse: null })).toEqual([]);
  });

  test('on the console where there is no logger', () => {
    const spy = jest.spyOn(console, 'warn').mockImplementation(() => {});
    fromAxiosRetry({ shouldResetTimeout: false });
    const { calls } = spy.mock;
    spy.mockRestore();
    expect(calls).toEqual([[expect.stringMatching(/^axios-resilience: fromAxiosRetry: `shouldResetTimeout/), {}]]);
  });

  test.each([
    [{ retires: 3 }, '`options.retires` is not an option; did you mean `retries`?'],
    [{ retries: Infinity }, '`options.retries` must be a whole number ≥ 0, got Infinity'],
    [{ retries: '3' }, '`options.retries` must be a whole number ≥ 0, got "3"'],
    [{ retryDelay: 100 }, '`options.retryDelay` must be a function, got 100'],
    [3, '`options` must be an object, got 3'],
  ])('%j is refused', (options, text) => {
    expect(() => fromAxiosRetry(options as never)).toThrow(text);
  });

  test.each([
    [3, '`base` must be an object, got 3'],
    [{ retry: 3 }, '`base.retry` must be an object, got 3'],
    [{ hooks: {} }, '`base.hooks` must be given to subscribe() of what attachResilience returns, got an object'],
  ])('a base of %j is refused', (base, text) => {
    expect(() => fromAxiosRetry({}, base as never)).toThrow(text);
  });

  test('the base is kept, its retry under the options', () => {
    const policy = fromAxiosRetry({ retries: 5 }, { ...presets.retryOnly, scope: 'instance' });
    expect(policy).toMatchObject({ ...presets.retryOnly, scope: 'instance', retry: { budget: false, maxRetries: 5 } });
  });

  test('its own types fit', () => {
    const theirs: IAxiosRetryConfig = { retries: 1 };
    const ours: AxiosRetryOptions = theirs;
    expect(ours.retries).toBe(1);
  });
});
