import http2 from 'node:http2';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import axios, { type AxiosResponse } from 'axios';
import { attachResilience, reportOf } from 'axios-resilience';
import { deadPort } from '../helpers/flaky-server.js';
import { elapsed, rejection } from '../helpers/settled.js';

// axios speaks HTTP/2 from 1.13 on, and survives a refused HTTP/2 connection from 1.20 on.
describe('HTTP/2', () => {
  const sessions = new Set<http2.ServerHttp2Session>();
  let server: http2.Http2Server;
  let url: string;
  let script: (number | 'refuse' | 'hang' | 'die')[];
  let hits: string[];

  beforeAll(async () => {
    server = http2.createServer();
    server.on('session', (session) => sessions.add(session));
    server.on('stream', (stream, headers) => {
      hits.push(String(headers[':method']));
      const step = script.shift() ?? 200;
      stream.on('error', () => {});
      if (step === 'hang') return;
      if (step === 'refuse') {
        stream.close(http2.constants.NGHTTP2_REFUSED_STREAM);
        return;
      }
      if (step === 'die') {
        stream.respond({ ':status': 200 });
        stream.write('{"half":');
        setTimeout(() => stream.session?.destroy(), 20);
        return;
      }
      stream.respond({ ':status': step });
      stream.end('{}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });
  afterAll(() => {
    for (const session of sessions) session.destroy();
    server.close();
  });
  beforeEach(() => {
    hits = [];
  });

  const api = () => {
    const instance = axios.create({ httpVersion: 2, proxy: false } as object);
    attachResilience(instance, { retry: { backoff: () => 0, maxRetries: 2 }, attemptTimeout: 400, breaker: false });
    return instance;
  };

  test('503, 503, 200 gives 200 after 3 requests', async () => {
    script = [503, 503, 200];
    expect((await api().get(url)).status).toBe(200);
    expect(hits).toHaveLength(3);
  });

  test('a stream that the server refused was not processed: a POST is sent again', async () => {
    script = ['refuse', 200];
    const response = await api().post(url, {});
    expect(reportOf(response)?.attempts[0]).toMatchObject({ failure: 'read' });
    expect(hits).toEqual(['POST', 'POST']);
  });

  test('a server that is silent is cut off by attemptTimeout', async () => {
    script = ['hang', 200];
    const call = api().get(url);
    // As long as four attempts would take.
    expect(await elapsed(call)).toBeLessThan(1_600);
    expect(reportOf(await call)?.attempts[0]).toMatchObject({ failure: 'timeout' });
  });

  test('a refused connection is a connection that never stood', async () => {
    const error = await rejection(api().post(`http://127.0.0.1:${await deadPort()}/`, {}));
    expect(reportOf(error)?.attempts.map(({ failure }) => failure)).toEqual(['connect', 'connect', 'connect']);
  });

  test('axios takes an answer that its session’s death cut off for a whole one; retryResponse can tell', async () => {
    script = ['die'];
    expect(await api().get(url)).toMatchObject({ status: 200, data: '{"half":' });
    script = ['die', 200];
    const isCut = ({ request }: AxiosResponse) => request?.rstCode === http2.constants.NGHTTP2_CANCEL;
    const response = await api().get(url, { resilience: { retry: { retryResponse: isCut } } });
    expect([response.data, hits.length]).toEqual([{}, 3]);
  });
});
