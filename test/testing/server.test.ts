import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Agent } from 'node:http';
import type { Socket } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import axios, { type AxiosResponse } from 'axios';
import { type Script, type ScriptedServer, scriptedServer } from 'axios-resilience/testing';
import { elapsed, eventually, rejection } from '../helpers/settled.js';

describe('scriptedServer', () => {
  let server: ScriptedServer;
  const api = axios.create({ adapter: 'http', proxy: false });
  const serve = async (script?: Script) => {
    server = await scriptedServer(script);
    api.defaults.baseURL = server.url;
  };
  afterEach(() => server.close());

  test('answers by the script, writes down what came, and listens on loopback only', async () => {
    await serve([503, { status: 201, headers: { 'set-cookie': ['a=1', 'b=2'] }, body: { id: 7 } }]);
    await rejection(api.get('/users?page=2'));
    const { status, data, headers } = await api.post('/orders', { item: 7 });
    expect([status, data, headers['set-cookie']]).toEqual([201, { id: 7 }, ['a=1', 'b=2']]);
    expect(server.url).toBe(`http://127.0.0.1:${server.port}`);
    expect(server.hits.map(({ method, url, body }) => `${method} ${url} ${body}`)).toEqual([
      'GET /users?page=2 ',
      'POST /orders {"item":7}',
    ]);
    expect(server.hits[1]?.headers['content-type']).toBe('application/json');
  });

  test('without a script, everything is well', async () => {
    await serve();
    expect((await api.get('/')).data).toEqual({ hit: 1 });
  });

  test('loses the connection before an answer, and in the middle of one', async () => {
    await serve(['reset', 'cut']);
    expect((await rejection(api.get('/'))).code).toBe('ECONNRESET');
    const response: AxiosResponse = await api.get('/', { responseType: 'stream' });
    let got = '';
    const read = async () => {
      for await (const chunk of response.data) got += chunk;
    };
    expect((await rejection(read())).message).toBe('aborted');
    expect([response.status, response.headers['content-length'], got]).toEqual([200, '9', '{"hit']);
  });

  test('a body in chunks has no length, and a HEAD that is cut off has no answer, be it dripped or not', async () => {
    const chunked = { headers: { 'transfer-encoding': 'chunked' }, body: 'abc' };
    await serve([chunked, { error: 'cut' }, { error: 'cut', drip: 1 }]);
    const { data, headers } = await api.get('/');
    expect([data, headers['content-length']]).toEqual(['abc', undefined]);
    expect([(await rejection(api.head('/'))).code, (await rejection(api.head('/'))).code]).toEqual([
      'ECONNRESET',
      'ECONNRESET',
    ]);
  });

  test('never answers, and notices when its client gives up', async () => {
    await serve(['hang']);
    const controller = new AbortController();
    const call = rejection(api.get('/', { signal: controller.signal }));
    await eventually(() => server.busy > 0);
    controller.abort();
    await call;
    await eventually(() => server.openSockets === 0);
    expect([server.hits.length, server.busy]).toEqual([1, 0]);
  });

  test('takes its time, and sends bit by bit', async () => {
    await serve([{ delay: 60 }, { body: 'abcdef', drip: 10, headers: { 'content-type': 'text/plain' } }]);
    expect(await elapsed(api.get('/'))).toBeGreaterThanOrEqual(55);
    const startedAt = performance.now();
    expect((await api.get('/')).data).toBe('abcdef');
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(55);
  });

  test('a connection that is kept alive keeps nothing of requests that had to wait', async () => {
    await serve([{ delay: 1 }]);
    const httpAgent = new Agent({ keepAlive: true, maxSockets: 1 });
    const sockets: Socket[] = [];
    const note = (message: unknown) => sockets.push((message as { socket: Socket }).socket);
    subscribe('http.server.request.start', note);
    for (let i = 0; i < 15; i++) await api.get('/', { httpAgent });
    unsubscribe('http.server.request.start', note);
    expect([sockets.length, new Set(sockets).size]).toEqual([15, 1]);
    expect(sockets[0]?.listenerCount('close')).toBeLessThan(10);
    httpAgent.destroy();
  });

  test('what the script does not know, or a function that throws, is a 501, which says why and is not retried', async () => {
    await serve({
      '/a': [503, 200],
      '/b': [() => Promise.reject(new Error('oh'))],
      '/d': [{ headers: { 'no name': 'x' } }],
      '/e': [{ headers: { 'no name': 'x' }, delay: 1 }],
    });
    const answer = async (url: string) => {
      const { status, data } = await api.get(url, { validateStatus: null });
      return [status, data];
    };
    expect(await answer('/c')).toEqual([501, 'Error: the script has no step for GET /c, only for /a, /b, /d, /e']);
    expect(await answer('/b')).toEqual([501, 'Error: oh']);
    expect(await answer('/a')).toEqual([503, { hit: 3 }]);
    expect(await answer('/d')).toEqual([
      501,
      'TypeError [ERR_INVALID_HTTP_TOKEN]: Header name must be a valid HTTP token ["no name"]',
    ]);
    expect(await answer('/e')).toEqual(await answer('/d'));
  });

  test('refuses what a server cannot show', async () => {
    await serve();
    expect(await rejection(scriptedServer(['ENOTFOUND']))).toEqual(
      new TypeError("`script[0]` must be 'reset', 'hang' or 'cut' at a server, got \"ENOTFOUND\""),
    );
  });

  test('closes in the middle of a hanging request, and by `await using`', async () => {
    await serve(['hang']);
    const call = rejection(api.get('/'));
    await eventually(() => server.busy > 0);
    await server[Symbol.asyncDispose]();
    expect((await call).code).toBe('ECONNRESET');
    expect((await rejection(api.get('/'))).code).toBe('ECONNREFUSED');
  });
});
