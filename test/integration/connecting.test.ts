import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net, { type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import KeepAliveAgent from 'agentkeepalive';
import axios, { type AxiosRequestConfig } from 'axios';
import { attachResilience, reportOf } from 'axios-resilience';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { type BlackHole, blackHole } from '../helpers/black-hole.js';
import { type Certificate, type CertificateAuthority, certificateAuthority } from '../helpers/certificates.js';
import { type FlakyServer, flakyServer } from '../helpers/flaky-server.js';
import { type HttpsServer, httpsServer } from '../helpers/https-server.js';
import { ownServers } from '../helpers/own-servers.js';
import { elapsed, eventually, rejection, rejectionAfter, sleep } from '../helpers/settled.js';

const LIMIT = 120;
const SLACK = 60;

const { listening } = ownServers();

describe('connectTimeout, through the http adapter', () => {
  let hole: BlackHole;
  let server: FlakyServer;

  beforeAll(async () => {
    hole = await blackHole();
  });
  afterAll(() => hole.close());
  beforeEach(async () => {
    server = await flakyServer();
  });
  afterEach(() => server.close());

  const timesOut = async (call: () => Promise<unknown>, begun?: Promise<unknown>) => {
    // What the event loop was held up for is given to the connection as well.
    const longer = async () => {
      const lateMs = (await elapsed(sleep(LIMIT))) - LIMIT;
      await sleep(Math.min(lateMs, LIMIT) + SLACK);
    };
    const error = await rejectionAfter(LIMIT, call, { slack: SLACK, longer, ...(begun && { begun }) });
    expect(error).toMatchObject({
      isAxiosError: true,
      name: 'ConnectTimeoutError',
      code: 'ETIMEDOUT',
      message: `connectTimeout of ${LIMIT} ms exceeded`,
    });
    return error;
  };

  test.each([
    ["Node's own", () => ({})],
    ['a keep-alive agent', () => ({ httpAgent: new http.Agent({ keepAlive: true }) })],
    ['agentkeepalive', () => ({ httpAgent: new KeepAliveAgent() })],
  ])('ends a connection that does not stand, with %s', async (_agent, config) => {
    const api = axios.create({ proxy: false, ...config() });
    attachResilience(api, { connectTimeout: LIMIT, retry: false });
    const error = await timesOut(() => api.get(`http://127.0.0.1:${hole.port}/`));
    expect(reportOf(error)?.attempts).toMatchObject([{ failure: 'connect', code: 'ETIMEDOUT' }]);
  });

  test('nothing was sent, so a POST is retried', async () => {
    const api = axios.create({ proxy: false });
    attachResilience(api, { connectTimeout: LIMIT, retry: { maxRetries: 1, backoff: () => 0 } });
    const error = await rejection(api.post(`http://127.0.0.1:${hole.port}/`, {}));
    expect(reportOf(error)).toMatchObject({ ended: 'max-retries', retries: 1 });
  });

  test('holds for each redirect, but a POST whose first hop was sent is not retried', async () => {
    server.script({ status: 307, headers: { location: `http://127.0.0.1:${hole.port}/` } });
    const api = axios.create({ proxy: false });
    attachResilience(api, { connectTimeout: LIMIT });
    let beforeRedirect = () => {};
    const redirected = new Promise<void>((resolve) => {
      beforeRedirect = resolve;
    });
    const error = await timesOut(() => api.post(server.url, {}, { beforeRedirect }), redirected);
    expect(reportOf(error)).toMatchObject({ ended: 'method-not-allowed', retries: 0 });
    expect(server.hits).toHaveLength(1);
  });

  test('a proxy that hangs up has sent nothing on, so a POST is retried', async () => {
    let tunnels = 0;
    const proxy = net.createServer((socket) =>
      socket.once('data', () => {
        tunnels++;
        socket.end();
      }),
    );
    const httpsAgent = new HttpsProxyAgent(`http://127.0.0.1:${await listening(proxy)}`);
    const api = axios.create({ proxy: false, httpsAgent });
    attachResilience(api, { retry: { maxRetries: 2, backoff: () => 0 } });
    const error = await rejection(api.post('https://localhost/', {}));
    expect(reportOf(error)?.attempts.map(({ failure }) => failure)).toEqual(['connect', 'connect', 'connect']);
    expect(tunnels).toBe(3);
  });

  test.each([
    ['closed', 'http', 'end', {}],
    ['closed', 'http without follow-redirects', 'end', { maxRedirects: 0 }],
    ['closed', 'fetch', 'end', { adapter: 'fetch' }],
    ['reset', 'http', 'resetAndDestroy', {}],
    ['reset', 'fetch', 'resetAndDestroy', { adapter: 'fetch' }],
  ] as const)(
    'a TLS handshake that is %s was sent nothing, so a POST is retried (%s)',
    async (_kind, _adapter, cutOff, config) => {
      let handshakes = 0;
      const front = net.createServer((socket) =>
        socket.once('data', () => {
          handshakes++;
          socket[cutOff]();
        }),
      );
      const url = `https://127.0.0.1:${await listening(front)}/`;
      const api = axios.create({ proxy: false, ...config });
      attachResilience(api, { retry: { maxRetries: 2, backoff: () => 0 } });
      const error = await rejection(api.post(url, {}));
      expect(reportOf(error)?.attempts.map(({ failure }) => failure)).toEqual(['connect', 'connect', 'connect']);
      expect(handshakes).toBe(3);
    },
  );

  test('holds for a proxy that does not answer', async () => {
    const api = axios.create({ proxy: false, httpsAgent: new HttpsProxyAgent(`http://127.0.0.1:${hole.port}`) });
    attachResilience(api, { connectTimeout: LIMIT, retry: false });
    await timesOut(() => api.get('https://127.0.0.1:1/'));
  });

  test('holds for TLS that is never answered', async () => {
    const url = `https://127.0.0.1:${await listening(net.createServer())}/`;
    const api = axios.create({ proxy: false });
    attachResilience(api, { connectTimeout: LIMIT, retry: false });
    await timesOut(() => api.get(url));
  });

  test('holds for a name that is never resolved', async () => {
    const api = axios.create({ proxy: false, lookup: () => {} });
    attachResilience(api, { connectTimeout: LIMIT, retry: false });
    await timesOut(() => api.get('http://never.test/'));
  });

  test('leaves slow answers and waiting for a free socket alone', async () => {
    server.script((_req, res) => {
      setTimeout(() => res.end('{}'), LIMIT * 2);
    });
    const httpAgent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    const api = axios.create({ proxy: false, httpAgent });
    attachResilience(api, { connectTimeout: LIMIT, retry: false });
    const answers = await Promise.all([api.get(server.url), api.get(server.url), api.get(server.url)]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(server.openSockets).toBe(1);
    httpAgent.destroy();
  });

  test.each(['127.0.0.1', 'localhost'])(
    'an event loop that was held up is no connection that does not stand: %s',
    async (host) => {
      const api = axios.create({ proxy: false });
      attachResilience(api, { connectTimeout: LIMIT, retry: false });
      const call = api.get(`http://${host}:${server.port}/`);
      for (const from = performance.now(); performance.now() - from < 2 * LIMIT; );
      expect((await call).status).toBe(200);
    },
  );

  test('the agents stay those of the caller, and keep their pools', async () => {
    const httpAgent = new http.Agent({ keepAlive: true });
    const api = axios.create({ proxy: false, httpAgent });
    attachResilience(api);
    const { config } = await api.get(server.url);
    expect(config.httpAgent).toBe(httpAgent);
    expect(Object.keys(config)).not.toContain('httpsAgent');
    await eventually(() => Object.values(httpAgent.freeSockets).flat().length === 1);
    await api.get(server.url);
    expect(server.openSockets).toBe(1);
    httpAgent.destroy();
  });

  test('the stand-in of an agent with private fields has methods that work', async () => {
    class Counting extends http.Agent {
      #made = 0;

      override createConnection(...args: Parameters<http.Agent['createConnection']>) {
        this.#made++;
        return super.createConnection(...args);
      }

      made(): number {
        return this.#made;
      }
    }
    const httpAgent = new Counting();
    const api = axios.create({ proxy: false, httpAgent });
    attachResilience(api);
    const { agent } = (await api.get(server.url)).request;
    expect([agent === httpAgent, agent.made(), agent.constructor === Counting]).toEqual([false, 1, true]);
  });
});

describe('TLS', () => {
  let certificate: Certificate;
  let server: HttpsServer;

  beforeAll(() => {
    const authority = certificateAuthority();
    certificate = authority.selfSigned('localhost');
    authority.close();
  });
  beforeEach(async () => {
    server = await httpsServer(certificate, 200);
  });
  afterEach(() => server.close());

  test('connectTimeout ends when TLS stands, and a kept-alive connection is reused', async () => {
    const httpsAgent = new https.Agent({ keepAlive: true, ca: certificate.cert });
    const api = axios.create({ proxy: false, httpsAgent });
    attachResilience(api, { connectTimeout: 1_000, retry: false });
    for (let call = 0; call < 3; call++) await api.get(server.url);
    expect(server.connections).toBe(1);
    httpsAgent.destroy();
  });

  test('a certificate that cannot be trusted is not retried', async () => {
    const api = axios.create({ proxy: false });
    attachResilience(api);
    const error = await rejection(api.get(server.url));
    expect(error).toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    expect(reportOf(error)).toMatchObject({ ended: 'not-retryable', attempts: [{ failure: 'tls' }] });
  });
});

describe('a kept-alive connection that the server has closed', () => {
  /** Answers the first request of each connection, and resets at the second. */
  const touchy = async (authority?: CertificateAuthority) => {
    const requests: string[] = [];
    const perSocket = new WeakMap<Socket, number>();
    const answer: http.RequestListener = (req, res) => {
      const n = (perSocket.get(req.socket) ?? 0) + 1;
      perSocket.set(req.socket, n);
      requests.push(`${req.method} ${n}`);
      if (n === 1) res.end('{}');
      else if (authority) req.socket.destroy();
      else req.socket.resetAndDestroy();
    };
    const server = authority
      ? https.createServer(authority.selfSigned('localhost'), answer)
      : http.createServer(answer);
    const port = await listening(server);
    return { requests, port, url: `${authority ? 'https' : 'http'}://127.0.0.1:${port}/` };
  };

  const setUp = async () => {
    const server = await touchy();
    const httpAgent = new http.Agent({ keepAlive: true });
    const api = axios.create({ proxy: false, httpAgent });
    attachResilience(api, { retry: { backoff: () => 10_000 } });
    // Two idle connections, both of which the next request would find dead.
    await Promise.all([api.get(server.url), api.get(server.url)]);
    await eventually(() => Object.values(httpAgent.freeSockets).flat().length === 2);
    server.requests.length = 0;
    return { server, api, httpAgent };
  };

  test('is replaced at once, by a fresh one, for a request that may be sent twice', async () => {
    const { server, api, httpAgent } = await setUp();
    const call = api.get(server.url);
    expect(await elapsed(call)).toBeLessThan(3_000);
    expect(server.requests).toEqual(['GET 2', 'GET 1']);
    expect(reportOf(await call)?.attempts).toMatchObject([{ failure: 'read', delayMs: 0 }, { status: 200 }]);
    httpAgent.destroy();
  });

  test.each<[string, (at: { url: string; port: number }) => AxiosRequestConfig]>([
    ['with a Host of its own', ({ url: baseURL }) => ({ baseURL, proxy: false, headers: { Host: 'other.test' } })],
    [
      'of an https proxy to an http target',
      ({ port }) => ({ baseURL: 'http://other.test/', proxy: { protocol: 'https', host: '127.0.0.1', port } }),
    ],
  ])('is replaced at once, and those like it are closed, %s', async (_, config) => {
    const authority = certificateAuthority();
    const server = await touchy(authority);
    authority.close();
    const httpsAgent = new https.Agent({ keepAlive: true, rejectUnauthorized: false });
    const api = axios.create({ httpsAgent, ...config(server) });
    attachResilience(api, { retry: { backoff: () => 150 } });
    await Promise.all(Array.from({ length: 5 }, () => api.get('')));
    await eventually(() => Object.values(httpsAgent.freeSockets).flat().length === 5);
    server.requests.length = 0;
    const settled = await api.get('').catch((error: unknown) => error);
    expect(server.requests).toEqual(['GET 2', 'GET 1']);
    expect(reportOf(settled)?.attempts).toMatchObject([{ failure: 'read', delayMs: 0 }, { status: 200 }]);
    httpsAgent.destroy();
  });

  test('ends a POST, which the server may have acted on, unless it carries a key', async () => {
    const { server, api, httpAgent } = await setUp();
    const error = await rejection(api.post(server.url, {}));
    expect(server.requests).toEqual(['POST 2']);
    expect(reportOf(error)?.ended).toBe('method-not-allowed');
    const call = api.post(server.url, {}, { headers: { 'Idempotency-Key': 'k' } });
    expect(await elapsed(call)).toBeLessThan(3_000);
    expect(server.requests).toEqual(['POST 2', 'POST 2', 'POST 1']);
    httpAgent.destroy();
  });

  test('one that is reset in the middle of its answer was alive, and waits for its backoff like any other', async () => {
    const server = await flakyServer(
      200,
      (_req, res) => {
        res.writeHead(200, { 'content-length': 100 }).write('half');
        setTimeout(() => res.socket?.resetAndDestroy(), 10);
      },
      200,
    );
    const httpAgent = new http.Agent({ keepAlive: true });
    const api = axios.create({ proxy: false, httpAgent });
    attachResilience(api, { retry: { backoff: () => 150 } });
    await api.get(server.url);
    const { attempts = [] } = reportOf(await api.get(server.url)) ?? {};
    expect(attempts.map(({ failure, delayMs }) => [failure, delayMs])).toEqual([
      ['read', 150],
      [undefined, undefined],
    ]);
    expect(server.hits).toHaveLength(3);
    httpAgent.destroy();
    await server.close();
  });

  test('a fresh connection that is reset waits for its backoff like any other', async () => {
    const server = await flakyServer('reset', 200);
    const api = axios.create({ proxy: false });
    attachResilience(api, { retry: { backoff: () => 150 } });
    expect(await elapsed(api.get(server.url))).toBeGreaterThan(140);
    expect(server.hits).toHaveLength(2);
    await server.close();
  });
});

test('a Unix socket that is not there yet is a connection that did not stand: a POST gets through once it is', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'axios-resilience-socket-'));
  const socketPath = join(folder, 'socket');
  const server = http.createServer((_req, res) => res.end('there'));
  const api = axios.create({ socketPath, adapter: 'http', proxy: false });
  const beforeRetry = async (_config: unknown, { attempt }: { attempt: number }) => {
    if (attempt === 2) await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  };
  attachResilience(api, { retry: { backoff: () => 0, beforeRetry } });
  const response = await api.post('http://localhost/', {});
  expect(response.data).toBe('there');
  expect(reportOf(response)?.attempts.map(({ code, failure }) => [code, failure])).toEqual([
    ['ENOENT', 'connect'],
    ['ENOENT', 'connect'],
    [undefined, undefined],
  ]);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true });
});
