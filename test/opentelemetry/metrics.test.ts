import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { type Attributes, ValueType } from '@opentelemetry/api';
import { type Histogram, MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import axios from 'axios';
import { attachResilience, type ResilienceHandle } from 'axios-resilience';
import { attachTelemetry, type TelemetryOptions } from 'axios-resilience/opentelemetry';
import { type FlakyServer, flakyServer } from '../helpers/flaky-server.js';
import { eventually, rejection } from '../helpers/settled.js';
import { everything } from './everything.js';

class Reader extends MetricReader {
  protected override onForceFlush = async () => {};
  protected override onShutdown = async () => {};
}

/** All points of all metrics now, by the metric's name. */
async function read(reader: MetricReader) {
  const { resourceMetrics, errors } = await reader.collect();
  expect(errors).toEqual([]);
  const metrics = resourceMetrics.scopeMetrics.flatMap((scope) => {
    expect(scope.scope.name).toBe('axios-resilience');
    return scope.metrics;
  });
  return new Map(metrics.map((metric) => [metric.descriptor.name, metric]));
}

type Metrics = Awaited<ReturnType<typeof read>>;

/** `value: attribute attribute …`, of the points of one server. */
function points(metrics: Metrics, name: string, port: number, ...left: string[]): string[] {
  const of = metrics.get(`axios_resilience.${name}`)?.dataPoints ?? [];
  return of
    .filter(({ attributes }) => attributes['server.port'] === port)
    .map(({ attributes, value }) => {
      const { 'server.address': address, 'server.port': _, 'resilience.scope': scope, ...others } = attributes;
      expect([address, scope]).toEqual(['127.0.0.1', `http://127.0.0.1:${port}`]);
      for (const key of left) delete (others as Attributes)[key];
      const figure = typeof value === 'number' ? value : (value as Histogram).count;
      return `${figure}: ${Object.values(others).join(' ')}`.trim();
    })
    .sort();
}

describe('what is measured', () => {
  const reader = new Reader();
  let ports: number[];
  let end: () => Promise<void>;
  let midway: Metrics;
  let metrics: Metrics;

  beforeAll(async () => {
    const meterProvider = new MeterProvider({ readers: [reader] });
    const done = await everything((resilience) => attachTelemetry(resilience, { meterProvider }));
    ({ ports, end } = done);
    midway = await read(reader);
    await end();
    metrics = await read(reader);
  });
  afterAll(() => reader.shutdown());

  const of = (server: number, name: string, from = metrics) => points(from, name, ports[server] ?? 0);
  const [PLAIN, BROKEN, NARROW, LIMITED, SLOW, SPENT] = [0, 1, 2, 3, 4, 5];

  test('each call by its end, with or without a retry, and its last status', () => {
    expect(of(PLAIN, 'calls')).toEqual([
      '1: GET max-retries true 503 503',
      '1: GET not-retryable false 404 404',
      '1: GET success false 200',
      '1: GET success true 200',
      '1: POST method-not-allowed false 503 503',
      '1: _OTHER method-not-allowed false 503 503',
    ]);
    expect(of(BROKEN, 'calls')).toEqual([
      '1: GET max-retries false 503 503',
      '2: GET circuit-open false ERR_CIRCUIT_OPEN',
    ]);
    expect(of(NARROW, 'calls')).toEqual(['1: GET bulkhead-full false ERR_BULKHEAD_FULL', '2: GET success false 200']);
    expect(of(SLOW, 'calls')).toEqual(['1: GET success false 200']);
    expect(of(SPENT, 'calls')).toEqual(['1: GET canceled true ERR_CANCELED']);
  });

  test('each attempt by its end, and whether it was a first, a retry or a hedge', () => {
    expect(of(PLAIN, 'attempts')).toEqual([
      '1: GET 200 first',
      '1: GET 200 retry',
      '1: GET 404 404 first',
      '1: GET 503 503 retry',
      '1: POST 503 503 first',
      '1: _OTHER 503 503 first',
      '2: GET 503 503 first',
    ]);
    expect(of(BROKEN, 'attempts')).toEqual(['1: GET 503 503 first']);
    expect(of(SLOW, 'attempts')).toEqual(['1: GET 200 hedge', '1: GET ERR_CANCELED first']);
  });

  test('how long calls took, waited for a retry, and stood in the queue', () => {
    expect(of(PLAIN, 'call.duration').reverse()).toEqual([
      '2: GET success',
      '1: _OTHER method-not-allowed',
      '1: POST method-not-allowed',
      '1: GET not-retryable',
      '1: GET max-retries',
    ]);
    expect(of(PLAIN, 'retry.delay')).toEqual(['2: GET status']);
    expect(of(LIMITED, 'retry.delay')).toEqual(['1: GET retry-after']);
    expect(of(NARROW, 'queue.duration')).toEqual(['1:']);
    expect(of(PLAIN, 'queue.duration')).toEqual([]);
    const waits = metrics.get('axios_resilience.queue.duration')?.dataPoints[0]?.value as Histogram;
    expect(waits.sum).toBeGreaterThan(0.01);
    expect(waits.sum).toBeLessThan(1);
  });

  test('refusals, hedges, and what befalls a scope', () => {
    expect(of(BROKEN, 'rejections')).toEqual(['0: bulkhead-full', '0: cooling-down', '2: circuit-open']);
    expect(of(NARROW, 'rejections')).toEqual(['0: circuit-open', '0: cooling-down', '1: bulkhead-full']);
    expect(of(SLOW, 'hedges')).toEqual(['1: GET']);
    expect(of(BROKEN, 'circuit.transitions')).toEqual(['1: closed open']);
    expect(of(NARROW, 'bulkhead.saturations')).toEqual(['1:']);
    expect([of(LIMITED, 'cool_downs'), of(PLAIN, 'cool_downs')]).toEqual([['1:'], ['0:']]);
    expect(of(SPENT, 'budget.exhaustions')).toEqual(['1:']);
  });

  test('what is the case whenever it is read', () => {
    expect(of(BROKEN, 'circuit.state')).toEqual(['0: closed', '0: half-open', '0: isolated', '1: open']);
    expect(of(PLAIN, 'circuit.state')).toEqual([]);
    expect([of(SPENT, 'held_calls', midway), of(SPENT, 'held_calls')]).toEqual([['1:'], ['0:']]);
    for (const name of ['active_attempts', 'queued_attempts']) expect(of(NARROW, name)).toEqual(['0:']);
  });

  test('under names and units of its own, few series each, and never a path or a query', () => {
    const units = [...metrics].map(([name, { descriptor }]) => `${name} ${descriptor.unit}`);
    expect(units.length).toBe(15);
    for (const unit of units) expect(unit).toMatch(/^axios_resilience\.[a-z_.]+ (s|\{[a-z_]+\})$/);
    const attributes = [...metrics.values()].flatMap(({ dataPoints }) => dataPoints.map((point) => point.attributes));
    expect(attributes.length).toBeGreaterThan(40);
    expect(attributes.filter((of) => JSON.stringify(of).match(/users|token|hunter2|PURGE/))).toEqual([]);
    expect(metrics.get('axios_resilience.call.duration')?.descriptor.valueType).toBe(ValueType.DOUBLE);
  });
});

describe('attached to', () => {
  let server: FlakyServer;
  let reader: MetricReader;
  afterEach(async () => {
    await reader.shutdown();
    await server.close();
  });

  async function attached(options: TelemetryOptions, scope?: () => string) {
    server = await flakyServer();
    reader = new Reader();
    const meterProvider = new MeterProvider({ readers: [reader] });
    const api = axios.create({ baseURL: server.url });
    const resilience: ResilienceHandle = attachResilience(api, { ...(scope && { scope }) });
    return { api, resilience, detach: attachTelemetry(resilience, { meterProvider, ...options }) };
  }
  const labels = async (name: string) =>
    ((await read(reader)).get(`axios_resilience.${name}`)?.dataPoints ?? []).map(({ attributes }) => attributes);

  test('it says which instance a call was of, and calls a scope as it is told to', async () => {
    const attributes = { 'resilience.instance': 'payments' };
    const { api } = await attached({ attributes, scope: (name) => name.slice(0, 4) }, () => 'key-secret');
    await api.get('/');
    const where = { ...attributes, 'resilience.scope': 'key-' };
    expect(await labels('calls')).toMatchObject([{ ...where, 'server.port': server.port }]);
    expect(await labels('active_attempts')).toEqual([where]);
  });

  test('scopes that are called the same are added up: none hides another', async () => {
    const keys = ['key-1', 'key-2', 'key-3'];
    const { api, resilience } = await attached({ scope: () => 'key' });
    server.script('hang');
    const calls = keys.flatMap((scope, i) => Array.from({ length: 3 - i }, () => scope));
    const leave = new AbortController();
    const left = calls.map((scope) => rejection(api.get('/', { resilience: { scope }, signal: leave.signal })));
    await eventually(() => server.hits.length === calls.length);
    resilience.breakers.get('key-1')?.isolate();
    const metrics = await read(reader);
    const shown = (name: string) => metrics.get(`axios_resilience.${name}`)?.dataPoints.map(({ value }) => value);
    expect([shown('active_attempts'), shown('circuit.state')]).toEqual([[6], [2, 0, 0, 1]]);
    leave.abort();
    await Promise.all(left);
  });

  test('a scope without a name is counted, but nothing is shown of it', async () => {
    const { api } = await attached({ scope: () => undefined }, () => 'key-secret');
    await api.get('/');
    const [of = {}, ...others] = await labels('calls');
    expect([of['server.port'], others]).toEqual([server.port, []]);
    expect(JSON.stringify(of)).not.toContain('scope');
    expect(await labels('active_attempts')).toEqual([]);
  });

  test('a scope that is named like a URL of another kind is no server', async () => {
    const { api } = await attached({ scope: () => undefined }, () => 'tenant://secret');
    const limited = () => Promise.resolve({ status: 429, headers: { 'retry-after': '60' }, data: '' } as never);
    await api.get('/', { adapter: limited, resilience: { retry: false } });
    expect(await labels('cool_downs')).toEqual([{}]);
  });

  test('an error without a code is called by the kind of failure, by calls and attempts alike', async () => {
    const { api } = await attached({});
    api.defaults.resilience = { retry: { backoff: () => 0 } };
    const fails = (message: string) => ({ adapter: () => Promise.reject(new Error(message)) });
    await rejection(api.get('/', fails('socket hang up')));
    await rejection(api.get('/', fails('of its own')));
    const shouldRetry = () => {
      throw new Error('not asked well');
    };
    await rejection(api.get('/', { ...fails('of its own'), resilience: { retry: { shouldRetry } } }));
    const types = async (name: string) => new Set((await labels(name)).map((of) => of['error.type']));
    expect([await types('calls'), await types('attempts')]).toEqual([
      new Set(['read', 'other', 'vetoed']),
      new Set(['read', 'other']),
    ]);
  });

  test('and detached again, it measures no more', async () => {
    const { api, detach } = await attached({});
    await api.get('/');
    detach();
    detach();
    await api.get('/');
    const calls = (await read(reader)).get('axios_resilience.calls');
    expect(calls?.dataPoints.map(({ value }) => value)).toEqual([1]);
    expect(await labels('active_attempts')).toEqual([]);
    expect(server.hits).toHaveLength(2);
  });
});

describe('attachTelemetry refuses', () => {
  const handle = () => attachResilience(axios.create());
  const attach = attachTelemetry as (resilience: unknown, options?: unknown) => unknown;

  test.each([[undefined], [{}], [axios]])('what is no handle: %p', (resilience) => {
    expect(() => attach(resilience)).toThrow(/^`resilience` must be what attachResilience\(\) gave back, got/);
  });

  test.each([
    [null, '`options` must be an object, got null'],
    [{ meter: 1 }, '`options.meter` is not an option (known: meterProvider, spanEvents, attributes, scope)'],
    [{ spanEvent: true }, '`options.spanEvent` is not an option; did you mean `spanEvents`?'],
    [{ meterProvider: {} }, '`options.meterProvider` must be a MeterProvider, got an object'],
    [{ spanEvents: 'yes' }, '`options.spanEvents` must be true or false, got "yes"'],
    [{ attributes: 'orders' }, '`options.attributes` must be a plain object, got "orders"'],
    [{ attributes: new Map() }, '`options.attributes` must be a plain object, got an object'],
    [{ scope: 'origin' }, '`options.scope` must be a function, got "origin"'],
    [{ scope: [1] }, '`options.scope` must be a function, got [1]'],
    [{ scope: async () => 'a' }, '`options.scope` must be a function, got AsyncFunction'],
  ])('%j', (options, message) => {
    expect(() => attach(handle(), options)).toThrow(new TypeError(message));
  });
});
