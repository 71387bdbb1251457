import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import axios, { type AxiosInstance } from 'axios';
import { attachResilience, isResilienceError, type ResilienceHandle, reportOf } from 'axios-resilience';
import { type FlakyServer, flakyServer } from '../helpers/flaky-server.js';
import { eventually, rejection, settlesAtOnce } from '../helpers/settled.js';

const ASKS_FOR_300_MS = { status: 429, headers: { 'retry-after-ms': '300' } };
const ASKS_FOR_A_MINUTE = { status: 503, headers: { 'retry-after': '60' } };

describe.each(['http', 'fetch'] as const)('a cool-down through the %s adapter', (adapter) => {
  let server: FlakyServer;
  let api: AxiosInstance;
  let resilience: ResilienceHandle;
  let said: string[];

  const attach = (policy: Parameters<typeof attachResilience>[1] = {}) => {
    said = [];
    resilience = attachResilience(api, {
      hooks: {
        onCoolDown: ({ scope, retryInMs }) => said.push(`${scope} ${Math.round(retryInMs / 100)}`),
        onReject: ({ because }) => said.push(because),
      },
      ...policy,
    });
  };
  beforeEach(async () => {
    server = await flakyServer(200);
    api = axios.create({ baseURL: server.url, adapter, proxy: false });
  });
  afterEach(() => server.close());

  test('one call hears it, and all calls of the scope heed it, a POST too', async () => {
    attach();
    server.script(ASKS_FOR_300_MS, 200);
    const first = api.get('/first');
    await eventually(() => resilience.stats().attempts === 1 && resilience.stats().inFlight === 0);
    const later = [api.get('/a'), api.post('/b', {}), api.get('/c')];
    await Promise.all([first, ...later]);
    const [heard, ...others] = server.hits;
    expect(others.map(({ url }) => url).filter((url) => url !== '/first')).toEqual(['/a', '/b', '/c']);
    for (const { at } of others) expect(at - (heard?.at ?? 0)).toBeGreaterThanOrEqual(299);
    expect(said).toEqual([`${server.url} 3`]);
    const waited = await Promise.all(later);
    for (const response of waited) expect(reportOf(response)?.waitedMs).toBeGreaterThan(0);
    expect(resilience.stats().held).toBe(0);
  });

  test('it begins with an answer that the caller takes as good, and that is none to retry', async () => {
    attach({ retry: { statuses: [503] } });
    server.script(ASKS_FOR_300_MS, 200);
    const { status } = await api.get('/first', { validateStatus: () => true });
    await api.get('/later');
    const [first, later] = server.hits;
    expect([status, server.hits.length, said]).toEqual([429, 2, [`${server.url} 3`]]);
    expect((later?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(299);
  });

  test('the call that heard it, which came first, is not sent last', async () => {
    attach();
    server.script(ASKS_FOR_300_MS, 200);
    const first = api.get('/first');
    await eventually(() => resilience.stats().attempts === 1 && resilience.stats().inFlight === 0);
    const later = Array.from({ length: 60 }, (_, at) => api.get(`/${at}`));
    await Promise.all([first, ...later]);
    const urls = server.hits.slice(1).map(({ url }) => url);
    expect(urls).toHaveLength(61);
    // Its own wait may be a tenth longer than the cool-down.
    expect(urls.indexOf('/first')).toBeLessThan(30);
  });

  test('a call that cannot wait as long is refused at once, with the time left, and nothing is sent', async () => {
    attach({ deadline: 5_000 });
    server.script(ASKS_FOR_A_MINUTE);
    expect(reportOf(await rejection(api.get('/')))?.ended).toBe('deadline');
    const error = await rejection(api.post('/', {}));
    expect(isResilienceError(error) && error.code).toBe('ERR_COOLING_DOWN');
    expect((error as unknown as { retryInMs: number }).retryInMs).toBeGreaterThan(59_000);
    expect(reportOf(error)).toMatchObject({
      ended: 'cooling-down',
      attempts: [{ code: 'ERR_COOLING_DOWN', failure: 'refused' }],
    });
    expect(server.hits).toHaveLength(1);
    expect(said.at(-1)).toBe('cooling-down');
    expect(resilience.stats()).toMatchObject({ calls: 2, rejected: 1, failures: 1, held: 0 });
  });

  test('whoever waits is refused as soon as the server asks for longer than there is time', async () => {
    attach();
    server.script(({ url = '' }, res) => {
      const [ms, seconds] = url === '/slow' ? [300, '60'] : [0, '5'];
      setTimeout(() => res.writeHead(503, { 'retry-after': seconds }).end(), ms);
    });
    const once = { resilience: { retry: false } } as const;
    const slow = rejection(api.get('/slow', once));
    await eventually(() => server.hits.length === 1);
    await rejection(api.get('/quick', once));
    const held = rejection(api.post('/held', {}));
    const patient = new AbortController();
    const waitsOn = rejection(api.get('/', { signal: patient.signal, resilience: { deadline: false } }));
    await eventually(() => resilience.stats().held === 2);
    await slow;
    expect(await held).toMatchObject({ code: 'ERR_COOLING_DOWN', retryInMs: expect.any(Number) });
    expect([server.hits.length, resilience.stats().held]).toEqual([2, 1]);
    patient.abort();
    expect((await waitsOn).code).toBe('ERR_CANCELED');
  });

  test('whoever waits can be cancelled at once', async () => {
    attach();
    server.script(ASKS_FOR_A_MINUTE);
    await rejection(api.get('/', { resilience: { retry: false } }));
    const controller = new AbortController();
    const call = rejection(api.get('/', { signal: controller.signal, resilience: { deadline: false } }));
    await eventually(() => resilience.stats().held === 1);
    controller.abort();
    expect(await settlesAtOnce(call)).toBe(true);
    expect((await call).code).toBe('ERR_CANCELED');
    expect([resilience.stats().held, server.hits.length]).toEqual([0, 1]);
  });

  test('a request, an instance, or a scope of its own can pass by it', async () => {
    attach({ scope: (config) => String(config.headers.get('x-key')) });
    const get = (key: string, resilience = {}) => api.get('/', { headers: { 'x-key': key }, resilience });
    server.script(ASKS_FOR_A_MINUTE, 200);
    await rejection(get('a', { retry: false }));
    expect((await get('b')).status).toBe(200);
    expect((await get('a', { coolDown: false })).status).toBe(200);
    expect((await rejection(get('a'))).code).toBe('ERR_COOLING_DOWN');
    resilience.detach();
    attach({ coolDown: false });
    server.script(ASKS_FOR_A_MINUTE, 200);
    await rejection(api.get('/', { resilience: { retry: false } }));
    expect((await api.get('/')).status).toBe(200);
    expect(server.hits).toHaveLength(5);
  });

  test('those who wait for a slot, or for a turn of the retry budget, heed it too, in order', async () => {
    attach({ bulkhead: 1, breaker: false, retry: { maxRetries: 1, backoff: () => 1, budget: { reserve: 1 } } });
    server.script(503, 503, ASKS_FOR_300_MS, 200);
    const calls = ['/a', '/b', '/c', '/d'].map((path) => api.get(path).catch(() => undefined));
    const passing = eventually(() => server.hits.length === 3).then(() =>
      api.get('/passes', { resilience: { coolDown: false } }),
    );
    await Promise.all([...calls, passing]);
    const asked = server.hits[2]?.at ?? 0;
    const [next, ...held] = server.hits.slice(3);
    expect(next?.url).toBe('/passes');
    for (const { at } of held) expect(at - asked).toBeGreaterThanOrEqual(299);
    expect(held.map(({ url }) => url)).toEqual(expect.arrayContaining(['/a', '/b', '/d']));
    expect(resilience.stats()).toMatchObject({ held: 0, queued: 0, inFlight: 0 });
  });

  test('the body of a first attempt that had to wait is made once, when it is sent', async () => {
    attach();
    server.script({ status: 503, headers: { 'retry-after-ms': '100' } }, 200);
    await rejection(api.get('/', { resilience: { retry: false } }));
    let made = 0;
    const body = () => `body ${++made}`;
    const { status } = await api.put('/', undefined, { resilience: { body } });
    expect([status, made, server.hits[1]?.body]).toEqual([200, 1, 'body 1']);
  });
});
