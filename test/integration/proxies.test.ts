import http from 'node:http';
import https from 'node:https';
import net, { type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Agent } from 'agent-base';
import axios, { type AxiosRequestConfig } from 'axios';
import { attachResilience, diagnose, type ResiliencePolicy, reportOf } from 'axios-resilience';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { type Certificate, certificateAuthority } from '../helpers/certificates.js';
import { ownEnvironment } from '../helpers/environment.js';
import { deadPort, type FlakyServer, flakyServer } from '../helpers/flaky-server.js';
import { type ForwardProxy, forwardProxy } from '../helpers/forward-proxy.js';
import { type HttpsServer, httpsServer } from '../helpers/https-server.js';
import { ownServers } from '../helpers/own-servers.js';
import { rejection, sleep } from '../helpers/settled.js';

/** As proxy-agent: the proxy of each request is asked for when it is sent. */
class AskingAgent extends Agent {
  constructor(readonly getProxyForUrl: () => string) {
    super();
  }

  override async connect(): Promise<Agent> {
    return new HttpsProxyAgent(this.getProxyForUrl());
  }
}

/** As hpagent: its errors have no code. */
class TunnellingAgent extends https.Agent {
  constructor(readonly proxy: URL) {
    super();
  }

  override createConnection(options: https.RequestOptions, done: (error: Error | null, socket?: Duplex) => void): null {
    const { hostname, port } = this.proxy;
    const connect = super.createConnection.bind(this) as (options: object) => Duplex;
    http
      .request({ method: 'CONNECT', host: hostname, port, path: `${options.host}:${options.port}`, agent: false })
      .once('connect', ({ statusCode }, socket) => {
        if (statusCode === 200) return done(null, connect({ ...options, socket }));
        socket.destroy();
        done(new Error(`Bad response: ${statusCode}`));
      })
      .once('error', done)
      .end();
    return null;
  }
}

type Way = (proxy: string) => AxiosRequestConfig;

const viaAgent: Way = (proxy) => ({ proxy: false, httpsAgent: new HttpsProxyAgent(proxy) });
const viaAsking: Way = (proxy) => ({ proxy: false, httpsAgent: new AskingAgent(() => proxy) });
const viaTunnelling: Way = (proxy) => ({ proxy: false, httpsAgent: new TunnellingAgent(new URL(proxy)) });
const viaOption: Way = (proxy) => {
  const { hostname, port } = new URL(proxy);
  return { proxy: { protocol: 'http', host: hostname, port: Number(port) } };
};

// Before 1.16, axios makes no tunnels: its own `proxy` sends https requests to the proxy in plain text.
const tunnels = Number(axios.VERSION.split('.')[1]) >= 16;

const WAYS: readonly (readonly [string, Way, named: boolean])[] = [
  ['https-proxy-agent', viaAgent, true],
  ['an agent that asks for its proxy', viaAsking, false],
  ['an agent like hpagent', viaTunnelling, true],
  ...(tunnels ? [['the proxy option', viaOption, true] as const] : []),
];

const answering = (status: number) => (client: Duplex) =>
  client.end(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
const reset = (client: Duplex) => (client as Socket).resetAndDestroy();
const resetAfterAnswer = (client: Duplex) => {
  client.write('HTTP/1.1 200 OK\r\n\r\n');
  client.once('data', () => reset(client));
};

const POLICY: ResiliencePolicy = { retry: { maxRetries: 1, backoff: () => 0 } };

let ca: string;
let client: Certificate;
let server: HttpsServer;
let proxy: ForwardProxy | undefined;

beforeAll(async () => {
  const authority = certificateAuthority();
  ca = authority.ca;
  client = authority.issue('client');
  server = await httpsServer(authority.issue('localhost'), 200);
  authority.close();
});
afterAll(() => server.close());
afterEach(() => proxy?.close());
ownEnvironment();
const { listening } = ownServers();

async function refusing(instead: (client: Duplex) => unknown): Promise<ForwardProxy> {
  proxy = await forwardProxy(instead);
  return proxy;
}

/** A call by a way through a proxy that makes no tunnel. */
async function call(way: Way, url: string, config: AxiosRequestConfig = {}, policy = POLICY) {
  const api = axios.create({ adapter: 'http', ...way(url), ...config });
  const { stats } = attachResilience(api, policy);
  const error = await rejection(
    api.request({ url: `${server.url}/orders`, method: 'post', data: { id: 1 }, ...config }),
  );
  const { ended, attempts = [] } = reportOf(error) ?? {};
  const { cause, transient, summary, advice } = diagnose(error);
  return { ended, failures: attempts.map(({ failure }) => failure), cause, transient, summary, advice, stats: stats() };
}

describe.each(WAYS)('%s', (_, way, named) => {
  const name = (at: ForwardProxy) => (named ? `The proxy ${at.url.slice(7)}` : 'The proxy');

  test.each([502, 503, 504])('CONNECT answered %i: a POST is sent again, and the proxy is blamed', async (status) => {
    const at = await refusing(answering(status));
    const { ended, cause, transient, summary, advice } = await call(way, at.url);
    expect({ ended, cause, transient }).toEqual({ ended: 'max-retries', cause: 'proxy', transient: true });
    expect(summary).toBe(`${name(at)} made no tunnel for POST ${server.url}/orders: it answered ${status} to CONNECT.`);
    expect(advice.join()).not.toMatch(/log of the server|token/);
    expect([at.asked.length, server.hits.length]).toEqual([2, 0]);
  });

  test.each([
    ['403', 403, /made no tunnel for POST .*: it answered 403 to CONNECT\.$/],
    ['407', 407, /wants to know who asks: it answered 407 to POST /],
  ])(
    'CONNECT answered %s: not sent again; the circuit has learnt nothing of the server',
    async (_status, status, said) => {
      const at = await refusing(answering(status));
      const { ended, cause, transient, summary, stats } = await call(way, at.url);
      expect({ ended, cause, transient }).toEqual({ ended: 'not-retryable', cause: 'proxy', transient: false });
      expect(summary).toMatch(said);
      expect(summary.startsWith(name(at))).toBe(true);
      expect([at.asked.length, server.hits.length, Object.values(stats.scopes)[0]?.circuit]).toEqual([1, 0, 'closed']);
    },
  );

  test('CONNECT reset: a POST is sent again, and the proxy is blamed', async () => {
    const at = await refusing(reset);
    const { ended, failures, cause, transient, summary, advice } = await call(way, at.url);
    expect({ ended, failures, cause, transient }).toEqual({
      ended: 'max-retries',
      failures: ['connect', 'connect'],
      cause: 'proxy',
      transient: true,
    });
    expect(summary).toBe(
      `${name(at)}, by which POST ${server.url}/orders was to go, cannot be used (read ECONNRESET).`,
    );
    expect(advice.join()).not.toContain('client certificate');
    expect([at.asked.length, server.hits.length]).toEqual([2, 0]);
  });

  test('what the proxy says is not HTTP: the server is not blamed', async () => {
    const at = await refusing((client) => client.end('banana\r\n\r\n'));
    const { ended, cause, summary } = await call(way, at.url);
    expect({ ended, cause }).toEqual({ ended: 'max-retries', cause: 'proxy' });
    expect(summary.startsWith(`${name(at)}, by which POST`)).toBe(true);
    expect([at.asked.length, server.hits.length]).toEqual([2, 0]);
  });

  test('the tunnel is reset before TLS stands: a POST is sent again', async () => {
    const at = await refusing(resetAfterAnswer);
    const { ended, failures, cause, advice } = await call(way, at.url);
    expect({ ended, failures, cause }).toEqual({
      ended: 'max-retries',
      failures: ['connect', 'connect'],
      cause: 'reset',
    });
    expect(advice[0]).toContain('before the TLS handshake was done');
    expect(advice.join()).not.toContain('The server may have acted');
    expect([at.asked.length, server.hits.length]).toEqual([2, 0]);
  });

  test('nobody is there: that is the proxy', async () => {
    const port = await deadPort();
    const { ended, cause, summary } = await call(way, `http://user:secret@127.0.0.1:${port}`);
    expect({ ended, cause }).toEqual({ ended: 'max-retries', cause: 'proxy' });
    expect(summary).toMatch(
      /^The proxy.*, by which POST .* cannot be used \(connect ECONNREFUSED 127\.0\.0\.1:\d+\)\.$/,
    );
    expect(summary.includes(`The proxy 127.0.0.1:${port},`)).toBe(named);
    expect(summary).not.toContain('secret');
  });

  test('CONNECT answered 503, and any status taken as good: a POST is sent again', async () => {
    const at = await refusing(answering(503));
    const api = axios.create({ adapter: 'http', ...way(at.url), validateStatus: null });
    attachResilience(api, POLICY);
    const settled = await api.post(`${server.url}/orders`).catch((error: unknown) => error);
    expect(reportOf(settled)).toMatchObject({ ended: 'max-retries' });
    expect([at.asked.length, server.hits.length]).toEqual([2, 0]);
  });

  test('a proxy that lets it through', async () => {
    proxy = await forwardProxy();
    const { url, asked } = proxy;
    const { ended, cause } = await call(way, url);
    // Nobody has told it to trust the server: TLS with that began.
    expect({ ended, cause }).toEqual({ ended: 'not-retryable', cause: 'tls-certificate' });
    expect([asked.length, server.hits.length]).toEqual([1, 0]);
  });
});

describe('what may have been sent is not sent again', () => {
  let plain: FlakyServer;

  beforeEach(async () => {
    plain = await flakyServer();
  });
  afterEach(() => plain.close());

  test('by a proxy that passes plain requests on', async () => {
    plain.script(503);
    proxy = await forwardProxy();
    const { ended, cause } = await call(viaOption, proxy.url, { url: `${plain.url}/orders` });
    expect({ ended, cause }).toEqual({ ended: 'method-not-allowed', cause: 'server-error' });
    expect([proxy.asked.length, plain.hits.length]).toEqual([1, 1]);
  });

  test.each(WAYS)('a POST that was redirected to where no tunnel leads, by %s', async (_, way) => {
    plain.script({ status: 307, headers: { location: `${server.url}/orders` } });
    const at = await refusing(answering(503));
    const { ended, cause } = await call(way, at.url, { url: `${plain.url}/orders` });
    expect({ ended, cause }).toEqual({ ended: 'method-not-allowed', cause: 'proxy' });
    expect([at.asked.filter((asked) => asked.startsWith('CONNECT')).length, plain.hits.length]).toEqual([1, 1]);
  });
});

describe('Node’s own agent for https', () => {
  const OPTIONS = (https.globalAgent as unknown as { options: Record<string, unknown> }).options;
  const before = { ...OPTIONS };
  const whereTunnels = tunnels ? test : test.skip;

  afterEach(() => {
    for (const name of Object.keys(OPTIONS)) if (!(name in before)) delete OPTIONS[name];
    Object.assign(OPTIONS, before);
  });

  /** What comes of a call without and with retries, and how often each asks the proxy. */
  async function both(config: AxiosRequestConfig, asked: readonly unknown[]) {
    const figures = [];
    for (const attached of [false, true]) {
      const from = asked.length;
      const api = axios.create({ adapter: 'http', ...config });
      if (attached) attachResilience(api, POLICY);
      const outcome = await api.get(server.url).then(
        ({ status }) => status,
        ({ code }) => code,
      );
      figures.push([outcome, asked.length - from]);
    }
    return figures;
  }

  whereTunnels.each(['the proxy option', 'HTTPS_PROXY', 'all_proxy'])(
    'has its timeout, and it is none for the tunnel of a slow proxy: %s',
    async (how) => {
      Object.assign(OPTIONS, { timeout: 100, ca });
      const at = await refusing((socket) =>
        setTimeout(() => {
          const upstream = net.connect(Number(new URL(server.url).port), '127.0.0.1', () => {
            socket.write('HTTP/1.1 200 OK\r\n\r\n');
            upstream.pipe(socket).pipe(upstream);
          });
          socket.on('close', () => upstream.destroy()).on('error', () => upstream.destroy());
        }, 300),
      );
      const byOption = how === 'the proxy option';
      if (!byOption) process.env[how] = at.url;
      const [bare, attached] = await both(byOption ? viaOption(at.url) : {}, at.asked);
      expect(attached).toEqual(bare);
      // Not every axios trusts, at the end of its tunnel, whom this agent trusts.
      expect([200, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE']).toContain(bare?.[0]);
      expect(bare?.[1]).toBe(1);
    },
  );

  whereTunnels('has its certificate and its trust, and they are not for an https proxy', async () => {
    Object.assign(OPTIONS, { ...client, rejectUnauthorized: false });
    const asked: string[] = [];
    const secure = https
      .createServer({ ...client, requestCert: true, rejectUnauthorized: false })
      .on('connect', ({ socket }, tunnel) => {
        asked.push((socket as TLSSocket).getPeerCertificate().subject ? 'a certificate' : 'none');
        answering(503)(tunnel);
      });
    const port = await listening(secure);
    const figures = await both({ proxy: { protocol: 'https', host: '127.0.0.1', port } }, asked);
    expect(figures).toEqual([
      ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 0],
      ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 0],
    ]);
    expect(asked).toEqual([]);
  });

  test('is watched for a host that NO_PROXY names', async () => {
    process.env.HTTPS_PROXY = `http://127.0.0.1:${await deadPort()}`;
    process.env.NO_PROXY = '127.0.0.1';
    let connections = 0;
    const mute = net.createServer(() => connections++);
    const url = `https://127.0.0.1:${await listening(mute)}/`;
    const api = axios.create({ adapter: 'http' });
    attachResilience(api, { ...POLICY, connectTimeout: 80 });
    const error = await rejection(api.get(url));
    expect([(error as Error).name, connections]).toEqual(['ConnectTimeoutError', 2]);
  });
});

test('a proxy that never answers is named as such, unless the wait may have been one for a free connection', async () => {
  const at = await refusing(() => {});
  const limits = { retry: false, connectTimeout: 80, attemptTimeout: 160 } as const;
  const { cause, summary } = await call(viaAgent, at.url, {}, { ...limits, attemptTimeout: 2_000 });
  expect(cause).toBe('proxy');
  expect(summary).toContain(`The proxy ${at.url.slice(7)}, by which POST`);
  expect(summary).toContain('cannot be used (connectTimeout of 80 ms exceeded, ETIMEDOUT).');
  const narrow = { proxy: false, httpsAgent: new HttpsProxyAgent(at.url, { maxSockets: 1 }) } as const;
  const held = call(() => narrow, at.url, {}, { ...limits, connectTimeout: false });
  await sleep(20);
  const queued = await call(() => narrow, at.url, {}, limits);
  expect([queued.cause, (await held).cause]).toEqual(['read-timeout', 'read-timeout']);
});
