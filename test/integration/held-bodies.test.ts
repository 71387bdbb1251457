import { createReadStream } from 'node:fs';
import http from 'node:http';
import { PassThrough, type Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import axios, { type AxiosInstance, isCancel } from 'axios';
import {
  attachResilience,
  type ResilienceHandle,
  type ResilienceOverride,
  type ResiliencePolicy,
  reportOf,
} from 'axios-resilience';
import FormDataPackage from 'form-data';
import { deadPort, type FlakyServer, flakyServer } from '../helpers/flaky-server.js';
import { eventually, rejection, settlesAtOnce, sleep } from '../helpers/settled.js';

const HEADERS = { 'Content-Type': 'text/plain' };
const BROKEN = Object.assign(new Error('source broke'), { code: 'ESOURCE' });

/** A stream of which something has come already, and more is to come. */
function source(): PassThrough {
  const stream = new PassThrough();
  stream.write('abc');
  return stream;
}

describe.each(['http', 'fetch'] as const)('the body of a call that is held, through the %s adapter', (adapter) => {
  let server: FlakyServer;
  let api: AxiosInstance;
  let resilience: ResilienceHandle;
  let told: string[];
  let release: () => void;

  const attach = (policy: ResiliencePolicy = {}) => {
    told = [];
    const hooks = {
      onNotRetried: ({ because }: { because: string }) => told.push(`not retried: ${because}`),
      onGiveUp: ({ because }: { because: string }) => told.push(`gave up: ${because}`),
      onEnd: () => told.push('end'),
    };
    resilience = attachResilience(api, { hooks, ...policy });
  };
  const put = (data: unknown, more?: ResilienceOverride, signal?: AbortSignal) =>
    api.put('/upload', data, { headers: HEADERS, ...(more && { resilience: more }), ...(signal && { signal }) });

  /** Has a call hold the only slot, or begin a cool-down, that ends with `release()` or in so long that it does not. */
  const holds: Record<string, (policy?: ResiliencePolicy) => Promise<unknown>> = {
    'the queue of a bulkhead': async (policy = {}) => {
      attach({ bulkhead: 1, ...policy });
      server.script((_req, res) => {
        release = () => res.end();
      }, 200);
      const busy = api.get('/busy', { resilience: { hooks: {} } });
      await eventually(() => server.busy === 1);
      return busy;
    },
    'a cool-down': async (policy) => {
      attach(policy);
      server.script({ status: 429, headers: { 'retry-after': '20' } }, 200);
      const caller = new AbortController();
      release = () => caller.abort();
      const first = api.get('/first', { signal: caller.signal, resilience: { hooks: {} } }).catch(() => {});
      await eventually(() => resilience.stats().attempts === 1 && resilience.stats().inFlight === 0);
      return first;
    },
  };

  beforeEach(async () => {
    server = await flakyServer(200);
    api = axios.create({ baseURL: server.url, adapter, proxy: false });
  });
  afterEach(() => server.close());

  const uploads = () => server.hits.filter(({ url }) => url === '/upload');
  const deaths: Record<string, [(stream: Readable) => void, object, string]> = {
    'breaks, which its owner hears as well': [
      (stream) => void stream.on('error', () => {}).destroy(BROKEN),
      { code: 'ESOURCE', message: 'source broke', cause: BROKEN },
      'not-retryable',
    ],
    'breaks, which nobody else hears': [
      (stream) => void stream.destroy(BROKEN),
      { code: 'ESOURCE', message: 'source broke', cause: BROKEN },
      'not-retryable',
    ],
    'is closed before its end': [
      (stream) => void stream.destroy(),
      { code: 'ERR_CANCELED', message: 'Request stream has been aborted' },
      'canceled',
    ],
  };
  const cases = Object.keys(holds).flatMap((hold) => Object.keys(deaths).map((death) => [hold, death] as const));

  test.each(cases)('in %s, that %s, ends the call at once, as axios alone would', async (hold, death) => {
    const [die, expected, ended] = deaths[death] as (typeof deaths)[string];
    const asked: unknown[] = [];
    const first = await holds[hold]?.call(holds, {
      retry: { shouldRetry: (failed) => asked.push(failed) > 0 },
      fallback: () => asked.push('fallback'),
    });
    const before = told.length;
    const { attempts, failures, canceled } = resilience.stats();
    const stream = source();
    const call = put(stream);
    const end = rejection(call);
    await sleep(20);
    expect([resilience.stats().queued + resilience.stats().held, stream.listenerCount('error')]).toEqual([1, 1]);
    asked.length = 0;
    die(stream);
    expect(await settlesAtOnce(call)).toBe(true);
    const error = await end;
    expect(error).toMatchObject({ ...expected, isAxiosError: true });
    expect([isCancel(error), (error as { request?: unknown }).request]).toEqual([ended === 'canceled', undefined]);
    expect(reportOf(error)).toMatchObject({ attempts: [], retries: 0, ended });
    expect([told.slice(before), asked]).toEqual([[`not retried: ${ended}`, 'end'], []]);
    expect(resilience.stats()).toMatchObject({
      calls: 2,
      attempts,
      queued: 0,
      held: 0,
      failures: failures + (ended === 'not-retryable' ? 1 : 0),
      canceled: canceled + (ended === 'canceled' ? 1 : 0),
    });
    release();
    await first;
    await sleep(10);
    expect(uploads()).toHaveLength(0);
  });
});
