import type { ServerResponse } from 'node:http';
import http2 from 'node:http2';
import net from 'node:net';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import axios, { type AxiosInstance, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios';
import { attachResilience, reportOf } from 'axios-resilience';
import { type FlakyServer, flakyServer } from '../../helpers/flaky-server.js';
import { ownServers } from '../../helpers/own-servers.js';
import { rejection, rejectionAfter } from '../../helpers/settled.js';

const NOW = { backoff: () => 0 };

const { listening } = ownServers();

describe.each(['http', 'fetch'] as const)('through the %s adapter', (adapter) => {
  let server: FlakyServer;
  let others: FlakyServer[];
  let api: AxiosInstance;

  beforeEach(async () => {
    server = await flakyServer();
    others = [];
    api = axios.create({ baseURL: server.url, adapter, proxy: false });
  });
  afterEach(async () => {
    for (const other of others) await other.close();
    await server.close();
  });

  /** A server that speaks for itself, one connection at a time. */
  const speaking = async (handle: (socket: net.Socket, connection: number) => void): Promise<string> => {
    let connections = 0;
    return `http://127.0.0.1:${await listening(net.createServer((socket) => handle(socket, ++connections)))}/`;
  };

  test('an answer that is no HTTP is a lost connection, and the next one may be better', async () => {
    const url = await speaking((socket, connection) => {
      socket.once('data', () => {
        if (connection === 1) socket.end('HTTQ/0.5 200 OK\r\n\r\n');
        else socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}');
      });
    });
    attachResilience(api, { retry: { ...NOW, limits: { read: 1 } } });
    const response = await api.get(url);
    expect(reportOf(response)?.attempts).toMatchObject([{ failure: 'read' }, { status: 200 }]);
  });

  test('a connection that breaks while the body is written is retried with the whole body', async () => {
    const bytes = 4_000_000;
    let received = 0;
    const url = await speaking((socket, connection) => {
      if (connection === 1) {
        socket.once('data', () => socket.resetAndDestroy());
        return;
      }
      socket.on('data', (chunk) => {
        received += chunk.length;
        if (received > bytes) socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}');
      });
    });
    attachResilience(api, { retry: NOW });
    const response = await api.put(url, 'x'.repeat(bytes));
    expect(reportOf(response)?.attempts).toMatchObject([{ failure: 'read' }, { status: 200 }]);
  });

  test('the body of an error that never ends is bounded by the deadline', async () => {
    server.script((_req, res) => void res.writeHead(503).write('{"half":'));
    attachResilience(api, { deadline: 200, retry: NOW });
    const error = await rejectionAfter(200, () => api.get('/'), { slack: 40 });
    expect(error).toMatchObject({ code: 'ERR_DEADLINE_EXCEEDED' });
  });

  test('a chunked body is chunked on every attempt', async () => {
    server.script(503, 200);
    attachResilience(api, { retry: NOW });
    const body = () => Readable.from(['one ', 'two']);
    await api.put('/', undefined, { headers: { 'Content-Type': 'text/plain' }, resilience: { body } });
    expect(
      server.hits.map(({ headers, body: text }) => [headers['transfer-encoding'], headers['content-length'], text]),
    ).toEqual([
      ['chunked', undefined, 'one two'],
      ['chunked', undefined, 'one two'],
    ]);
  });

  test('a retry after a redirect begins at the first URL', async () => {
    const redirecting = (req: { url?: string | undefined }, res: ServerResponse) => {
      if (req.url === '/a') res.writeHead(302, { location: '/b' }).end();
      else res.writeHead(500).end();
    };
    server.script(redirecting);
    attachResilience(api, { retry: { ...NOW, maxRetries: 2 }, breaker: false });
    await rejection(api.get('/a'));
    expect(server.hits.map(({ url }) => url)).toEqual(['/a', '/b', '/a', '/b', '/a', '/b']);
  });

  test('no attempt takes credentials along to the host it is redirected to', async () => {
    const other = await flakyServer(500, 200);
    others.push(other);
    server.script({ status: 302, headers: { location: `${other.url}/` } });
    attachResilience(api, { retry: NOW });
    const headers = { Authorization: 'Bearer secret', Cookie: 'id=secret', 'Proxy-Authorization': 'Basic secret' };
    expect((await api.get('/', { headers })).status).toBe(200);
    expect(server.hits.map(({ headers: sent }) => sent.authorization)).toEqual(['Bearer secret', 'Bearer secret']);
    expect(other.hits).toHaveLength(2);
    const carried = (name: string) => other.hits.map((hit) => hit.headers[name]);
    expect(carried('authorization')).toEqual([undefined, undefined]);
    expect(carried('proxy-authorization')).toEqual([undefined, undefined]);
  });

  test('credentials do not follow beforeRetry to another origin, unless it sets them there', async () => {
    const other = await flakyServer(503, 200);
    others.push(other);
    server.script(503);
    const beforeRetry = (config: InternalAxiosRequestConfig, { attempt }: { attempt: number }) => {
      config.url = `${other.url}/`;
      if (attempt === 2) config.headers.set('Authorization', 'Bearer theirs');
    };
    attachResilience(api, { retry: { ...NOW, beforeRetry } });
    await api.get('/', { headers: { Authorization: 'Bearer ours', Cookie: 'id=ours', 'X-Team': 'a' } });
    const seen = [...server.hits, ...other.hits].map(({ headers }) => [
      headers.authorization,
      headers.cookie,
      headers['x-team'],
    ]);
    expect(seen).toEqual([
      ['Bearer ours', 'id=ours', 'a'],
      [undefined, undefined, 'a'],
      ['Bearer theirs', undefined, 'a'],
    ]);
  });
});

test('a name that is not found is retried, and keeps its code', async () => {
  let lookups = 0;
  const lookup = (_host: string, _options: object, done: (error: Error, address: string, family: 4) => void) => {
    lookups++;
    done(Object.assign(new Error('getaddrinfo ENOTFOUND nowhere.test'), { code: 'ENOTFOUND' }), '', 4);
  };
  const api = axios.create({ proxy: false, lookup });
  attachResilience(api, { retry: { ...NOW, maxRetries: 2 } });
  const error = await rejection(api.post('http://nowhere.test/', {}));
  expect(error).toMatchObject({ code: 'ENOTFOUND' });
  expect(reportOf(error)?.attempts.map(({ failure }) => failure)).toEqual(['dns', 'dns', 'dns']);
  expect(lookups).toBe(3);
});

test('a stream that an HTTP/2 server refused was not acted on: even a POST is sent again', async () => {
  const seen: string[] = [];
  const server = http2.createServer();
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {});
    seen.push(`${headers[':method']} ${headers[':path']}`);
    if (seen.length < 3) stream.close(http2.constants.NGHTTP2_REFUSED_STREAM);
    else stream.respond({ ':status': 200 }, { endStream: true });
  });
  const session = http2.connect(`http://127.0.0.1:${await listening(server)}`);
  // Not every axios that is supported speaks HTTP/2 itself.
  const adapter = (config: InternalAxiosRequestConfig) =>
    new Promise<AxiosResponse>((resolve, reject) => {
      const stream = session.request({ ':method': 'POST', ':path': '/' });
      stream.on('error', reject);
      stream.on('response', (headers) => {
        resolve({ status: Number(headers[':status']), statusText: '', headers: {}, data: '', config });
      });
      stream.end(config.data);
    });
  const api = axios.create({ adapter });
  attachResilience(api, { retry: NOW });
  const response = await api.post('http://h2.test/', {});
  expect(response.status).toBe(200);
  expect(seen).toEqual(['POST /', 'POST /', 'POST /']);
  session.close();
});
