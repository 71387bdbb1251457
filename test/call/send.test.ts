import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import axios, {
  AxiosError,
  AxiosHeaders,
  type AxiosProgressEvent,
  type AxiosResponse,
  type InternalAxiosRequestConfig,
} from 'axios';
import { now } from '../../src/base/clock.js';
import type { Outcome } from '../../src/base/outcome.js';
import { Call } from '../../src/call/call.js';
import { Context } from '../../src/call/context.js';
import type { RealAdapter } from '../../src/call/real-adapter.js';
import { send } from '../../src/call/send.js';
import type { ResiliencePolicy } from '../../src/policy/types.js';

type Config = InternalAxiosRequestConfig;

const config = (more: Partial<Config> = {}): Config => ({
  url: 'http://api.test/',
  headers: new AxiosHeaders(),
  ...more,
});

const answer = (sent: Config, data: unknown = 'ok'): AxiosResponse => ({
  status: 200,
  statusText: '',
  headers: {},
  data,
  config: sent,
});

/** One attempt through an adapter whose answer comes when told. */
function sending(own: Config, policy: ResiliencePolicy = {}, adapter: Partial<RealAdapter> = {}, outcome?: Outcome) {
  const sent: Config[] = [];
  let resolve!: (response: AxiosResponse) => void;
  let reject!: (error: unknown) => void;
  const settled = new Promise<AxiosResponse>((resolveIt, rejectIt) => {
    [resolve, reject] = [resolveIt, rejectIt];
  });
  const sender = (given: Config) => {
    sent.push(given);
    return settled;
  };
  const whole = { send: sender, isAxiosOwn: false, isNodeHttp: false, isFetch: false, ...adapter };
  const context = new Context(axios, { deadline: false, ...policy });
  const call = new Call(own, whole, context.policy, context);
  call.outcome = outcome;
  const answered: Outcome[] = [];
  const learn = (end: Outcome) => {
    answered.push(end);
    return end;
  };
  const begin = (copy = own) => send({ call, config: copy, lifetime: call.lifetime, sentAt: now(), onSettled: learn });
  return { call, begin, sent, answered, resolve, reject };
}

describe('an attempt', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  test.each([
    [50, 50, 'timeout of 50ms exceeded'],
    ['50', 50, 'timeout of 50ms exceeded'],
    ['0', 100, 'attemptTimeout of 100 ms exceeded'],
    [-1, 100, 'attemptTimeout of 100 ms exceeded'],
    [undefined, 100, 'attemptTimeout of 100 ms exceeded'],
  ])('with a timeout of %p, be it by beforeRetry, has %d ms', async (timeout, ms, message) => {
    const { begin, answered } = sending(config(), { attemptTimeout: 100 });
    void begin(config({ timeout: timeout as number }));
    await jest.advanceTimersByTimeAsync(ms - 1);
    expect(answered).toEqual([]);
    await jest.advanceTimersByTimeAsync(1);
    expect(answered).toMatchObject([{ failure: 'timeout', error: { message } }]);
  });

  test.each<[string, (call: Call) => void]>([
    [
      'was cut off',
      (call) => call.lifetime.cut({ failure: 'canceled', error: new Error('canceled'), final: 'canceled' }),
    ],
    ['is followed by another', (call) => call.noteRetry({ retry: true, delayMs: 0, because: 'read' })],
  ])('that %s tells no more of its progress, and leaves the config as it was', async (_name, act) => {
    const told: unknown[] = [];
    const onUploadProgress = (event: AxiosProgressEvent) => void told.push(event.loaded);
    const own = config({ onUploadProgress });
    const { call, begin, sent, reject } = sending(own);
    const end = begin();
    const tell = sent[0]?.onUploadProgress as typeof onUploadProgress;
    tell({ loaded: 1 } as AxiosProgressEvent);
    act(call);
    reject(new Error('lost'));
    await end;
    tell({ loaded: 2 } as AxiosProgressEvent);
    expect([told, own.onUploadProgress === onUploadProgress]).toEqual([[1], true]);
  });

  test('that was answered tells of its body to the end', async () => {
    const told: unknown[] = [];
    const { begin, sent, resolve } = sending(config({ onDownloadProgress: ({ loaded }) => void told.push(loaded) }));
    const end = begin();
    const tell = sent[0]?.onDownloadProgress;
    resolve(answer(sent[0] as Config, new PassThrough()));
    await end;
    tell?.({ loaded: 1 } as AxiosProgressEvent);
    expect(told).toEqual([1]);
  });

  test('that was cut off lets go of an answer that comes too late, and ends once', async () => {
    const { call, begin, sent, answered, resolve } = sending(config());
    const end = begin();
    const signal = sent[0]?.signal;
    call.lifetime.cut({ failure: 'canceled', final: 'canceled' });
    expect([await end, signal?.aborted]).toEqual([{ failure: 'canceled', final: 'canceled' }, true]);
    const body = new PassThrough();
    resolve(answer(sent[0] as Config, body));
    await jest.advanceTimersByTimeAsync(0);
    expect([body.destroyed, answered]).toEqual([true, [{ failure: 'canceled', final: 'canceled' }]]);
  });

  test.each<[string, unknown, boolean]>([
    [
      'with an answer',
      AxiosError.from(new Error('late'), 'ECONNRESET', config(), {}, answer(config(), new PassThrough())),
      true,
    ],
    ['without one', new Error('late'), false],
    ['that cannot be looked at', unreadable(), false],
  ])('that was cut off lets go of an error %s, too', async (_, error, hasBody) => {
    const { call, begin, answered, reject } = sending(config());
    const end = begin();
    call.lifetime.cut({ failure: 'canceled', final: 'canceled' });
    await end;
    reject(error);
    await jest.advanceTimersByTimeAsync(0);
    const body = hasBody ? ((error as AxiosError).response?.data as PassThrough) : undefined;
    expect([answered.length, body?.destroyed]).toEqual([1, hasBody ? true : undefined]);
  });

  test.each(['error', 'answer'])('whose %s cannot be looked at ends with what that threw', async (which) => {
    const { begin, resolve, reject } = sending(config());
    const end = begin();
    if (which === 'error') reject(unreadable());
    else resolve(unreadable() as unknown as AxiosResponse);
    expect(await end).toMatchObject({ failure: 'other', final: 'vetoed', error: { message: 'not yours' } });
  });

  test.each([
    [100, 'ECONNRESET', { failure: 'timeout', error: { message: 'attemptTimeout of 100 ms exceeded' } }],
    [100, 'CERT_HAS_EXPIRED', { failure: 'tls', error: { message: 'late' } }],
    [99, 'ECONNRESET', { failure: 'read', error: { message: 'late' } }],
  ])('that fails after %d ms of 100 with %s, by a timer of somebody else that comes first', async (ms, code, end) => {
    const { begin, answered, reject } = sending(config(), { attemptTimeout: 100 });
    setTimeout(() => reject(new AxiosError('late', code)), ms);
    void begin();
    await jest.advanceTimersByTimeAsync(100);
    expect(answered).toMatchObject([end]);
  });

  test('that was cut off has the request that its late error bears, if that bears one', async () => {
    const request = { path: '/' };
    const errors = [Object.assign(new Error('late'), { request }), new Error('late'), undefined].map(async (late) => {
      const { begin, answered, reject } = sending(config(), { attemptTimeout: 100 });
      void begin();
      await jest.advanceTimersByTimeAsync(100);
      reject(late);
      await jest.advanceTimersByTimeAsync(0);
      const [{ error }] = answered as [{ error: object }];
      return ['request' in error && error.request, Object.keys(error).includes('request')];
    });
    expect(await Promise.all(errors)).toEqual([
      [request, false],
      [false, false],
      [false, false],
    ]);
  });

  test('of a call that is over already is not sent', async () => {
    const { call, begin, sent } = sending(config());
    call.lifetime.cut({ failure: 'canceled', final: 'canceled' });
    expect([await begin(), sent]).toEqual([{ failure: 'canceled', final: 'canceled' }, []]);
  });

  const withoutSignal = (copy: Config): Config => {
    delete copy.signal;
    return copy;
  };

  test('gives back the caller’s own config for the copy it was sent with, and for a copy of that', async () => {
    const own = config();
    const other = config();
    const given = await Promise.all(
      [(copy: Config) => copy, (copy: Config) => ({ ...copy }), withoutSignal, () => other, () => undefined].map(
        async (make) => {
          const { begin, sent, resolve } = sending(own);
          const end = begin({ ...own });
          resolve(answer(make(sent[0] as Config) as Config));
          return (await end).response?.config;
        },
      ),
    );
    expect(given.map((one) => [own, other].indexOf(one as Config))).toEqual([0, 0, 0, 1, -1]);
  });

  test('that ended bears the signal that was there before', async () => {
    const { signal } = new AbortController();
    const own = config({ signal });
    const { begin, sent, resolve } = sending(own);
    const end = begin();
    expect(sent[0]?.signal).not.toBe(signal);
    resolve(answer(own));
    await end;
    expect(own.signal).toBe(signal);
  });

  describe('through axios’s adapter for Node', () => {
    const http = { isAxiosOwn: true, isNodeHttp: true };
    const idle = { destroyed: 0, destroy: () => void idle.destroyed++ };
    const httpAgent = {
      addRequest: () => {},
      getName: (): string => 'api.test',
      freeSockets: { 'api.test': [idle] },
    };
    const connect = (sent: Config | undefined) => sent?.httpAgent.addRequest(new EventEmitter(), {});

    beforeEach(() => {
      idle.destroyed = 0;
    });

    test('goes through agents that are watched, others through their own', async () => {
      const agents = [http, { isAxiosOwn: true }].map((adapter) => {
        const { begin, sent } = sending(config({ httpAgent }), {}, adapter);
        void begin();
        return sent[0]?.httpAgent === httpAgent;
      });
      expect(agents).toEqual([false, true]);
    });

    test('ends when its connection does not stand in time', async () => {
      const { begin, sent, answered } = sending(config({ httpAgent }), { connectTimeout: 30 }, http);
      void begin();
      connect(sent[0]);
      await jest.advanceTimersByTimeAsync(30);
      expect(answered).toEqual([]);
      // One turn of the event loop more, in which a connection that stands would be heard of.
      await jest.advanceTimersByTimeAsync(1);
      expect(answered).toMatchObject([{ failure: 'connect', unsent: true }]);
    });

    test.each<[string, Outcome | undefined, number]>([
      ['was stale', { failure: 'read', stale: true }, 1],
      ['was not', { failure: 'read', stale: false }, 0],
      ['is not yet known', undefined, 0],
    ])('closes what is idle if the connection before %s', (_, outcome, destroyed) => {
      const { begin, sent } = sending(config({ httpAgent }), {}, http, outcome);
      void begin();
      connect(sent[0]);
      expect(idle.destroyed).toBe(destroyed);
    });
  });
});

/** Neither an error nor an answer that lets itself be looked at. */
function unreadable() {
  const get = (): never => {
    throw new Error('not yours');
  };
  return Object.defineProperties({}, { response: { get }, config: { get } });
}
