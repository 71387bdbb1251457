import http from 'node:http';
import { createRequire } from 'node:module';
import net from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import axios, { type AxiosRequestConfig } from 'axios';
import { attachResilience, diagnose } from 'axios-resilience';
import { ownEnvironment } from '../helpers/environment.js';
import { ownServers } from '../helpers/own-servers.js';
import { rejection } from '../helpers/settled.js';

ownEnvironment();
const { listening } = ownServers();

const hanging = () => listening(net.createServer());
const failed = async (config: AxiosRequestConfig) => diagnose(await rejection(axios({ adapter: 'http', ...config })));

describe('an agent whose one connection is taken', () => {
  afterEach(() => {
    http.globalAgent.maxSockets = Number.POSITIVE_INFINITY;
  });

  test.each(['of the request', 'of Node'])('%s: the request never left, and the line is told first', async (whose) => {
    const port = await hanging();
    const httpAgent = whose === 'of Node' ? undefined : new http.Agent({ maxSockets: 1 });
    if (!httpAgent) http.globalAgent.maxSockets = 1;
    const first = http.get({ host: '127.0.0.1', port, agent: httpAgent }).on('error', () => {});
    const url = `http://127.0.0.1:${port}/`;
    const api = axios.create({ adapter: 'http', proxy: false, ...(httpAgent && { httpAgent }) });
    attachResilience(api, { retry: false, attemptTimeout: 150, connectTimeout: false });
    const { cause, summary, advice } = diagnose(await rejection(api.get(url)));
    expect(cause).toBe('read-timeout');
    expect(summary).toBe(
      `GET ${url} was still waiting for a connection to 127.0.0.1:${port} when its time was over (attemptTimeout of 150 ms exceeded, ETIMEDOUT).`,
    );
    expect(advice[0]).toMatch(/^The agent lets 1 connection stand at once \(`maxSockets`\)/);
    expect(advice.join('\n')).not.toMatch(/MTU|no connection stood/);
    first.destroy();
  });

  test('is no matter to a request that has it, and to one of fetch', async () => {
    const url = `http://127.0.0.1:${await hanging()}/`;
    const httpAgent = new http.Agent({ maxSockets: 1 });
    const own = await failed({ url, httpAgent, proxy: false, timeout: 150 });
    expect(own.summary).toContain('sent no answer to GET');
    const { advice } = await failed({ url, httpAgent, adapter: 'fetch', timeout: 150 });
    expect(advice.join('\n')).not.toContain('maxSockets');
  });
});

test('an agent that makes its connection late, and without a limit, was not reached in time', async () => {
  const httpAgent = new http.Agent();
  Object.assign(httpAgent, { createConnection: () => undefined });
  const api = axios.create({ adapter: 'http', proxy: false, httpAgent });
  attachResilience(api, { retry: false, attemptTimeout: 150, connectTimeout: false });
  expect(diagnose(await rejection(api.get('http://a.test/'))).cause).toBe('connect-timeout');
});

describe('an agent of agent-base 6, whose `maxSockets` of 1 is there for show', () => {
  // That of axios itself, where it brings one.
  const { HttpsProxyAgent } = createRequire(join(process.cwd(), 'node_modules/axios/package.json'))(
    'https-proxy-agent',
  );

  test('whose proxy hangs on CONNECT: it is the proxy', async () => {
    const httpsAgent = new HttpsProxyAgent(`http://127.0.0.1:${await hanging()}`);
    expect(httpsAgent.maxSockets).toBe(1);
    const api = axios.create({ adapter: 'http', proxy: false, httpsAgent });
    attachResilience(api, { retry: false, attemptTimeout: 150, connectTimeout: false });
    const { cause, advice } = diagnose(await rejection(api.get('https://api.example.test/')));
    expect(cause).toBe('proxy');
    expect(advice.join('\n')).not.toContain('maxSockets');
  });
});

describe('a proxy of the environment, which http:// URLs go by', () => {
  const answering = async (then: (socket: net.Socket) => void) => {
    const port = await listening(net.createServer((socket) => socket.once('data', () => then(socket))));
    process.env.HTTP_PROXY = `http://127.0.0.1:${port}`;
    return `127.0.0.1:${port}`;
  };
  const url = 'http://api.example.test/x';

  test.each([
    ['a reset', (socket: net.Socket) => socket.resetAndDestroy(), 'reset'],
    ['silence', () => {}, 'read-timeout'],
    [
      'a 403',
      (socket: net.Socket) => socket.end('HTTP/1.1 403 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'),
      'client-error',
    ],
    ['what is not HTTP', (socket: net.Socket) => socket.end('\x05\xff'), 'unknown'],
  ] as const)('is named beside the server: %s', async (_name, then, cause) => {
    const proxy = await answering(then);
    const [host = '', port] = proxy.split(':');
    for (const config of [{}, { proxy: { host, port: Number(port) } }]) {
      if ('proxy' in config) delete process.env.HTTP_PROXY;
      for (const maxRedirects of [5, 0]) {
        const timeout = cause === 'read-timeout' ? 150 : 10_000;
        const found = await failed({ url, timeout, maxRedirects, ...config });
        expect(found.cause).toBe(cause);
        expect(found.advice.join('\n')).toContain(`The proxy ${proxy}, on the way, may have done that itself`);
        if (cause !== 'client-error') expect(found.summary).toContain(`api.example.test:80, by the proxy ${proxy},`);
      }
    }
  });

  test('is not named where the request went without it', async () => {
    const proxy = await answering((socket) => socket.resetAndDestroy());
    const port = await listening(net.createServer((socket) => socket.once('data', () => socket.resetAndDestroy())));
    const direct = new http.Agent();
    for (const config of [{ proxy: false }, { adapter: 'fetch' }] as const) {
      const found = await failed({ url: `http://127.0.0.1:${port}/`, httpAgent: direct, ...config });
      expect(found.cause).toBe('reset');
      expect(JSON.stringify(found)).not.toContain(proxy);
    }
  });
});
