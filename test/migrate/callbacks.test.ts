import type { IncomingMessage, ServerResponse } from 'node:http';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import axios, { AxiosError, type AxiosInstance, type AxiosRequestConfig, type InternalAxiosRequestConfig } from 'axios';
import { attachResilience, type ResiliencePolicy, reportOf } from 'axios-resilience';
import { type BasePolicy, fromAxiosRetry, fromRetryAxios } from 'axios-resilience/migrate';
import { scriptedAdapter } from 'axios-resilience/testing';
import axiosRetry, { type IAxiosRetryConfig } from 'axios-retry';
import * as rax from 'retry-axios';
import { CallbackErrors } from '../../src/migrate/callback-errors.js';
import { flakyServer, type Step } from '../helpers/flaky-server.js';
import { SideBySide } from './side-by-side.js';

type Note = (...seen: unknown[]) => void;
type Config = InternalAxiosRequestConfig & { again?: boolean };

let both: SideBySide;
beforeAll(async () => {
  both = await SideBySide.open();
});
afterAll(() => both.close());

const quiet: BasePolicy = { logger: { warn: () => {}, error: () => {} } };
const configOf = (error: AxiosError) => error.config as Config;
const stateOf = (error: AxiosError) =>
  configOf(error)['axios-retry'] as IAxiosRetryConfig & { retryCount: number; lastRequestTime: number };

/** Answers 401 until it is sent what the callback puts into the request. */
const fresh: Step = (req: IncomingMessage, res: ServerResponse) => {
  res.statusCode = req.headers.authorization === 'Bearer fresh' ? 200 : 401;
  res.end();
};
/** Answers 400 to what a callback should have left out. */
const noAuthorization: Step = ({ headers }, res) => {
  res.statusCode = headers.authorization ? 400 : 200;
  res.end();
};
const renew = (error: AxiosError) => {
  configOf(error).headers.Authorization = 'Bearer fresh';
};
const on401 = ({ response }: AxiosError) => response?.status === 401;
/** Of which no copy can be made. */
class Range {
  readonly #from: number;

  constructor(from: number) {
    this.#from = from;
  }

  get from(): number {
    return this.#from;
  }
}

const GET_TWICE = ['GET /thing', 'GET /thing'];

interface Case<Options> {
  options: (note: Note) => Options;
  script: Step[];
  config?: AxiosRequestConfig;
  requests: string[];
  got: string;
  /** What the callbacks saw. */
  seen?: unknown[];
}

async function compare<Options>(
  { options, script, config = {}, requests, got, seen = [] }: Case<Options>,
  theirs: (api: AxiosInstance, options: Options) => void,
  ours: (options: Options) => ResiliencePolicy,
): Promise<void> {
  const run = async (put: (api: AxiosInstance, options: Options) => void) => {
    const noted: unknown[] = [];
    const given = options((...what) => noted.push(what));
    const headers = { Authorization: 'Bearer old' };
    return { ...(await both.see((api) => put(api, given), script, { headers, ...config })), noted };
  };
  const plugin = await run(theirs);
  expect(await run((api, given) => attachResilience(api, ours(given)))).toEqual(plugin);
  expect(plugin).toMatchObject({ requests, got, noted: seen });
}

describe('callbacks of axios-retry that read or write error.config', () => {
  const quick = { retryDelay: () => 1 };
  const TABLE: [name: string, Case<IAxiosRetryConfig>][] = [
    [
      'retryCondition reads retryCount',
      {
        options: (note) => ({
          ...quick,
          retryCondition: (error) => {
            note(stateOf(error).retryCount, stateOf(error).retries);
            return stateOf(error).retryCount < 2;
          },
        }),
        script: [503],
        requests: [...GET_TWICE, 'GET /thing'],
        got: 'rejected 503',
        seen: [
          [0, 3],
          [1, 3],
          [2, 3],
        ],
      },
    ],
    [
      'retryDelay, onRetry and onMaxRetryTimesExceeded read retryCount',
      {
        options: (note) => {
          const see = (name: string) => (count: number, error: AxiosError) =>
            note(name, count, stateOf(error).retryCount, error.response?.status ?? error.code);
          return {
            retries: 2,
            retryDelay: (count, error) => {
              see('delay')(count, error);
              return 1;
            },
            onRetry: see('retry'),
            onMaxRetryTimesExceeded: (error, count) => see('exceeded')(count, error),
          };
        },
        script: [503, 'ECONNRESET', 404],
        requests: [...GET_TWICE, 'GET /thing'],
        got: 'rejected 404',
        seen: [
          ['delay', 1, 1, 503],
          ['retry', 1, 1, 503],
          ['delay', 2, 2, 'ECONNRESET'],
          ['retry', 2, 2, 'ECONNRESET'],
          ['exceeded', 2, 2, 404],
        ],
      },
    ],
    [
      'lastRequestTime is that of the latest attempt',
      {
        options: (note) => ({
          retries: 1,
          onRetry: (_count, error) => {
            const ago = Date.now() - stateOf(error).lastRequestTime;
            note(ago >= 0 && ago < 5_000);
          },
        }),
        script: [503, 200],
        requests: GET_TWICE,
        got: 'resolved 200',
        seen: [[true]],
      },
    ],
    [
      'onRetry renews a header by error.config',
      {
        options: () => ({ ...quick, retryCondition: on401, onRetry: (_count, error) => renew(error) }),
        script: [fresh],
        requests: GET_TWICE,
        got: 'resolved 200',
      },
    ],
    [
      'onRetry is shown one config, as error.config, as that of its answer, and by itself',
      {
        options: (note) => ({
          ...quick,
          onRetry: (_count, error, config) => note(error.config === config, error.response?.config === config),
        }),
        script: [503, 200],
        requests: GET_TWICE,
        got: 'resolved 200',
        seen: [[true, true]],
      },
    ],
    [
      'onRetry changes url and body by error.config',
      {
        options: () => ({
          ...quick,
          onRetry: (count, error) => {
            configOf(error).url = `/again/${count}`;
            configOf(error).data = `bod${count}`;
          },
        }),
        config: { method: 'put', data: 'body' },
        script: [503, 503, 200],
        requests: ['PUT /thing', 'PUT /again/1', 'PUT /again/2'],
        got: 'resolved 200',
      },
    ],
    [
      'retryCondition renews a header, and knows what it has marked',
      {
        options: (note) => ({
          ...quick,
          retryCondition: async (error) => {
            note(configOf(error).again);
            if (configOf(error).again) return false;
            configOf(error).again = true;
            renew(error);
            return true;
          },
        }),
        script: [fresh, (req, res) => res.writeHead(req.headers.authorization === 'Bearer fresh' ? 404 : 500).end()],
        requests: GET_TWICE,
        got: 'rejected 404',
        seen: [[undefined], [true]],
      },
    ],
    [
      'retryDelay takes a header off',
      {
        options: () => ({
          retryDelay: (_count, error) => {
            delete configOf(error).headers.Authorization;
            return 1;
          },
        }),
        script: [503, noAuthorization],
        requests: GET_TWICE,
        got: 'resolved 200',
      },
    ],
    [
      'what one attempt has put into its state, the next finds there',
      {
        options: (note) => ({
          ...quick,
          onRetry: (_count, error) => {
            const state = stateOf(error) as unknown as { renewals?: number };
            note(state.renewals);
            state.renewals = (state.renewals ?? 0) + 1;
          },
        }),
        script: [503, 503, 200],
        requests: [...GET_TWICE, 'GET /thing'],
        got: 'resolved 200',
        seen: [[undefined], [1]],
      },
    ],
    [
      'a config in the place of error.config, as for a log, is not sent',
      {
        options: () => {
          const strip = (error: AxiosError) => {
            error.config = { url: '/elsewhere' } as Config;
          };
          return {
            ...quick,
            retryCondition: (error) => {
              configOf(error).url += '/again';
              strip(error);
              return error.response?.status === 503;
            },
            onRetry: (_count, error) => strip(error),
          };
        },
        config: { method: 'put', data: 'body', params: { a: 1 } },
        script: [503, 404],
        requests: ['PUT /thing?a=1', 'PUT /thing/again?a=1'],
        got: 'rejected 404',
      },
    ],
    ...[
      { params: new URLSearchParams('a=1') },
      {
        params: new Map([['a', 1]]),
        paramsSerializer: (params: object) => [...(params as Map<string, number>)].join(),
      },
      { params: new Range(3), paramsSerializer: (params: object) => `from=${(params as Range).from}` },
    ].map((config, i): [string, Case<IAxiosRetryConfig>] => [
      `params of ${config.params.constructor.name} are sent as they were`,
      {
        options: () => quick,
        config: config as AxiosRequestConfig,
        script: [503, 503, 200],
        requests: Array(3).fill(`GET /thing?${['a=1', 'a,1', 'from=3'][i]}`),
        got: 'resolved 200',
      },
    ]),
  ];

  test.each(TABLE)('%s', (_name, each) =>
    compare(each, axiosRetry, (options) => fromAxiosRetry(options, { ...quiet, retry: { backoff: { baseDelay: 1 } } })),
  );
});

describe('callbacks of retry-axios that read or write error.config', () => {
  const quick = { retryDelay: 1, backoffType: 'static' } as const;
  const see = (note: Note, name: string) => (error: AxiosError) => {
    const { retry, currentRetryAttempt, retriesRemaining, errors } = rax.getConfig(error) ?? {};
    const statuses = errors?.map(({ response, code }) => response?.status ?? code);
    note(name, currentRetryAttempt, retriesRemaining, retry, statuses, errors?.at(-1) === error);
  };
  const TABLE: [name: string, Case<rax.RetryConfig>][] = [
    [
      'shouldRetry, onError and onRetryAttempt read getConfig(error)',
      {
        options: (note) => ({
          ...quick,
          shouldRetry: (error) => {
            see(note, 'should')(error);
            const { retry = 0, currentRetryAttempt = 0 } = rax.getConfig(error) ?? {};
            return retry >= currentRetryAttempt;
          },
          onError: see(note, 'error'),
          onRetryAttempt: async (error) => see(note, 'again')(error),
        }),
        script: [503, 500, 200],
        requests: [...GET_TWICE, 'GET /thing'],
        got: 'resolved 200',
        seen: [
          ['should', 0, undefined, 3, [503], true],
          ['error', 1, 2, 3, [503], true],
          ['again', 1, 2, 3, [503], true],
          ['should', 1, 2, 3, [503, 500], true],
          ['error', 2, 1, 3, [503, 500], true],
          ['again', 2, 1, 3, [503, 500], true],
        ],
      },
    ],
    [
      'onRetryAttempt of a lost connection, with no more than its own',
      {
        options: (note) => ({ ...quick, retry: 1, onRetryAttempt: async (error) => see(note, 'again')(error) }),
        script: ['ECONNRESET', 503],
        requests: GET_TWICE,
        got: 'rejected 503',
        seen: [['again', 1, 0, 1, ['ECONNRESET'], true]],
      },
    ],
    [
      'the options are there, those that are not set too',
      {
        options: (note) => ({
          ...quick,
          checkRetryAfter: false,
          onRetryAttempt: async (error) => {
            const { retryDelay, backoffType, httpMethodsToRetry, checkRetryAfter, maxRetryAfter, statusCodesToRetry } =
              rax.getConfig(error) ?? {};
            note(retryDelay, backoffType, httpMethodsToRetry, checkRetryAfter, maxRetryAfter, statusCodesToRetry);
          },
        }),
        script: [503, 200],
        requests: GET_TWICE,
        got: 'resolved 200',
        seen: [
          [
            1,
            'static',
            ['GET', 'HEAD', 'PUT', 'OPTIONS', 'DELETE'],
            false,
            300_000,
            [
              [100, 199],
              [429, 429],
              [500, 599],
            ],
          ],
        ],
      },
    ],
    [
      'onError of a Retry-After that is too long',
      {
        options: (note) => ({ ...quick, maxRetryAfter: 1_000, onError: see(note, 'error') }),
        script: [{ status: 503, headers: { 'retry-after': '60' } }],
        requests: ['GET /thing'],
        got: 'rejected 503',
        seen: [['error', 0, undefined, 3, [503], true]],
      },
    ],
    [
      'onRetryAttempt renews a header',
      {
        options: () => ({
          ...quick,
          statusCodesToRetry: [[401, 401]],
          onRetryAttempt: async (error) => renew(error),
        }),
        script: [fresh],
        requests: GET_TWICE,
        got: 'resolved 200',
      },
    ],
    [
      'onRetryAttempt puts a config of its own in place',
      {
        options: () => ({
          ...quick,
          onRetryAttempt: async (error) => {
            error.config = { ...configOf(error), url: '/other' };
          },
        }),
        script: [503, 503, 200],
        requests: ['GET /thing', 'GET /other', 'GET /other'],
        got: 'resolved 200',
      },
    ],
    [
      'what onRetryAttempt leaves out of a config of its own is not sent',
      {
        options: () => ({
          ...quick,
          shouldRetry: () => true,
          onRetryAttempt: async (error) => {
            const { baseURL } = configOf(error);
            error.config = { url: '/other', baseURL, headers: { 'x-new': '1' } } as unknown as Config;
          },
        }),
        config: { method: 'post', data: 'secret', params: { a: 1 } },
        script: [503, noAuthorization],
        requests: ['POST /thing?a=1', 'GET /other'],
        got: 'resolved 200',
      },
    ],
    [
      'what onError leaves out of a config of its own is not sent, and the answer is judged as before',
      {
        options: () => ({
          ...quick,
          statusCodesToRetry: [[503, 503]],
          onError: (error) => {
            error.config = { url: '/other', baseURL: configOf(error).baseURL, method: 'put' } as Config;
          },
        }),
        config: { method: 'put', data: 'secret', params: { a: 1 } },
        script: [503, 404],
        requests: ['PUT /thing?a=1', 'PUT /other'],
        got: 'rejected 404',
      },
    ],
    [
      'onRetryAttempt changes url and body',
      {
        options: () => ({
          ...quick,
          onRetryAttempt: async (error) => {
            configOf(error).url += '/again';
            configOf(error).data = `${configOf(error).data.slice(1)}!`;
          },
        }),
        config: { method: 'put', data: 'body' },
        script: [503, 503, 200],
        requests: ['PUT /thing', 'PUT /thing/again', 'PUT /thing/again/again'],
        got: 'resolved 200',
      },
    ],
    [
      'onError and shouldRetry write',
      {
        options: () => ({
          ...quick,
          shouldRetry: (error) => {
            configOf(error).url = '/other';
            return true;
          },
          onError: renew,
        }),
        script: [fresh],
        requests: ['GET /thing', 'GET /other'],
        got: 'resolved 200',
      },
    ],
  ];

  const attach = (api: AxiosInstance, options: rax.RetryConfig) => {
    api.defaults.raxConfig = options;
    rax.attach(api);
  };
  test.each(TABLE)('%s', (_name, each) => compare(each, attach, (options) => fromRetryAxios(options as object, quiet)));
});

describe('what the callbacks get is made for them', () => {
  test.each([
    ['axios-retry', (read: (error: AxiosError) => void) => fromAxiosRetry({ onRetry: (_count, error) => read(error) })],
    ['raxConfig', (read: (error: AxiosError) => void) => fromRetryAxios({ retryDelay: 1, onRetryAttempt: read })],
  ])(
    '%s: reportOf tells of the call so far; no config that is sent or given back has the key',
    async (key, policyOf) => {
      const seen: unknown[] = [];
      const configs: [where: string, hasKey: boolean][] = [];
      const read = (error: AxiosError) => {
        const { ended, retries, attempts } = reportOf(error) ?? {};
        seen.push([key in configOf(error), ended, retries, attempts?.length]);
      };
      const put = (api: AxiosInstance) => {
        const note = (where: string, config: object | undefined) => configs.push([where, key in Object(config)]);
        const http = axios.getAdapter('http');
        api.defaults.adapter = (config) => {
          note('sent', config);
          return http(config);
        };
        attachResilience(api, policyOf(read));
        api.interceptors.response.use(
          (response) => {
            note('given back', response.config);
            return response;
          },
          (error) => {
            note('given back', error.config);
            note('given back', error.response.config);
            throw error;
          },
        );
      };
      await both.see(put, [503, 503, 200], {});
      await both.see(put, [503, 400], {});
      expect(seen).toEqual([
        [true, undefined, 0, 1],
        [true, undefined, 1, 2],
        [true, undefined, 0, 1],
      ]);
      const [sent, back]: [string, boolean][] = [
        ['sent', false],
        ['given back', false],
      ];
      expect(configs).toEqual([sent, sent, sent, back, sent, sent, back, back]);
    },
  );

  test('it is the error that the call rejects with, but for its config', async () => {
    const seen: AxiosError[] = [];
    const api = axios.create({ adapter: () => Promise.reject(thrown), proxy: false });
    const thrown = new AxiosError('odd', 'ODD');
    attachResilience(api, fromAxiosRetry({ retryCondition: (error) => seen.push(error) < 2, retryDelay: () => 0 }));
    await expect(api.get('http://127.0.0.1/')).rejects.toBe(thrown);
    expect(thrown.config).toBeUndefined();
    expect(seen.map((error) => [error instanceof AxiosError, error.code, configOf(error).method])).toEqual([
      [true, 'ODD', 'get'],
      [true, 'ODD', 'get'],
    ]);
  });

  class OwnError extends Error {
    readonly #status = 503;

    get status() {
      return this.#status;
    }

    isBusy() {
      return this.#status === 503;
    }
  }
  test.each([
    [
      'of the platform',
      new DOMException('too late', 'TimeoutError'),
      { name: 'TimeoutError', message: 'too late', code: 23 },
    ],
    ['of a class', new OwnError('busy'), { name: 'Error', message: 'busy', status: 503 }],
    ['frozen', Object.freeze(new OwnError('busy')), { message: 'busy', status: 503 }],
  ])('an error with private state, %s, can be read, called, written to and printed', async (_, thrown, fields) => {
    const seen: unknown[] = [];
    const retryCondition = (error: AxiosError & { isBusy?: () => boolean; seen?: number }) => {
      expect(error).toMatchObject(fields);
      expect([error instanceof thrown.constructor, error.constructor]).toEqual([true, thrown.constructor]);
      expect(inspect(error)).toContain(error.message);
      expect('config' in error).toBe(true);
      error.seen = (error.seen ?? 0) + 1;
      seen.push([error.isBusy?.() ?? true, stateOf(error).retryCount, error.seen]);
      return true;
    };
    const answers = [() => Promise.reject(thrown), scriptedAdapter([200])];
    const api = axios.create({ adapter: (config) => (answers.shift() as (typeof answers)[0])(config) });
    attachResilience(
      api,
      fromAxiosRetry({ retryCondition, retryDelay: (count, error) => error.message.length / count }),
    );
    await expect(api.get('http://api.test/')).resolves.toMatchObject({ status: 200 });
    expect(seen).toEqual([[true, 0, 1]]);
    expect(Object.keys(thrown)).toEqual([]);
  });

  test('what they delete from or define on an error with private state is gone or there for them alone', async () => {
    const seen: unknown[] = [];
    const thrown = Object.assign(new OwnError('busy'), { code: 'ECONNRESET' });
    const retryCondition = (error: AxiosError & { mark?: number; isBusy?: () => boolean }) => {
      delete error.code;
      Reflect.deleteProperty(error, 'isBusy');
      error.mark = 0;
      delete error.mark;
      seen.push([error.code, 'code' in error, error.isBusy?.(), error.mark, 'mark' in error]);
      Object.defineProperty(error, 'mark', { value: 2, configurable: true });
      seen.push([error.mark, 'mark' in error]);
      delete error.mark;
      error.code = `${error.mark}`;
      seen.push(error.code);
      return false;
    };
    const api = axios.create({ adapter: () => Promise.reject(thrown) });
    attachResilience(api, fromAxiosRetry({ retryCondition }));
    await expect(api.get('http://api.test/')).rejects.toBe(thrown);
    expect(seen).toEqual([[undefined, false, true, undefined, false], [2, true], 'undefined']);
    expect(Object.entries(thrown)).toEqual([['code', 'ECONNRESET']]);
    expect(Object.hasOwn(thrown, 'mark')).toBe(false);
  });

  test('what they write stays off what the call ends with, and leads no credentials to another origin', async () => {
    const other = await flakyServer(404);
    const retryCondition = (error: AxiosError) => {
      Object.assign(configOf(error), { again: true, url: `${other.url}/moved` });
      configOf(error).headers.set('x-mark', 'set');
      return error.response?.status === 503;
    };
    const ends: (InternalAxiosRequestConfig | undefined)[] = [];
    const put = (api: AxiosInstance) => {
      attachResilience(api, fromAxiosRetry({ retryCondition, retryDelay: () => 1 }));
      api.interceptors.response.use(undefined, (error) => {
        ends.push(error.config, error.response.config);
        throw error;
      });
    };
    const { got } = await both.see(put, [503], { headers: { Authorization: 'Bearer mine' } });
    await other.close();
    expect(got).toBe('rejected 404');
    expect(other.hits.map(({ url, headers }) => [url, headers['x-mark'], headers.authorization])).toEqual([
      ['/moved', 'set', undefined],
    ]);
    const own = { url: '/thing', again: undefined, mark: undefined, authorization: 'Bearer mine' };
    expect(
      ends.map((config) => ({
        url: config?.url,
        again: (config as Config).again,
        mark: config?.headers['x-mark'],
        authorization: config?.headers.Authorization,
      })),
    ).toEqual([own, own]);
  });

  test('parts of their config are theirs too, and their answer has all that an answer has', async () => {
    const seen: unknown[] = [];
    const retryCondition = (error: AxiosError) => {
      const { config, response } = error as AxiosError & { config: { params: object; auth: object } };
      Object.assign(config.params, { again: 1 });
      Object.assign(config.auth, { password: 'new' });
      seen.push(Object.keys(response ?? {}).sort(), response?.data, response?.config === config);
      return true;
    };
    const adapter = scriptedAdapter([503, 200]);
    const api = axios.create({ baseURL: 'http://api.test', adapter });
    attachResilience(api, fromAxiosRetry({ retryCondition, retryDelay: () => 1 }));
    const auth = { username: 'me', password: 'old' };
    const { config } = await api.get('/thing', { params: { a: 0 }, auth });
    expect([config.params, config.auth]).toEqual([{ a: 0 }, { username: 'me', password: 'old' }]);
    expect(adapter.hits.map(({ url, headers }) => [url, headers.authorization])).toEqual([
      ['http://api.test/thing?a=0', `Basic ${btoa('me:old')}`],
      ['http://api.test/thing?a=0&again=1', `Basic ${btoa('me:new')}`],
    ]);
    const fields = ['config', 'data', 'headers', 'request', 'status', 'statusText'];
    expect(seen).toEqual([fields, { hit: 1 }, true]);
  });

  test('URLSearchParams are theirs too', async () => {
    const onRetry = (count: number, { config }: AxiosError) => config?.params.set('again', count);
    const adapter = scriptedAdapter([503, 503, 200]);
    const api = axios.create({ baseURL: 'http://api.test', adapter });
    attachResilience(api, fromAxiosRetry({ onRetry, retryDelay: () => 1 }));
    const params = new URLSearchParams({ a: '0' });
    const { config } = await api.get('/thing', { params });
    expect([config.params, `${params}`]).toEqual([params, 'a=0']);
    expect(adapter.hits.map(({ url }) => url.slice('http://api.test/thing?'.length))).toEqual([
      'a=0',
      'a=0&again=1',
      'a=0&again=2',
    ]);
  });

  test.each([
    ['retryCondition', (fail: (error: AxiosError) => never) => fromAxiosRetry({ retryCondition: fail })],
    ['onRetry', (fail: (error: AxiosError) => never) => fromAxiosRetry({ onRetry: (_count, error) => fail(error) })],
    ['onRetryAttempt', (fail: (error: AxiosError) => never) => fromRetryAxios({ retryDelay: 1, onRetryAttempt: fail })],
  ])('%s may throw the error it was given: the call rejects with that', async (_name, policyOf) => {
    const policy = policyOf((error) => {
      throw error;
    });
    const api = axios.create({ adapter: scriptedAdapter([503]) });
    attachResilience(api, policy);
    const error = await api.get('http://api.test/').catch((reason) => reason);
    expect([axios.isAxiosError(error), error.response.status, error.response.data]).toEqual([true, 503, { hit: 1 }]);
    expect(reportOf(error)).toMatchObject({ ended: 'vetoed', attempts: [{ status: 503 }] });
  });

  test.each<[string, (error: AxiosError) => unknown]>([
    ['the error that it was given', (error) => error],
    ['one with its config', ({ config, response }) => Object.assign(new Error('mine'), { config, response })],
  ])('a callback may throw %s: state and marks stay off that, too', async (_name, made) => {
    const fail = (error: AxiosError) => {
      configOf(error).again = true;
      configOf(error).headers.set('x-mark', 'set');
      throw made(error);
    };
    const policies = [
      fromAxiosRetry({ retryCondition: fail }),
      fromAxiosRetry({ retryDelay: (_count, error) => fail(error) }),
      fromAxiosRetry({ retryDelay: () => 0, onRetry: (_count, error) => fail(error) }),
      fromRetryAxios({ shouldRetry: fail }),
      fromRetryAxios({ retryDelay: 1, onRetryAttempt: fail }),
    ];
    const lost = Object.assign(new Error('lost'), { code: 'ECONNRESET' });
    for (const adapter of [scriptedAdapter([503]), () => Promise.reject(lost)]) {
      for (const policy of policies) {
        const api = axios.create({ adapter });
        attachResilience(api, policy);
        const { config, response } = await api.get('http://api.test/').catch((reason) => reason);
        for (const it of [config, response?.config ?? config]) {
          expect([it.url, it.again, it.headers['x-mark']]).toEqual(['http://api.test/', undefined, undefined]);
          expect(Object.getOwnPropertyNames(it)).not.toEqual(
            expect.arrayContaining([expect.stringMatching(/retry|rax/)]),
          );
        }
      }
    }
  });

  test('nothing is kept once the call has ended', async () => {
    const kept: AxiosError[] = [];
    const errors = new CallbackErrors('raxConfig', () => ({}));
    const failed = { attempt: 1, durationMs: 0, error: new Error('odd'), config: { headers: {} } } as never;
    for (let i = 0; i < 2; i++) kept.push(errors.of(failed));
    errors.forget(failed);
    kept.push(errors.of(failed));
    expect([kept[0] === kept[1], kept[1] === kept[2]]).toEqual([true, false]);
  });

  test('an adapter that throws no error: callbacks get one all the same', async () => {
    const seen: string[] = [];
    const api = axios.create({ adapter: () => Promise.reject('odd') });
    const retryCondition = (error: AxiosError) => seen.push(`${error} ${stateOf(error).retryCount}`) < 2;
    attachResilience(api, fromAxiosRetry({ retryCondition, retryDelay: () => 0 }));
    await expect(api.get('http://127.0.0.1/')).rejects.toBe('odd');
    expect(seen).toEqual(['AxiosError: odd 0', 'AxiosError: odd 1']);
  });

  test('attempts that were sent beside another are no retries', async () => {
    const seen: unknown[] = [];
    const slow: Step = (_req, res) => void setTimeout(() => res.writeHead(503).end(), 60);
    const onRetry = (count: number, error: AxiosError) => void seen.push([count, stateOf(error).retryCount]);
    const policy = fromAxiosRetry({ retries: 2, retryDelay: () => 1, onRetry }, { hedge: 10, breaker: false });
    const { requests } = await both.see((api) => attachResilience(api, policy), [slow], {});
    expect(requests.length).toBeGreaterThan(3);
    expect(seen).toEqual([
      [1, 1],
      [2, 2],
    ]);
  });

  test("a beforeRetry of the base's is asked where the options have none in its place", async () => {
    const beforeRetry = (config: Config) => {
      config.url += `?${config.headers.get('x-condition')}`;
    };
    const retryCondition = (error: AxiosError) => {
      configOf(error).headers.set('x-condition', 'asked');
      return true;
    };
    const run = (options: IAxiosRetryConfig) =>
      both.see((api) => attachResilience(api, fromAxiosRetry(options, { retry: { beforeRetry } })), [503, 200], {});
    expect((await run({ retryCondition })).requests).toEqual(['GET /thing', 'GET /thing?asked']);
    expect((await run({ retryCondition, onRetry: () => {} })).requests).toEqual(['GET /thing', 'GET /thing']);
  });
});

describe('a callback that only looks on', () => {
  const told: unknown[][] = [];
  const tell = (fields: object, text: string) => void told.push([text, fields]);
  const logger = {
    warn: () => {},
    error: (fields: object, text: string) => text.includes('gave up') || tell(fields, text),
  };
  const fail = () => {
    throw new Error('mine');
  };

  test.each([
    ['onError', fromRetryAxios({ retryDelay: 1, onError: fail }, { logger })],
    ['onError', fromRetryAxios({ retryDelay: 1, onError: async () => fail() }, { logger })],
    ['onMaxRetryTimesExceeded', fromAxiosRetry({ retries: 1, onMaxRetryTimesExceeded: fail }, { logger })],
  ])('%s that fails is said once, by that name, and changes nothing', async (name, policy) => {
    told.length = 0;
    const put = (api: AxiosInstance) => attachResilience(api, policy);
    const { got } = await both.see(put, [503], {});
    await both.see(put, [503], {});
    expect(got).toBe('rejected 503');
    expect(told).toEqual([
      [
        `axios-resilience: ${name} failed; the call is not affected, and this is said once`,
        { 'resilience.hook': name, 'exception.message': 'mine' },
      ],
    ]);
  });
});
