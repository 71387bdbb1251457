import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import axios, { type AxiosInstance } from 'axios';
import { attachResilience, type ResilienceHooks, reportOf } from 'axios-resilience';
import pino from 'pino';
import { type FlakyServer, flakyServer } from '../helpers/flaky-server.js';
import { rejection, settlesAtOnce, sleep } from '../helpers/settled.js';

const NOW = { backoff: () => 0 };
const SECRETS = ['hunter2', 'top-secret', 'sessionid', 'body-secret', 'alice'];

describe('hooks, reports and the log', () => {
  let server: FlakyServer;
  let api: AxiosInstance;
  let events: string[];
  let hooks: ResilienceHooks;

  beforeEach(async () => {
    server = await flakyServer();
    api = axios.create({ baseURL: server.url });
    events = [];
    hooks = {
      onRetry: ({ attempt, delayMs, because }) => events.push(`retry ${attempt} ${because} ${delayMs}`),
      onSuccess: ({ report }) => events.push(`success after ${report.retries}`),
      onGiveUp: ({ because, report }) => events.push(`give up ${because} after ${report.retries}`),
      onReject: ({ because }) => events.push(`reject ${because}`),
      onStateChange: ({ from, to }) => events.push(`${from} → ${to}`),
    };
  });
  afterEach(() => server.close());

  test('each call tells its retries, then its end, once', async () => {
    attachResilience(api, { retry: { ...NOW, maxRetries: 2 }, hooks, breaker: false });
    server.script(503, 'reset', 200);
    await api.get('/');
    server.script(503);
    await rejection(api.get('/'));
    expect(events).toEqual([
      'retry 1 status 0',
      'retry 2 read 0',
      'success after 2',
      'retry 1 status 0',
      'retry 2 status 0',
      'give up max-retries after 2',
    ]);
  });

  test('what was never worth a retry is no give-up', async () => {
    attachResilience(api, { hooks, retry: NOW });
    server.script(404, 503);
    await rejection(api.get('/'));
    await rejection(api.post('/'));
    await rejection(api.get('/', { resilience: { retry: false } }));
    expect(events).toEqual([]);
  });

  test('whatever way a call ended, that is told once, and last', async () => {
    const ends: (string | undefined)[] = [];
    hooks.onEnd = ({ method, report, error }) => {
      events.push('end');
      ends.push(`${method} ${report.attempts.length} ${report.ended} ${error === undefined ? 'good' : 'bad'}`);
    };
    attachResilience(api, {
      hooks,
      retry: { ...NOW, maxRetries: 1 },
      breaker: false,
      bulkhead: { limit: 1, queue: 0 },
    });
    await api.get('/');
    server.script(503, 200);
    await api.get('/');
    server.script(404);
    await rejection(api.get('/'));
    server.script('hang');
    await rejection(api.get('/', { signal: AbortSignal.timeout(20) }));
    server.script(503);
    await rejection(api.post('/'));
    await rejection(api.get('/'));
    await Promise.allSettled([api.post('/'), api.get('/')]);
    expect(ends).toEqual([
      'GET 1 success good',
      'GET 2 success good',
      'GET 1 not-retryable bad',
      'GET 1 canceled bad',
      'POST 1 method-not-allowed bad',
      'GET 2 max-retries bad',
      'GET 1 bulkhead-full bad',
      'POST 1 method-not-allowed bad',
    ]);
    expect(events.slice(0, 5)).toEqual(['success after 0', 'end', 'retry 1 status 0', 'success after 1', 'end']);
    expect(events.slice(-4)).toEqual(['reject bulkhead-full', 'give up bulkhead-full after 0', 'end', 'end']);
  });

  test('a refused call tells its rejection and its end', async () => {
    attachResilience(api, { hooks, retry: false, breaker: { consecutive: 1, minimumDuration: 0 } });
    server.script(503);
    await rejection(api.get('/'));
    await rejection(api.get('/'));
    expect(events).toEqual(['closed → open', 'reject circuit-open', 'give up circuit-open after 0']);
  });

  test("a request's own hooks run after the instance's, and subscribed ones until taken off", async () => {
    const order: string[] = [];
    const listen = (name: string) => ({ onSuccess: () => void order.push(name) });
    const resilience = attachResilience(api, { hooks: listen('policy') });
    const off = resilience.subscribe(listen('subscribed'));
    await api.get('/', { resilience: { hooks: listen('request') } });
    off();
    await api.get('/');
    expect(order).toEqual(['policy', 'subscribed', 'request', 'policy']);
  });

  test('a hook that throws or rejects is logged once and changes nothing', async () => {
    const errors: string[] = [];
    const logger = {
      debug: () => {},
      info: () => {},
      warn: () => {},
      error: (_: object, text: string) => errors.push(text),
    };
    attachResilience(api, {
      retry: NOW,
      logger,
      hooks: {
        onRetry: () => {
          throw new Error('listener down');
        },
        onSuccess: () => Promise.reject(new Error('listener down')),
        onStateChange: () => {
          throw new Error('listener down');
        },
      },
    });
    for (let call = 0; call < 3; call++) {
      server.script(503, 503, 200);
      expect((await api.get('/')).status).toBe(200);
    }
    await sleep(5);
    expect(errors).toEqual([
      'axios-resilience: onRetry failed; the call is not affected, and this is said once',
      'axios-resilience: onSuccess failed; the call is not affected, and this is said once',
    ]);
  });

  test('… also one that comes with every request', async () => {
    const errors: string[] = [];
    attachResilience(api, { logger: { warn: () => {}, error: (_, text) => errors.push(text) } });
    const onSuccess = () => Promise.reject(new Error('listener down'));
    for (let call = 0; call < 3; call++) {
      server.script(200);
      await api.get('/', { resilience: { hooks: { onSuccess } } });
    }
    await sleep(5);
    expect(errors).toHaveLength(1);
  });

  test('a logger that throws is told of on the console, once, and changes nothing', async () => {
    const spy = jest.spyOn(console, 'error').mockImplementation(() => {});
    const broken = () => {
      throw new Error('disk full');
    };
    attachResilience(api, { retry: NOW, logger: { warn: broken, info: broken, error: broken } });
    server.script(503, 503, 200);
    expect((await api.get('/')).status).toBe(200);
    await sleep(5);
    expect(spy.mock.calls).toEqual([
      [
        'axios-resilience: logger failed; the call is not affected, and this is said once',
        { 'resilience.hook': 'logger', 'exception.message': 'disk full' },
      ],
    ]);
    spy.mockRestore();
  });

  test('a hook that cancels its own call ends it at once', async () => {
    const caller = new AbortController();
    attachResilience(api, { retry: { backoff: () => 5_000 }, hooks: { onRetry: () => caller.abort() } });
    server.script(503);
    const call = api.get('/', { signal: caller.signal });
    await new Promise((resolve) => caller.signal.addEventListener('abort', resolve));
    expect(await settlesAtOnce(call)).toBe(true);
    expect(await rejection(call)).toMatchObject({ code: 'ERR_CANCELED' });
    expect(server.hits).toHaveLength(1);
  });

  test('records are structured, named as OpenTelemetry names things, and hold no secret', async () => {
    const lines: Record<string, unknown>[] = [];
    const logger = pino({ level: 'debug' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
    attachResilience(api, {
      retry: { ...NOW, maxRetries: 1 },
      logger,
      breaker: { consecutive: 4, minimumDuration: 0 },
    });
    const secret = {
      headers: { Authorization: 'Bearer hunter2', Cookie: 'sessionid=1' },
      params: { token: 'top-secret' },
      auth: { username: 'alice', password: 'hunter2' },
      data: { password: 'body-secret' },
    };
    server.script(503, 200, 503, 503, 404, 503, 503, 503);
    await api.put('/a?key=top-secret', secret.data, secret);
    await rejection(api.put('/b', secret.data, secret));
    await rejection(api.put('/c', secret.data, secret));
    await rejection(api.post('/d', secret.data, secret));
    await rejection(api.put('/e', secret.data, secret));
    await rejection(api.put('/f', secret.data, secret));
    await rejection(api.put(`http://alice:hunter2@127.0.0.1:${server.port}/g`, secret.data, secret));
    expect(
      lines.map(({ level, msg }) => `${level} ${msg}`.replace('axios-resilience: ', '').replace(/http\S+\d/, 'S')),
    ).toEqual([
      '40 attempt 1 failed (status), again in 0 ms',
      '30 recovered after 1 retry',
      '40 attempt 1 failed (status), again in 0 ms',
      '50 gave up after 2 attempts: max-retries',
      '20 not retried: not-retryable',
      '20 not retried: method-not-allowed',
      '40 attempt 1 failed (status), again in 0 ms',
      '50 gave up after 2 attempts: max-retries',
      '40 circuit of S: closed → open',
      '40 refused: circuit-open',
      '40 refused: circuit-open',
    ]);
    expect(lines[0]).toMatchObject({
      'http.request.method': 'PUT',
      'url.full': `${server.url}/a?key=REDACTED&token=REDACTED`,
      'http.response.status_code': 503,
      'error.type': '503',
      'http.request.resend_count': 0,
      'resilience.scope': server.url,
      'resilience.because': 'status',
      'resilience.delay_ms': 0,
    });
    expect(lines[1]?.['resilience.call_id']).toBe(lines[0]?.['resilience.call_id']);
    const why = lines.filter(({ msg }) => /circuit|refused/.test(String(msg))).map((line) => line['exception.message']);
    expect(why).toEqual(Array(3).fill('Request failed with status code 503'));
    for (const secretText of SECRETS) expect(JSON.stringify(lines)).not.toContain(secretText);
  });

  test('events show no secret when printed, but lend response, error and config to those who ask', async () => {
    const seen: unknown[] = [];
    attachResilience(api, { retry: NOW, hooks: { onRetry: (event) => void seen.push(event) } });
    server.script({ status: 503, body: 'body-secret' }, 200);
    await api.get('/', { headers: { Authorization: 'Bearer hunter2' }, params: { token: 'top-secret' } });
    const [event] = seen as { response: { data: string }; config: { headers: object }; error: Error }[];
    expect(JSON.stringify(event)).not.toMatch(/hunter2|top-secret|body-secret/);
    expect(Object.keys(event ?? {})).toEqual(
      expect.arrayContaining(['callId', 'method', 'url', 'scope', 'attempt', 'durationMs', 'delayMs', 'because']),
    );
    expect(event?.response.data).toBe('body-secret');
    expect(event?.error.message).toBe('Request failed with status code 503');
    expect(Object.isFrozen(event)).toBe(true);
  });

  test('an answer that would not parse still has its report', async () => {
    server.script({ status: 200, body: 'not json' });
    attachResilience(api);
    const error = await rejection(api.get('/', { responseType: 'json', transitional: { silentJSONParsing: false } }));
    expect(error.name).toBe('SyntaxError');
    expect(reportOf(error)).toMatchObject({ ended: 'success', attempts: [{ status: 200 }] });
    expect(server.hits).toHaveLength(1);
  });

  test('a report is frozen, and things that are none of ours have none', async () => {
    attachResilience(api);
    const report = reportOf(await api.get('/'));
    expect([report, report?.attempts, report?.attempts[0]].every(Object.isFrozen)).toBe(true);
    expect([reportOf(undefined), reportOf('x'), reportOf({}), reportOf(new Error())]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});
