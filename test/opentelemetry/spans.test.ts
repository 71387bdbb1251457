import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { context, metrics, propagation, type Span, SpanKind, trace } from '@opentelemetry/api';
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import axios, { type AxiosInstance } from 'axios';
import { attachResilience, type ResiliencePolicy } from 'axios-resilience';
import { attachTelemetry } from 'axios-resilience/opentelemetry';
import { type FlakyServer, flakyServer } from '../helpers/flaky-server.js';
import { rejection } from '../helpers/settled.js';

const exporter = new InMemorySpanExporter();
const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
const tracer = provider.getTracer('test');

beforeAll(() => provider.register());
afterAll(async () => {
  await provider.shutdown();
  for (const api of [context, metrics, propagation, trace]) api.disable();
});

let server: FlakyServer;
let api: AxiosInstance;
let detach: () => void;

beforeEach(async () => {
  server = await flakyServer();
  api = axios.create({ baseURL: server.url });
});
afterEach(async () => {
  detach();
  exporter.reset();
  await server.close();
});

function attached(policy: ResiliencePolicy, spanEvents = true): void {
  detach = attachTelemetry(attachResilience(api, policy), { spanEvents });
}

/** Does something in a span of its own, which ends when that does. */
const within = (name: string, act: (span: Span) => Promise<unknown>) =>
  tracer.startActiveSpan(name, { kind: SpanKind.INTERNAL }, async (span) => {
    await act(span).catch(() => {});
    span.end();
  });

const told = (name: string) => {
  const span = exporter.getFinishedSpans().find((finished) => finished.name === name);
  return {
    attributes: span?.attributes,
    events: span?.events.map(({ name, attributes = {} }) => ({ name, attributes })),
  };
};

test('a retry is told of on the span of its caller, with its reason, its delay and its number', async () => {
  server.script(503, 'reset', 200);
  attached({ retry: { backoff: () => 5 } });
  await within('caller', () => api.get('/users/1?token=hunter2'));
  const { attributes, events = [] } = told('caller');
  expect(attributes).toEqual({ 'http.request.resend_count': 2 });
  const where = {
    'http.request.method': 'GET',
    'server.address': '127.0.0.1',
    'server.port': server.port,
    'resilience.scope': server.url,
    'resilience.call_id': events[0]?.attributes['resilience.call_id'],
    'resilience.delay_ms': 5,
  };
  expect(events).toEqual([
    {
      name: 'axios_resilience.retry',
      attributes: {
        ...where,
        'http.response.status_code': 503,
        'error.type': '503',
        'resilience.because': 'status',
        'resilience.attempt': 1,
      },
    },
    {
      name: 'axios_resilience.retry',
      attributes: {
        ...where,
        'error.type': 'ECONNRESET',
        'resilience.because': 'read',
        'resilience.attempt': 2,
      },
    },
  ]);
  expect(JSON.stringify(told('caller'))).not.toMatch(/users|hunter2/);
});

test('a give-up, a refusal and a hedge are told of too; what went well at once leaves no trace', async () => {
  attached({ retry: { maxRetries: 1, backoff: () => 0 }, breaker: { consecutive: 2, minimumDuration: 0 } });
  await within('good', () => api.get('/'));
  expect(told('good')).toEqual({ attributes: {}, events: [] });
  server.script(503);
  await within('bad', () => api.get('/'));
  await within('refused', () => api.get('/'));
  expect(told('bad').events?.map(({ name }) => name)).toEqual(['axios_resilience.retry', 'axios_resilience.give_up']);
  expect(told('bad').events?.[1]?.attributes).toMatchObject({
    'error.type': '503',
    'resilience.because': 'max-retries',
    'resilience.attempt': 2,
  });
  expect(told('refused').events).toMatchObject([
    { name: 'axios_resilience.rejection', attributes: { 'resilience.because': 'circuit-open' } },
    { name: 'axios_resilience.give_up', attributes: { 'error.type': 'ERR_CIRCUIT_OPEN' } },
  ]);
  expect(server.hits).toHaveLength(3);
});

test('a hedge is told of on the span of its caller', async () => {
  server.script('hang', 200);
  attached({ hedge: 20, attemptTimeout: 200 });
  await within('slow', () => api.get('/'));
  expect(told('slow')).toMatchObject({
    attributes: {},
    events: [{ name: 'axios_resilience.hedge', attributes: { 'resilience.delay_ms': 20 } }],
  });
  expect(server.hits).toHaveLength(2);
});

test('calls that wait for one another tell their own span, not that of whoever made room', async () => {
  const names = ['/a', '/b', '/c'];
  server.script(...names.map(() => 503), 200);
  attached({ bulkhead: 1, breaker: false, retry: { backoff: () => 0, budget: false } });
  await Promise.all(names.map((name) => within(name, () => api.get(name))));
  const retries = names.map((name) => told(name));
  for (const { attributes, events } of retries) {
    expect(attributes).toEqual({ 'http.request.resend_count': 1 });
    expect(events?.map(({ name }) => name)).toEqual(['axios_resilience.retry']);
  }
  expect(new Set(retries.map(({ events }) => events?.[0]?.attributes['resilience.call_id'])).size).toBe(3);
});

test('a span that has ended is left alone, and so is each of them without `spanEvents` or once detached', async () => {
  server.script(503, 200);
  attached({ retry: { backoff: () => 0 } });
  let call: Promise<unknown> = Promise.resolve();
  await within('ended', async () => {
    call = api.get('/');
  });
  await call;
  detach();
  server.script(404);
  await within('detached', () => rejection(api.get('/')));
  const silent = axios.create({ baseURL: server.url });
  const stop = attachTelemetry(attachResilience(silent, { retry: { backoff: () => 0 } }), { spanEvents: false });
  server.script(503, 200);
  await within('silent', () => silent.get('/'));
  stop();
  const nothing = { attributes: {}, events: [] };
  expect([told('ended'), told('detached'), told('silent')]).toEqual([nothing, nothing, nothing]);
  expect(server.hits).toHaveLength(5);
});
