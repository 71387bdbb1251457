import { PassThrough } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import axios, { AxiosHeaders, type InternalAxiosRequestConfig } from 'axios';
import FormData from 'form-data';
import { Request } from '../../src/call/request.js';
import { applyOverride, resolvePolicy } from '../../src/policy/resolve.js';
import type { ResilienceOverride } from '../../src/policy/types.js';

type Config = InternalAxiosRequestConfig;

function request(
  config: Partial<Config> = {},
  override: ResilienceOverride = {},
): { config: Config; request: Request } {
  const whole: Config = { method: 'post', url: '/orders', headers: new AxiosHeaders({ 'X-Caller': 'a' }), ...config };
  return { config: whole, request: new Request(whole, applyOverride(resolvePolicy({}), override)) };
}

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

describe('Request', () => {
  test('sends the caller’s own config each time, and with headers of its own', () => {
    const { config, request: sent } = request();
    const [first, firstHeaders, second, secondHeaders] = [sent.next(), config.headers, sent.next(), config.headers];
    expect([first, second]).toEqual([config, config]);
    expect([first === config, second === config, firstHeaders === secondHeaders]).toEqual([true, true, false]);
    expect(Object.keys(config)).toEqual(['method', 'url', 'headers']);
  });

  test('sends a copy each time when whoever has the caller’s own may still write into it', () => {
    const { config, request: sent } = request();
    const first = sent.next();
    sent.sendCopies();
    const [second, third] = [sent.next(), sent.next()];
    Object.assign(first, { url: '/late' }).headers.set('X-Late', 'yes');
    expect([new Set([first, second, third]).size, first === config]).toEqual([3, true]);
    for (const { url, headers } of [second, third, sent.next()])
      expect([url, headers.toJSON()]).toEqual(['/orders', { 'X-Caller': 'a' }]);
  });

  test('takes no header along that an adapter added', () => {
    const { request: sent } = request();
    sent.next().headers.set('Content-Length', '10');
    sent.next().headers.set('Content-Length', '20');
    expect(sent.next().headers.toJSON()).toEqual({ 'X-Caller': 'a' });
  });

  test('a form goes with the first attempt, its copy with the next, and the caller’s config keeps the form', () => {
    const form = new FormData();
    form.append('name', 'Ada');
    const { config, request: sent } = request({ data: form });
    const [first, second] = [sent.next(), sent.next()];
    expect([first.data === form, config.data === form, second === config]).toEqual([true, true, false]);
    expect(`${second.data}`).toMatch(/name="name"\r\n\r\nAda/);
    expect(second.headers.getContentType()).toBe(form.getHeaders()['content-type']);
  });

  test('a config that an adapter has frozen is sent again as a copy', () => {
    const { config, request: sent } = request();
    Object.freeze(sent.next());
    const second = sent.next();
    expect([second === config, Object.isFrozen(second), second.url]).toEqual([false, false, '/orders']);
  });

  test('takes none along from one copy to the next either', () => {
    const { request: sent } = request();
    sent.sendCopies();
    sent.next().headers.set('Content-Length', '10');
    expect(sent.next().headers.toJSON()).toEqual({ 'X-Caller': 'a' });
  });

  test('whatever an adapter makes of the caller’s config, the next attempt begins with what was given', () => {
    const given = { baseURL: 'http://127.0.0.1', params: { a: '1' }, data: '{"a":1}' };
    const { request: sent } = request({ ...given, headers: new AxiosHeaders({ 'Idempotency-Key': 'mine' }) });
    const used = { url: '/signed', method: 'get', baseURL: '', params: {}, data: null, headers: { signed: 'yes' } };
    Object.assign(sent.next(), used);
    expect([sent.hasIdempotencyKey, sent.replayable]).toEqual([true, true]);
    const { headers, ...next } = sent.next();
    expect(next).toEqual({ ...given, method: 'post', url: '/orders' });
    expect(headers.toJSON()).toEqual({ 'Idempotency-Key': 'mine' });
  });

  test('what is changed on the template goes with the next attempt and all after it, not to the caller', () => {
    const { config, request: sent } = request();
    sent.next();
    sent.template.url = '/other';
    sent.template.headers.set('X-Hook', 'b');
    const later = [sent.next(), sent.next()];
    expect(later.map(({ url, headers }) => [url, headers.get('X-Hook')])).toEqual([
      ['/other', 'b'],
      ['/other', 'b'],
    ]);
    expect([config.url, config.headers.has('X-Hook')]).toEqual(['/orders', false]);
  });

  test('a copy has the prototypes of what it was made from', () => {
    const bare: Config = Object.assign(Object.create(null), { headers: new AxiosHeaders() });
    const sent = new Request(bare, resolvePolicy({}));
    sent.next();
    const twin = sent.next();
    expect(Object.getPrototypeOf(twin)).toBeNull();
    expect(twin.headers).toBeInstanceOf(AxiosHeaders);
  });

  test('names its method in capitals, GET where none is given', () => {
    const bare = new Request({ headers: new AxiosHeaders() }, resolvePolicy({}));
    expect([request().request.method, bare.method]).toEqual(['POST', 'GET']);
  });

  test('one idempotency key goes with all attempts', () => {
    const { request: sent } = request({}, { retry: { idempotencyKey: true } });
    const keys = [sent.next(), sent.next(), sent.next()].map(({ headers }) => headers.get('Idempotency-Key'));
    expect(keys[0]).toMatch(UUID);
    expect(new Set(keys).size).toBe(1);
  });

  test('a key is of the caller’s making where there is a function for it', () => {
    const { config } = request({}, { retry: { idempotencyKey: ({ url }) => `key of ${url}` } });
    expect(config.headers.get('Idempotency-Key')).toBe('key of /orders');
  });

  test.each([[''], [Promise.resolve('a')], [null], [{}], [Number.NaN], [true]])('%p is no key', (key) => {
    expect(() => request({}, { retry: { idempotencyKey: () => key as string } })).toThrow(
      /^`retry.idempotencyKey` must return a key, got /,
    );
  });

  test('a number will do as a key, none is none, and an empty one in the headers makes nothing safe to send twice', () => {
    const made = [7, undefined].map((key) => request({}, { retry: { idempotencyKey: () => key as never } }));
    const empty = request({ headers: new AxiosHeaders({ 'Idempotency-Key': '' }) });
    expect(made.map(({ config }) => config.headers.get('Idempotency-Key'))).toEqual(['7', undefined]);
    expect([...made, empty].map((each) => each.request.hasIdempotencyKey)).toEqual([true, false, false]);
  });

  test('no key is put on a method that needs none, nor in place of one that is there', () => {
    const policy = { retry: { idempotencyKey: true } };
    const put = request({ method: 'put' }, policy);
    const own = request({ headers: new AxiosHeaders({ 'x-idempotency-key': 'mine' }) }, policy);
    expect([put.request.hasIdempotencyKey, own.request.hasIdempotencyKey]).toEqual([false, true]);
    expect(own.config.headers.toJSON()).toEqual({ 'x-idempotency-key': 'mine' });
  });

  test('can be sent again with a body that stays, or with the means to make another', () => {
    const used = new PassThrough().destroy();
    const requests = [request({ data: 'a' }), request({ data: used }), request({ data: used }, { body: () => 'a' })];
    expect(requests.map(({ request: { replayable } }) => replayable)).toEqual([true, false, true]);
  });

  test('renews the body for each attempt, lets go of the one before, and leaves the caller’s alone', async () => {
    const made: PassThrough[] = [];
    const body = () => made[made.push(new PassThrough()) - 1];
    const own = new PassThrough();
    const { config, request: sent } = request({ data: own }, { body });
    await sent.renewBody();
    await sent.renewBody();
    expect(sent.next().data).toBe(made[1]);
    sent.discardBody();
    expect([...made, own].map(({ destroyed }) => destroyed)).toEqual([true, true, false]);
    expect(config.data).toBe(own);
  });

  test('a renewed body is serialised as the caller’s would have been', async () => {
    const { request: sent } = request(
      { transformRequest: axios.defaults.transformRequest ?? [] },
      { body: () => ({ item: 7 }) },
    );
    await sent.renewBody();
    const { data, headers } = sent.next();
    expect([data, headers.getContentType()]).toEqual(['{"item":7}', 'application/json']);
  });

  test.each([
    [{ a: 1 }, '{"a":1}\n'],
    ['a=1', 'a=1'],
  ])(
    'runs every transform in turn over a plain object that a hook puts in place, and none over a body: %j',
    (data, sent) => {
      const transformRequest = [(body: object) => JSON.stringify(body), (body: string) => `${body}\n`];
      const { request: later } = request({ transformRequest });
      const before = { ...later.template };
      later.template.data = data;
      later.adopt(before);
      expect(later.next().data).toBe(sent);
    },
  );
});
