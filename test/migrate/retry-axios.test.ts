import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { AxiosError, AxiosInstance, AxiosRequestConfig } from 'axios';
import { attachResilience } from 'axios-resilience';
import { type BasePolicy, fromRetryAxios, type RetryAxiosOptions } from 'axios-resilience/migrate';
import * as rax from 'retry-axios';
import type { Step } from '../helpers/flaky-server.js';
import { SideBySide } from './side-by-side.js';

const METHODS = ['get', 'head', 'put', 'delete', 'post'];
const STATUSES: Step[] = [200, 404, 408, 429, 503, 599];
const AT_ONCE = { retryDelay: 1, backoffType: 'static' } as const;

let both: SideBySide;
beforeAll(async () => {
  both = await SideBySide.open();
});
afterAll(() => both.close());

const theirs = (options: rax.RetryConfig) => (api: AxiosInstance) => {
  api.defaults.raxConfig = options;
  rax.attach(api);
};
const ours = (options: RetryAxiosOptions, base?: BasePolicy) => (api: AxiosInstance) =>
  attachResilience(api, fromRetryAxios(options, base));

const compare = async (options: rax.RetryConfig, script: Step[], config: AxiosRequestConfig) => ({
  theirs: await both.see(theirs(options), script, config),
  ours: await both.see(ours(options as RetryAxiosOptions), script, config),
});

describe('the server sees the same requests, and the caller gets the same, as with retry-axios', () => {
  const TABLE: [name: string, options: rax.RetryConfig][] = [
    ['no options but the wait', {}],
    ['retry: 1', { retry: 1 }],
    ['retry: 0', { retry: 0 }],
    ['httpMethodsToRetry', { retry: 1, httpMethodsToRetry: ['POST', 'GET'] }],
    [
      'statusCodesToRetry',
      {
        retry: 1,
        statusCodesToRetry: [
          [404, 408],
          [503, 503],
        ],
      },
    ],
    ['shouldRetry: always', { retry: 1, shouldRetry: () => true }],
    ['shouldRetry: 503', { retry: 2, shouldRetry: ({ response }) => response?.status === 503 }],
    ['shouldRetry: never', { shouldRetry: () => false }],
  ];

  test.each(TABLE)(
    `%s: ${STATUSES.length} statuses × ${METHODS.length} methods, and failures that pass`,
    async (_name, options) => {
      const scripts = [
        ...STATUSES.map((status) => [status]),
        [503, 503, 200],
        [503, 404],
        ['ECONNRESET', 200],
      ] as Step[][];
      const different: string[] = [];
      for (const method of METHODS) {
        for (const script of scripts) {
          const { theirs, ours } = await compare({ ...AT_ONCE, ...options }, script, { method });
          const text = JSON.stringify;
          if (text(theirs) !== text(ours)) different.push(`${method} ${script}: ${text(theirs)}, ours ${text(ours)}`);
        }
      }
      expect(different).toEqual([]);
    },
  );

  test('Retry-After: too long a one ends the call, and none is looked at without checkRetryAfter', async () => {
    const limited = { status: 429, headers: { 'retry-after': '3600' } };
    for (const [options, requests] of [
      [{}, 1],
      [{ checkRetryAfter: false }, 4],
      [{ maxRetryAfter: 1_000 }, 1],
    ] as [rax.RetryConfig, number][]) {
      const theirSide = await both.see(theirs({ ...AT_ONCE, ...options }), [limited], {});
      const ourSide = await both.see(
        ours({ ...AT_ONCE, ...options } as RetryAxiosOptions, { coolDown: false }),
        [limited],
        {},
      );
      expect(ourSide).toEqual(theirSide);
      expect(ourSide.requests).toHaveLength(requests);
    }
  });

  test('onError and onRetryAttempt are called alike, and a rejection of the latter is what the call rejects with', async () => {
    const told = async (put: (options: rax.RetryConfig & RetryAxiosOptions) => (api: AxiosInstance) => unknown) => {
      const calls: unknown[] = [];
      const note = (what: string) => async (error: AxiosError) => void calls.push([what, error.response?.status]);
      await both.see(put({ ...AT_ONCE, onError: note('error'), onRetryAttempt: note('again') }), [503, 500, 200], {});
      return calls;
    };
    expect(await told(ours)).toEqual(await told(theirs));
    const stop = { onRetryAttempt: () => Promise.reject(Object.assign(new Error('stop'), { code: 'STOP' })) };
    const stopped = await compare({ ...AT_ONCE, ...stop }, [503], {});
    expect(stopped.ours).toEqual(stopped.theirs);
    expect(stopped.ours.got).toBe('rejected STOP');
  });
});

describe('the waits', () => {
  const waits = (options: RetryAxiosOptions) => {
    const { retry } = fromRetryAxios(options);
    if (typeof retry !== 'object' || typeof retry.backoff !== 'function') return [];
    const { backoff } = retry;
    return [1, 2, 3].map((attempt) =>
      backoff({ attempt, durationMs: 1, error: new Error('lost'), config: {} as never }),
    );
  };

  test.each([
    [{ retryDelay: 200 }, [100, 300, 700]],
    // As versions 2 and 3 wait without any option.
    [{ retryDelay: 1_000 }, [500, 1_500, 3_500]],
    [{ backoffType: 'exponential' as const, maxRetryDelay: 200 }, [50, 150, 200]],
    [{ backoffType: 'static' as const }, [100, 100, 100]],
    [{ backoffType: 'linear' as const, retryDelay: 5 }, [1_000, 2_000, 3_000]],
    [{ retry: 3 }, []],
  ])('%j', (options, expected) => expect(waits(options)).toEqual(expected));

  test('jitter stays within its bounds', () => {
    for (let i = 0; i < 50; i++) {
      const [full = 0] = waits({ jitter: 'full', retryDelay: 200 });
      const [equal = 0] = waits({ jitter: 'equal', retryDelay: 200 });
      expect(full >= 0 && full <= 100 && equal >= 50 && equal <= 100).toBe(true);
    }
  });
});

describe('noResponseRetries, of retry-axios 2 and 3', () => {
  test.each([
    [['ECONNRESET'], 2],
    [[503], 4],
    [[503, 'ECONNRESET'], 2],
  ] as [Step[], number][])('%j is sent %i times with 1', async (script, requests) => {
    const { requests: seen } = await both.see(ours({ ...AT_ONCE, noResponseRetries: 1 }), script, {});
    expect(seen).toHaveLength(requests);
  });
});

describe('what cannot be carried over is refused by name', () => {
  test.each([
    [{ currentRetryAttempt: 1 }, "`options.currentRetryAttempt` is retry-axios's own state and no option"],
    [{ retriesRemaining: 1 }, "`options.retriesRemaining` is retry-axios's own state"],
    [{ instance: {} }, '`options.instance` is not needed: attachResilience is given the instance'],
    [{ retires: 3 }, '`options.retires` is not an option'],
    [{ backoffType: 'cubic' }, '`options.backoffType` must be one of linear, static, exponential, got "cubic"'],
    [{ statusCodesToRetry: [500] }, '`options.statusCodesToRetry[0]` must be a range: [first, last], got 500'],
    [
      { statusCodesToRetry: [[500]] },
      '`options.statusCodesToRetry[0]` must be a range: [first, last], first ≤ last, got [500]',
    ],
    [
      {
        statusCodesToRetry: [
          [429, 429],
          [599, 500],
        ],
      },
      '`options.statusCodesToRetry[1]` must be a range: [first, last], first ≤ last, got [599, 500]',
    ],
    [
      { statusCodesToRetry: [[500, 502, 504]] },
      '`options.statusCodesToRetry[0]` must be a range: [first, last], first ≤ last, got [500, 502, 504]',
    ],
    [{ statusCodesToRetry: [[500, '599']] }, '`options.statusCodesToRetry[0][1]` must be a status, got "599"'],
  ])('%j', (options, text) => {
    expect(() => fromRetryAxios(options as never)).toThrow(text);
  });
});
