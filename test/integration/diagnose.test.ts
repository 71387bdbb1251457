import { execFileSync } from 'node:child_process';
import dns from 'node:dns';
import { createReadStream } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import tls from 'node:tls';
import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import axios, { type AxiosProxyConfig, type AxiosRequestConfig } from 'axios';
import { attachResilience, type Diagnosis, diagnose, reportOf } from 'axios-resilience';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { type BlackHole, blackHole } from '../helpers/black-hole.js';
import { type Certificate, type CertificateAuthority, certificateAuthority } from '../helpers/certificates.js';
import { ownEnvironment } from '../helpers/environment.js';
import { deadPort, type FlakyServer, flakyServer } from '../helpers/flaky-server.js';
import { ownServers } from '../helpers/own-servers.js';
import { rejection, sleep } from '../helpers/settled.js';

const ADAPTERS = ['http', 'fetch'] as const;

/** Names lead where the test says, whoever asks: both adapters ask Node, when they connect. */
function names(answer: (name: string) => string[] | NodeJS.ErrnoException): void {
  const lookup = (name: string, options: dns.LookupOptions, done: (...answer: unknown[]) => void) => {
    const found = answer(name);
    if (found instanceof Error) return process.nextTick(done, found);
    const all = found.map((address) => ({ address, family: net.isIP(address) }));
    return options.all
      ? process.nextTick(done, null, all)
      : process.nextTick(done, null, all[0]?.address, all[0]?.family);
  };
  jest.spyOn(dns, 'lookup').mockImplementation(lookup as never);
}

const dnsError = (code: string, errno: number) => (hostname: string) =>
  Object.assign(new Error(`getaddrinfo ${code} ${hostname}`), { code, errno, syscall: 'getaddrinfo', hostname });

/** TLS connections are made with these options as well, whoever makes them. */
function connectingWith(options: tls.ConnectionOptions): void {
  const connect = tls.connect as (given: tls.ConnectionOptions) => tls.TLSSocket;
  jest.spyOn(tls, 'connect').mockImplementation(((given: tls.ConnectionOptions) => {
    return connect({ ...given, ...options });
  }) as never);
}

const { listening } = ownServers();
const open: FlakyServer[] = [];

const tlsPort = (options: https.ServerOptions): Promise<number> =>
  listening(https.createServer(options, (_req, res) => res.end('{}')).on('tlsClientError', () => {}));

afterEach(() => {
  jest.restoreAllMocks();
  for (const server of open.splice(0)) server.close();
});

/** What no advice may suggest. */
const switchesOff = /rejectUnauthorized|NODE_TLS_REJECT_UNAUTHORIZED|insecure|curl -k/i;

describe.each(ADAPTERS)('what went wrong through the %s adapter', (adapter) => {
  let server: FlakyServer;
  let closed: number;

  beforeEach(async () => {
    server = await flakyServer();
    closed = await deadPort();
  });
  afterEach(() => server.close());

  const send = (config: AxiosRequestConfig) => axios({ adapter, proxy: false, ...config });
  const diagnosis = async (config: AxiosRequestConfig): Promise<Diagnosis> => diagnose(await rejection(send(config)));

  describe('on the way', () => {
    test('a name that no resolver knows', async () => {
      names(dnsError('ENOTFOUND', -3008));
      const { cause, transient, summary, advice } = await diagnosis({ url: 'http://api.exmple.com/users' });
      expect({ cause, transient }).toEqual({ cause: 'dns', transient: false });
      expect(summary).toContain('api.exmple.com');
      expect(summary).toContain('getaddrinfo ENOTFOUND');
      expect(advice.join('\n')).toMatch(/getent hosts api\.exmple\.com[\s\S]*Docker/);
    });

    test('a name under .invalid, asked of the real resolver, does not resolve', async () => {
      const { cause, summary } = await diagnosis({ url: 'http://no-such-host.invalid/' });
      expect(['dns', 'dns-temporary']).toContain(cause);
      expect(summary).toContain('no-such-host.invalid');
    });

    test('a resolver that does not answer', async () => {
      names(dnsError('EAI_AGAIN', -3001));
      expect(await diagnosis({ url: 'http://api.example.com/' })).toMatchObject({
        cause: 'dns-temporary',
        transient: true,
        summary:
          'The resolver of this machine gave no answer for api.example.com (getaddrinfo EAI_AGAIN api.example.com).',
      });
    });

    test('nothing listens on the port', async () => {
      const { cause, transient, summary, advice } = await diagnosis({ url: `http://127.0.0.1:${closed}/` });
      expect({ cause, transient }).toEqual({ cause: 'connection-refused', transient: true });
      expect(summary).toBe(
        `Nothing accepts connections at 127.0.0.1:${closed} (connect ECONNREFUSED 127.0.0.1:${closed}).`,
      );
      expect(advice[0]).toContain(`nc -vz 127.0.0.1 ${closed}`);
    });

    test('nothing listens on either address of localhost, and both are named', async () => {
      names(() => ['::1', '127.0.0.1']);
      const { cause, summary, advice } = await diagnosis({ url: `http://localhost:${closed}/` });
      expect(cause).toBe('connection-refused');
      expect(summary).toContain(`at localhost:${closed} (`);
      expect(summary).toContain('::1');
      expect(summary).toContain(`connect ECONNREFUSED 127.0.0.1:${closed}`);
      expect(advice.join('\n')).toContain('::1 (IPv6) or 127.0.0.1');
    });

    test('an address that no route leads to', async () => {
      // The kernel refuses to connect to a broadcast address; nothing is sent.
      const { cause, transient, summary } = await diagnosis({ url: 'http://255.255.255.255/', timeout: 2_000 });
      expect({ cause, transient }).toEqual({ cause: 'unreachable', transient: true });
      expect(summary).toMatch(/^There is no way from this machine to 255\.255\.255\.255:80 \(connect E\w+ 255/);
    });

    test('a server that closes before it answers', async () => {
      server.script('reset');
      expect(await diagnosis({ url: `${server.url}/users` })).toMatchObject({
        cause: 'reset',
        transient: true,
        summary: expect.stringMatching(
          new RegExp(
            `^127.0.0.1:${server.port} closed the connection before it had answered GET ${server.url}/users \\(.+`,
          ),
        ),
      });
    });

    test('a kept-alive connection that the server closes when it is used again', async () => {
      const port = await listening(
        net.createServer((socket) => {
          let requests = 0;
          socket.on('data', () => {
            if (++requests > 1) socket.destroy();
            else socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: keep-alive\r\n\r\n{}');
          });
        }),
      );
      const httpAgent = new http.Agent({ keepAlive: true });
      const config = { url: `http://127.0.0.1:${port}/`, method: 'post', data: '{}', httpAgent };
      await send(config);
      await sleep(20);
      const { cause, transient, summary, advice } = await diagnosis(config);
      expect({ cause, transient }).toEqual({ cause: 'stale-connection', transient: true });
      expect(summary).toContain(`127.0.0.1:${port} ${adapter === 'http' ? 'had' : 'may have'} closed a kept-alive`);
      expect(advice.join('\n')).toContain('server.keepAliveTimeout');
      httpAgent.destroy();
    });

    test('a first connection that the server closes in the middle of its headers: fetch cannot tell it from one used before', async () => {
      server.script(({ socket }) => socket.end('HTTP/1.1 200 OK\r\nContent-Le'));
      const { cause, transient, summary } = await diagnosis({ url: server.url });
      if (adapter === 'http') return expect({ cause, transient }).toEqual({ cause: 'reset', transient: true });
      expect({ cause, transient }).toEqual({ cause: 'stale-connection', transient: true });
      expect(summary).toBe(
        `127.0.0.1:${server.port} may have closed a kept-alive connection when GET ${server.url}/ was sent on it, or else broke off ` +
          'in the headers of its answer (other side closed, UND_ERR_SOCKET).',
      );
    });

    if (adapter === 'fetch') {
      test.each([
        '101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n',
        '100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n',
      ])('what nobody asked for is no matter of the connection: %s', async (answer) => {
        server.script(({ socket }) => socket.end(`HTTP/1.1 ${answer}`));
        const { cause, transient, summary } = await diagnosis({ url: server.url });
        expect({ cause, transient }).toEqual({ cause: 'unknown', transient: true });
        expect(summary).toContain('is not HTTP as this side understands it (bad ');
      });
    }

    test('a server that never answers', async () => {
      server.script('hang');
      const { cause, transient, summary } = await diagnosis({ url: server.url, timeout: 80 });
      expect({ cause, transient }).toEqual({ cause: 'read-timeout', transient: true });
      expect(summary).toContain(`127.0.0.1:${server.port}`);
      expect(summary).toMatch(/\(timeout .*80.* exceeded, E\w+\)\.$/);
    });

    test.each([5, 0])('an answer that stalls half way, with maxRedirects %p', async (maxRedirects) => {
      server.script((_req, res) => {
        res.writeHead(200, { 'content-length': 100 });
        res.write('half');
      });
      const { cause, transient } = await diagnosis({ url: server.url, timeout: 80, maxRedirects });
      expect({ cause, transient }).toEqual({ cause: 'read-timeout', transient: true });
    });

    test.each([
      'cut',
      (_req: unknown, res: http.ServerResponse) => {
        res.writeHead(200);
        res.write('half');
        setTimeout(() => (res.socket as net.Socket).resetAndDestroy(), 10);
      },
    ] as const)('an answer that breaks off half way', async (step) => {
      server.script(step);
      const { cause, transient, summary } = await diagnosis({ url: `${server.url}/file`, timeout: 2_000 });
      expect({ cause, transient }).toEqual({ cause: 'body-cut-off', transient: true });
      expect(summary).toContain(`broke off in the middle of its answer to GET ${server.url}/file`);
    });
  });

  test('an answer whose chunks make no sense from some point on is cut off there', async () => {
    server.script(({ socket }) => {
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n');
      setTimeout(() => socket.end('zz\r\nabcde\r\n'), 30);
    });
    const { cause, transient, summary } = await diagnosis({ url: `${server.url}/file` });
    expect({ cause, transient }).toEqual({ cause: 'body-cut-off', transient: true });
    expect(summary).toContain(`broke off in the middle of its answer to GET ${server.url}/file (`);
  });

  test('trailers that are too large stay so', async () => {
    const trailer = `x: ${'x'.repeat(20_000)}`;
    server.script(({ socket }) => {
      socket.end(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n${trailer}\r\n\r\n`);
    });
    const { cause, transient, summary } = await diagnosis({ url: server.url });
    expect({ cause, transient }).toEqual({ cause: 'unknown', transient: false });
    expect(summary).toContain(`What 127.0.0.1:${server.port} sent is not HTTP as this side understands it (`);
  });

  if (adapter === 'http') {
    // fetch takes such answers, and leaves out what is too much.
    test.each([
      ['200 OK', 'Content-Length: 5', 'helloEXTRA'],
      ['200 OK', 'Content-Length: 5\r\nConnection: close', 'helloEXTRA'],
      ['204 No Content', 'X: y', 'hello'],
    ])('an answer of which more came than was to come is not cut off: %s, %s', async (status, headers, body) => {
      server.script(({ socket }) => socket.end(`HTTP/1.1 ${status}\r\n${headers}\r\n\r\n${body}`));
      const { cause, transient, summary, advice } = await diagnosis({ url: server.url });
      expect({ cause, transient }).toEqual({ cause: 'unknown', transient: true });
      expect(summary).toContain(`What 127.0.0.1:${server.port} sent is not HTTP as this side understands it (`);
      expect(advice[0]).toMatch(/^More came after the end of the answer: /);
    });
  }

  describe('with TLS', () => {
    let authority: CertificateAuthority;
    beforeAll(() => {
      authority = certificateAuthority();
    });
    afterAll(() => authority.close());

    async function certificateDiagnosis(certificate: Certificate, ca?: string): Promise<Diagnosis> {
      if (ca) connectingWith({ ca });
      const found = await diagnosis({ url: `https://localhost:${await tlsPort(certificate)}/` });
      expect(found).toMatchObject({ cause: 'tls-certificate', transient: false });
      return found;
    }

    test('an expired certificate is to be renewed', async () => {
      const expired = authority.issue('localhost', { from: '20200101000000Z', to: '20200102000000Z' });
      const { summary, advice } = await certificateDiagnosis(expired, authority.ca);
      expect(summary).toMatch(
        /^The certificate of localhost:\d+ has expired \(certificate has expired, CERT_HAS_EXPIRED\)/,
      );
      expect(advice[0]).toContain('renewed');
      expect(advice.join('\n')).toMatch(/openssl s_client -connect localhost:\d+ -servername localhost/);
      expect(advice.join('\n')).not.toMatch(switchesOff);
    });

    test('a self-signed certificate is to be trusted by itself', async () => {
      const { summary, advice } = await certificateDiagnosis(authority.selfSigned('localhost'));
      expect(summary).toContain('is self-signed');
      expect(advice[0]).toContain('NODE_EXTRA_CA_CERTS=');
      expect(advice.join('\n')).not.toMatch(switchesOff);
    });

    test('a certificate of an unknown CA: its chain is to be completed, or its CA trusted', async () => {
      const { summary, advice } = await certificateDiagnosis(authority.issue('localhost'));
      expect(summary).toContain('comes from a CA that this process does not know');
      expect(advice.join('\n')).toMatch(/intermediates[\s\S]*NODE_EXTRA_CA_CERTS=/);
      expect(advice.join('\n')).not.toMatch(switchesOff);
    });

    test('a chain that ends in a root of its own', async () => {
      const { cert, key } = authority.issue('localhost');
      const { summary, advice } = await certificateDiagnosis({ cert: cert + authority.ca, key });
      expect(summary).toContain('comes from a root that this process does not trust');
      expect(advice[0]).toContain('NODE_EXTRA_CA_CERTS=');
      expect(advice.join('\n')).not.toMatch(switchesOff);
    });

    test('a certificate for another name', async () => {
      const { summary, advice } = await certificateDiagnosis(authority.issue('other.example.com'), authority.ca);
      expect(summary).toMatch(/is for another name .*other\.example\.com/);
      expect(advice[0]).toContain('subjectAltName');
      expect(advice.join('\n')).not.toMatch(switchesOff);
    });

    test('https to a port that speaks plain HTTP', async () => {
      const { cause, transient, summary, advice } = await diagnosis({ url: `https://127.0.0.1:${server.port}/` });
      expect({ cause, transient }).toEqual({ cause: 'tls-protocol', transient: false });
      expect(summary).toMatch(/^TLS was spoken to .*: most likely a plain HTTP port \(wrong version number/);
      expect(advice[0]).toContain('http://');
    });

    test('http to a port that speaks TLS: the server hangs up, and the advice names https', async () => {
      const port = await tlsPort(authority.issue('localhost'));
      const { cause, advice } = await diagnosis({ url: `http://127.0.0.1:${port}/` });
      expect(cause).toBe('reset');
      expect(advice[0]).toBe(
        `If port ${port} speaks TLS, the URL must begin with https://: openssl s_client -connect 127.0.0.1:${port}`,
      );
    });

    test('http to a port that answers in TLS', async () => {
      const alert = Buffer.from([0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 0x46]);
      const port = await listening(net.createServer((socket) => socket.once('data', () => socket.end(alert))));
      const { cause, summary } = await diagnosis({ url: `http://127.0.0.1:${port}/` });
      expect(cause).toBe('tls-protocol');
      expect(summary).toContain('which answers in TLS');
    });

    test('http to a port that says it wants https', async () => {
      server.script({ status: 400, body: '<h1>The plain HTTP request was sent to HTTPS port</h1>' });
      const { cause, summary, advice } = await diagnosis({ url: server.url });
      expect(cause).toBe('client-error');
      expect(summary).toContain('it wants https');
      expect(advice[0]).toContain('https://');
    });

    test('no version of TLS in common', async () => {
      const port = await tlsPort({ ...authority.issue('localhost'), maxVersion: 'TLSv1.2' });
      connectingWith({ ca: authority.ca, minVersion: 'TLSv1.3' });
      const { cause, transient, summary } = await diagnosis({ url: `https://localhost:${port}/` });
      expect({ cause, transient }).toEqual({ cause: 'tls-protocol', transient: false });
      expect(summary).toMatch(/could not agree .*protocol version/);
    });

    test('a handshake that is cut off', async () => {
      const port = await listening(net.createServer((socket) => socket.once('data', () => socket.destroy())));
      const { cause, advice } = await diagnosis({ url: `https://127.0.0.1:${port}/` });
      expect(cause).toBe('reset');
      expect(advice[0]).toContain('TLS handshake');
    });
  });

  describe('in the answer', () => {
    test('429 says how long to wait', async () => {
      server.script({ status: 429, headers: { 'retry-after': '7' } });
      expect(await diagnosis({ url: `${server.url}/users` })).toMatchObject({
        cause: 'rate-limited',
        transient: true,
        summary: `127.0.0.1:${server.port} answered 429 to GET ${server.url}/users: too many requests, and asks to wait for 7 s.`,
        advice: expect.arrayContaining(['Send nothing more for 7 s.']),
      });
    });

    test('429 through an attached instance has the wait that the report has', async () => {
      server.script({ status: 429, headers: { 'retry-after-ms': '120000' } });
      const api = axios.create({ adapter });
      attachResilience(api);
      const { cause, summary } = diagnose(await rejection(api.get(server.url)));
      expect(cause).toBe('rate-limited');
      expect(summary).toContain('wait for 120 s');
    });

    test('429 that asks for no wait at all is not told to ask for one of 0 ms', async () => {
      server.script({ status: 429, headers: { 'retry-after': '0' } });
      const { summary, advice } = await diagnosis({ url: server.url });
      expect([summary, ...advice].filter((line) => / 0 ms/.test(line))).toEqual([]);
      expect(advice).toContain('Wait longer between requests.');
    });

    test('a wait that was made is not said to be none', async () => {
      server.script({ status: 429, headers: { 'retry-after-ms': '50' } }, 'hang');
      const api = axios.create({ adapter });
      attachResilience(api, { deadline: 300 });
      const { cause, advice } = diagnose(await rejection(api.get(server.url)));
      expect([cause, server.hits.length]).toEqual(['deadline', 2]);
      expect(advice.filter((line) => /did not wait/.test(line))).toEqual([]);
    });

    test('a deadline that passed while a hook was asked is not said to have been too near for the wait', async () => {
      server.script({ status: 429, headers: { 'retry-after-ms': '50' } });
      const api = axios.create({ adapter });
      attachResilience(api, { deadline: 200, retry: { shouldRetry: () => new Promise<boolean>(() => {}) } });
      const { cause, advice } = diagnose(await rejection(api.get(server.url)));
      expect([cause, server.hits.length]).toEqual(['deadline', 1]);
      expect(advice.filter((line) => /did not wait/.test(line))).toEqual([]);
    });

    test.each([
      [408, '120', 'retry-after-too-long', 'longer than `retry.maxRetryAfter` allows'],
      [429, '120', 'retry-after-too-long', 'longer than `retry.maxRetryAfter` allows'],
      [503, '45', 'deadline', 'longer than `deadline` allows'],
    ] as const)(
      '%i with a wait of %s s names the limit that kept the call from waiting: %s',
      async (status, wait, ended, limit) => {
        server.script({ status, headers: { 'retry-after': wait } });
        const api = axios.create({ adapter });
        attachResilience(api);
        const error = await rejection(api.get(server.url));
        expect(reportOf(error)?.ended).toBe(ended);
        expect(diagnose(error).advice).toContainEqual(expect.stringContaining(limit));
      },
    );

    test.each([
      [400, 'client-error', false],
      [401, 'client-error', false],
      [404, 'client-error', false],
      [408, 'client-error', true],
      [500, 'server-error', true],
      [501, 'server-error', false],
      [503, 'server-error', true],
      [504, 'server-error', true],
      [302, 'unknown', false],
    ])('%i is %s', async (status, cause, transient) => {
      server.script(status);
      const found = await diagnosis({ url: server.url, maxRedirects: 0, fetchOptions: { redirect: 'manual' } });
      expect(found).toMatchObject({ cause, transient, summary: expect.stringContaining(`answered ${status}`) });
    });

    test('a redirect to a host that does not answer well, or at all: it is named, not the one that sent there', async () => {
      const other = await flakyServer(503);
      open.push(other);
      const at = other.url.replace('http://', '');
      server.script(({ url }, res) => {
        const port = url === '/closed' ? closed : other.port;
        res.writeHead(302, { location: `http://127.0.0.1:${port}/` }).end();
      });
      const refused = await diagnosis({ url: `${server.url}/closed` });
      expect(refused.summary).toContain(`Nothing accepts connections at 127.0.0.1:${closed} (`);
      expect(refused.advice.join('\n')).toContain(`nc -vz 127.0.0.1 ${closed}`);
      if (adapter === 'fetch') return; // Its answers do not say where they came from.
      const failed = await diagnosis({ url: `${server.url}/users?key=secret` });
      expect(failed.summary).toBe(`${at} answered 503 to GET ${server.url}/users?key=REDACTED.`);
      expect(failed.advice.join('\n')).toContain(`Compare: curl -vL ${server.url}/users`);
      other.script('cut');
      expect((await diagnosis({ url: server.url })).summary).toMatch(`${at} broke off in the middle`);
    });

    test('a redirect loop', async () => {
      server.script({ status: 302, headers: { location: '/again' } });
      const { cause, transient, summary } = await diagnosis({ url: `${server.url}/again` });
      expect({ cause, transient }).toEqual({ cause: 'redirect-loop', transient: false });
      expect(summary).toContain(`GET ${server.url}/again was redirected too often`);
    });

    test('a redirect to nowhere', async () => {
      server.script({ status: 302, headers: { location: 'http://[broken/' } });
      const { cause, summary } = await diagnosis({ url: server.url });
      expect(cause).toBe('bad-url');
      expect(summary).toContain('"http://[broken/"');
    });

    if (adapter === 'http') {
      test('a redirect to a protocol that is not HTTP', async () => {
        server.script({ status: 302, headers: { location: 'ftp://a.test/' } });
        const { cause, summary } = await diagnosis({ url: server.url });
        expect(cause).toBe('bad-url');
        expect(summary).toContain('was redirected to a URL, which cannot be requested: its protocol is not supported');
      });

      test.each([5, 0])('a file, whose protocol is not that of a proxy; redirects: %p', async (maxRedirects) => {
        const { cause, summary } = await diagnosis({ url: 'file:///etc/hosts', maxRedirects });
        expect([cause, summary.includes('proxy')]).toEqual(['bad-url', false]);
      });

      test.each(['redirect to a private address refused', 'Invalid URL: private', 'Unsupported protocol, or so'])(
        'a redirect that the caller’s own function refuses: %s',
        async (refusal) => {
          server.script({ status: 302, headers: { location: '/elsewhere' } });
          const beforeRedirect = () => {
            throw new Error(refusal);
          };
          const { cause, transient, summary, advice } = await diagnosis({ url: server.url, beforeRedirect });
          expect({ cause, transient }).toEqual({ cause: 'unknown', transient: false });
          expect(summary).toBe(`GET ${server.url}/ was redirected, and the redirect was not followed (${refusal}).`);
          expect(advice[0]).toContain('`beforeRedirect`');
          expect(advice.join()).not.toContain('Location');
          expect(server.hits).toHaveLength(1);
        },
      );
    }

    test('an answer larger than maxContentLength', async () => {
      server.script({ status: 200, body: 'x'.repeat(500) });
      const { cause, transient, summary, advice } = await diagnosis({ url: server.url, maxContentLength: 100 });
      expect({ cause, transient }).toEqual({ cause: 'body-too-large', transient: false });
      expect(summary).toContain('maxContentLength size of 100 exceeded');
      expect(advice.join('\n')).toContain("responseType: 'stream'");
    });

    test('a body larger than maxBodyLength', async () => {
      const config = { url: server.url, method: 'post', data: 'x'.repeat(500), maxBodyLength: 100 };
      const { cause, summary } = await diagnosis(config);
      expect(cause).toBe('body-too-large');
      expect(summary).toContain('The body of POST');
    });

    test('an answer that does not parse: nothing of it is quoted', async () => {
      server.script({ status: 200, body: '<html>"secret" page' });
      const transitional = { silentJSONParsing: false };
      const found = await diagnosis({ url: server.url, responseType: 'json', transitional });
      expect(found).toMatchObject({ cause: 'unknown', transient: false });
      expect(found.summary).toContain('its body is not what the request expects (SyntaxError)');
      expect(JSON.stringify(found)).not.toMatch(/secret|<html/);
    });

    test.each(['gzip', 'br'])('an answer that is not in %s, though it says so', async (encoding) => {
      const body = '<html><body>not compressed at all</body></html>';
      server.script({ status: 200, headers: { 'content-encoding': encoding }, body });
      const found = await diagnosis({ url: server.url });
      expect(found).toMatchObject({ cause: 'unknown', transient: false });
      expect(found.summary).toContain('its body is not in the compression that its Content-Encoding names');
    });
  });

  describe('on this side', () => {
    test.each([
      ['http://[broken/', '"http://[broken/"'],
      ['/users', '"/users"'],
      ['http://127.0.0.1:99999/', '99999'],
      ['ftp://127.0.0.1/', 'its protocol is not supported'],
    ])('a URL that leads nowhere: %s', async (url, part) => {
      const { cause, transient, summary } = await diagnosis({ url });
      expect({ cause, transient }).toEqual({ cause: 'bad-url', transient: false });
      expect(summary).toContain(part);
    });

    test('a URL with a variable that was not set', async () => {
      const { advice } = await diagnosis({ url: 'undefined/users' });
      expect(advice[0]).toContain('A variable in it was not set');
    });

    test.each(['localhost:3000/api', 'api.example.test:8080'])('a URL without http://: %s', async (url) => {
      const { cause, summary } = await diagnosis({ url });
      expect(cause).toBe('bad-url');
      expect(summary).toContain(
        'its protocol is not supported: without http:// before it, the name of a host is read as one',
      );
      expect((await diagnosis({ url: 'ftp://127.0.0.1/' })).summary).not.toContain('without http://');
    });

    if (adapter === 'fetch') {
      test('a redirect to a port that fetch refuses: the first one is not blamed alone', async () => {
        server.script({ status: 302, headers: { location: 'http://127.0.0.1:1/' } });
        const { cause, summary, advice } = await diagnosis({ url: `${server.url}/a` });
        expect(cause).toBe('bad-url');
        expect(summary).toContain('fetch refuses to call this port, or that of a redirect');
        expect(advice[0]).toBe(`See whether a redirect leads to such a port: curl -v ${server.url}/a`);
      });
    }

    test('the body to be sent cannot be read to its end', async () => {
      server.script('hang', 'hang');
      const data = () => new Readable({ read() {} });
      const sources = [
        () => {
          const gone = data();
          setTimeout(() => gone.destroy(Object.assign(new Error('aborted'), { code: 'ECONNRESET' })), 30);
          return gone;
        },
        () => createReadStream('/no/such/file'),
      ];
      for (const source of sources) {
        const found = await diagnosis({ url: server.url, method: 'post', data: source(), maxRedirects: 0 });
        expect(found).toMatchObject({ cause: 'unknown', transient: false });
        expect(found.summary).toMatch(
          new RegExp(`^The body of POST ${server.url}/ broke off on this side, before all of it was sent \\(.+\\)\\.$`),
        );
        expect(found.advice[0]).toContain('the stream given as `data`');
      }
      server.script('reset');
      const lost = await diagnosis({ url: server.url, method: 'post', data: Readable.from(['{}']), maxRedirects: 0 });
      expect(lost.cause).toBe('reset');
    });

    // That of older versions limits no stream.
    if (adapter === 'http') {
      test('the body to be sent is larger than allowed, and destroyed for that', async () => {
        const data = Readable.from(Array.from({ length: 100 }, () => Buffer.alloc(1_000)));
        const found = await diagnosis({ url: server.url, method: 'post', data, maxBodyLength: 10_000 });
        expect(found.cause).toBe('body-too-large');
      });
    }

    test.each(['EMFILE', 'ENFILE'])('the file to be sent cannot be opened: %s', async (code) => {
      const opened = Object.assign(new Error(`${code}: too many open files, open '/a'`), { code, syscall: 'open' });
      const data = new Readable({ read: () => void data.destroy(opened) });
      const { cause, transient, summary } = await diagnosis({ url: server.url, method: 'post', data });
      expect({ cause, transient }).toEqual({ cause: 'too-many-open-files', transient: true });
      expect(summary).toBe(
        `This process has no file descriptor left for the body of POST ${server.url}/ (${code}: too many open files, open '/a').`,
      );
    });

    test('the caller cancels', async () => {
      server.script('hang');
      const { cause, transient } = await diagnosis({ url: server.url, signal: AbortSignal.timeout(30) });
      expect({ cause, transient }).toEqual({ cause: 'canceled', transient: false });
    });

    test('the circuit is open: what opened it is told, too', async () => {
      server.script(503);
      const api = axios.create({ adapter, baseURL: server.url });
      attachResilience(api, { retry: false, breaker: { consecutive: 1, minimumDuration: 0 } });
      await rejection(api.get('/'));
      const { cause, transient, summary, advice } = diagnose(await rejection(api.get('/')));
      expect({ cause, transient }).toEqual({ cause: 'circuit-open', transient: true });
      expect(summary).toMatch(
        new RegExp(
          `^The circuit of ${server.url} is open, so nothing was sent; .*failed before: 127.0.0.1:${server.port} answered 503 to the request`,
        ),
      );
      expect(advice).toContain(`Compare: curl -v ${server.url}/`);
    });

    test('several calls of which none succeeded: the first is told, in its own words', async () => {
      server.script('reset');
      const hung = await flakyServer('hang');
      open.push(hung);
      const reset = send({ url: server.url });
      const late = send({ url: hung.url, timeout: 80 });
      const first = async (...calls: Promise<unknown>[]) => diagnose(await rejection(Promise.any(calls)));
      const ofReset = await first(reset, late);
      expect(ofReset.summary).toMatch(new RegExp(`^127.0.0.1:${server.port} closed .*(hang up|closed)`));
      expect(ofReset.advice.at(-1)).toMatch(/^Other calls failed as well/);
      const ofLate = await first(late, reset);
      expect(ofLate.summary).toMatch(new RegExp(`^127.0.0.1:${hung.port} .*\\(.*80.*exceeded`));
      expect([ofReset.cause, ofLate.cause]).toEqual(['reset', 'read-timeout']);
    });

    test('port 0, which axios does connect to', async () => {
      const { summary, advice } = await diagnosis({ url: 'http://127.0.0.1:0/' });
      expect(`${summary} ${advice.join()}`).not.toMatch(/:80\b| 80\b/);
      expect(summary).toContain('127.0.0.1:0');
    });

    test('the bulkhead is full', async () => {
      server.script('hang');
      const api = axios.create({ adapter, baseURL: server.url });
      attachResilience(api, { retry: false, bulkhead: { limit: 1, queue: 0 }, deadline: 200 });
      const first = rejection(api.get('/'));
      const { cause, transient, summary } = diagnose(await rejection(api.get('/')));
      expect({ cause, transient }).toEqual({ cause: 'bulkhead-full', transient: true });
      expect(summary).toContain(`Bulkhead of ${server.url} is full: 1 in flight, 0 queued`);
      await first;
    });

    test('the deadline passed: the last failure is told, too', async () => {
      server.script(503, 'hang');
      const api = axios.create({ adapter, baseURL: server.url });
      attachResilience(api, { deadline: 150, retry: { backoff: () => 0 } });
      const { cause, transient, summary } = diagnose(await rejection(api.get('/users')));
      expect({ cause, transient }).toEqual({ cause: 'deadline', transient: true });
      expect(summary).toBe(
        `The deadline of 150 ms for GET ${server.url}/users passed; the last failure before that: ` +
          `127.0.0.1:${server.port} answered 503 to GET ${server.url}/users.`,
      );
    });

    test('no file descriptor is left', () => {
      const helper = join(__dirname, '../helpers/out-of-files.ts');
      const script = ['-c', 'ulimit -n 256; exec "$@"', 'sh', process.execPath, '--import', 'tsx', helper];
      const found: (Diagnosis & { adapter: string })[] = JSON.parse(execFileSync('sh', script, { encoding: 'utf8' }));
      expect(found.find((one) => one.adapter === adapter)).toMatchObject({
        cause: 'too-many-open-files',
        transient: true,
        summary: expect.stringMatching(/left for a connection to 127.*connect EMFILE 127\.0\.0\.1/),
        advice: expect.arrayContaining([expect.stringContaining('ulimit -n')]),
      });
    }, 20_000);
  });

  test('neither userinfo, query values, headers nor bodies are in what is said', async () => {
    server.script({ status: 404, body: 'secret', headers: { 'x-answer': 'secret' } });
    const private_ = {
      params: { token: 'secret' },
      headers: { authorization: 'secret' },
      data: 'secret',
      method: 'post',
    };
    const all = [
      await diagnosis({ ...private_, url: `${server.url.replace('//', '//user:secret@')}/?key=secret` }),
      await diagnosis({ ...private_, url: `http://user:secret@127.0.0.1:${closed}/?key=secret` }),
      await diagnosis({ ...private_, url: 'http://user:se/secret@[broken/?key=a secret' }),
      await diagnosis({ ...private_, url: 'user:secret@host/?key=secret' }),
    ];
    expect(all.map(({ summary }) => summary)).not.toContain('');
    expect(JSON.stringify(all)).not.toContain('secret');
  });

  test('what Node prints of an error names the inner cause', async () => {
    const api = axios.create({ adapter, proxy: false });
    attachResilience(api, { retry: false });
    expect(inspect(await rejection(api.get(`http://127.0.0.1:${closed}/`)))).toContain(
      `ECONNREFUSED 127.0.0.1:${closed}`,
    );
  });
});

describe('a port whose SYNs go unanswered', () => {
  let hole: BlackHole;
  beforeAll(async () => {
    hole = await blackHole();
  });
  afterAll(() => hole.close());

  const through = async (adapter: string, policy: Parameters<typeof attachResilience>[1], timeout = 0) => {
    const api = axios.create({ adapter, proxy: false, timeout });
    attachResilience(api, { retry: false, ...policy });
    return diagnose(await rejection(api.get(`http://127.0.0.1:${hole.port}/`)));
  };

  test('is a connect timeout when connectTimeout ends the attempt', async () => {
    const { cause, summary, advice } = await through('http', { connectTimeout: 100 });
    expect(cause).toBe('connect-timeout');
    expect(summary).toContain(`127.0.0.1:${hole.port} stood within the time limit (connectTimeout of 100 ms exceeded`);
    expect(advice[0]).toContain(`nc -vz 127.0.0.1 ${hole.port}`);
  });

  test("is a connect timeout when axios's own timeout ends the request, which never left", async () => {
    const url = `http://127.0.0.1:${hole.port}/`;
    const error = await rejection(axios({ url, adapter: 'http', proxy: false, timeout: 100 }));
    expect(diagnose(error)).toMatchObject({ cause: 'connect-timeout', transient: true });
  });

  test('is a connect timeout when attemptTimeout ends the request, which never left', async () => {
    const { cause, summary } = await through('http', { attemptTimeout: 100, connectTimeout: false });
    expect(cause).toBe('connect-timeout');
    expect(summary).toContain('attemptTimeout of 100 ms exceeded');
  });

  test('is a read timeout to fetch, which knows no more; the advice says so', async () => {
    const { cause, summary, advice } = await through('fetch', { attemptTimeout: 100, connectTimeout: false });
    expect(cause).toBe('read-timeout');
    expect(summary).toContain('attemptTimeout of 100 ms exceeded');
    expect(advice.join('\n')).toContain(`It may also be that no connection stood: nc -vz 127.0.0.1 ${hole.port}`);
  });
});

test('a server that wants a client certificate says so to the http adapter; fetch is only told of the end', async () => {
  const authority = certificateAuthority();
  const port = await tlsPort({ ...authority.issue('localhost'), requestCert: true });
  authority.close();
  connectingWith({ ca: authority.ca });
  const url = `https://localhost:${port}/`;
  const byHttp = diagnose(await rejection(axios({ url, adapter: 'http', proxy: false })));
  expect(byHttp).toMatchObject({ cause: 'tls-certificate', transient: false });
  expect(byHttp.summary).toContain(`localhost:${port} wants a client certificate`);
  expect(byHttp.advice[0]).toContain('`cert` and `key`');
  expect(byHttp.advice.join('\n')).not.toMatch(switchesOff);
  const byFetch = diagnose(await rejection(axios({ url, adapter: 'fetch' })));
  expect(byFetch.cause).toBe('reset');
  expect(byFetch.advice.join('\n')).toContain('client certificate');
  expect(byFetch.advice.join('\n')).not.toMatch(switchesOff);
});

describe('a proxy', () => {
  const url = 'http://127.0.0.1:9/users';
  ownEnvironment();

  test('that is configured, but not there', async () => {
    const port = await deadPort();
    const proxy = { host: '127.0.0.1', port, auth: { username: 'user', password: 'secret' } };
    const { cause, transient, summary, advice } = diagnose(await rejection(axios({ url, adapter: 'http', proxy })));
    expect({ cause, transient }).toEqual({ cause: 'proxy', transient: true });
    expect(summary).toContain(
      `The proxy 127.0.0.1:${port}, by which GET ${url} was to go, cannot be used (connect ECONN`,
    );
    expect(advice.join('\n')).toMatch(/NO_PROXY[\s\S]*nc -vz 127\.0\.0\.1[\s\S]*proxy: false/);
    expect(advice.join('\n')).not.toContain('secret');
  });

  test.each(['http', 'https'])('that the environment names for %s, but is not there', async (scheme) => {
    const port = await deadPort();
    Object.assign(process.env, {
      [`${scheme}_proxy`]: `http://user:secret@localhost:${port}`,
      no_proxy: '',
      NO_PROXY: '',
    });
    const found = diagnose(await rejection(axios({ url: url.replace('http', scheme), adapter: 'http' })));
    expect(found.cause).toBe('proxy');
    expect(found.summary).toContain(`The proxy localhost:${port}`);
    expect(JSON.stringify(found)).not.toContain('secret');
  });

  test('that wants to know who asks', async () => {
    const proxy = await flakyServer(407);
    const config = { url, adapter: 'http', proxy: { host: '127.0.0.1', port: proxy.port } };
    const { cause, transient, summary } = diagnose(await rejection(axios(config)));
    expect({ cause, transient }).toEqual({ cause: 'proxy', transient: false });
    expect(summary).toBe(`The proxy 127.0.0.1:${proxy.port} wants to know who asks: it answered 407 to GET ${url}.`);
    await proxy.close();
  });

  test.each([{ auth: { username: 'user', password: 'secret' } }, { username: 'user', password: 'secret' }])(
    'that does not accept the user and password given: %p',
    async (credentials) => {
      const server = await flakyServer(407);
      open.push(server);
      const proxy = { host: '127.0.0.1', port: server.port, ...credentials } as AxiosProxyConfig;
      const found = diagnose(await rejection(axios({ url, adapter: 'http', proxy })));
      expect(found).toMatchObject({ cause: 'proxy', transient: false });
      expect(found.summary).toContain('does not accept the user and password that it was given');
      expect(found.advice.join()).not.toMatch(/^Give its user|secret/);
    },
  );

  test('that never answers is named beside the server', async () => {
    const server = await flakyServer('hang');
    open.push(server);
    const proxy = { host: '127.0.0.1', port: server.port };
    const found = diagnose(await rejection(axios({ url, adapter: 'http', proxy, timeout: 80 })));
    expect(found.cause).toBe('read-timeout');
    expect(found.summary).toContain(`127.0.0.1:9, by the proxy 127.0.0.1:${server.port}, sent no answer to GET ${url}`);
    expect(found.advice.join('\n')).toContain(`The proxy 127.0.0.1:${server.port}, on the way, may have done that`);
  });

  test('that speaks no TLS, though its protocol says so', async () => {
    const server = await flakyServer(200);
    open.push(server);
    const proxy = { protocol: 'https', host: '127.0.0.1', port: server.port };
    const found = diagnose(await rejection(axios({ url, adapter: 'http', proxy })));
    expect(found).toMatchObject({ cause: 'proxy', transient: false });
    expect(found.summary).toContain(
      `The proxy 127.0.0.1:${server.port}, by which GET ${url} was to go, cannot be used`,
    );
    expect(found.advice[0]).toBe(
      'It does not answer in TLS: make its URL, or the `protocol` of `proxy`, http, even for https targets.',
    );
  });

  test.each([
    [403, false],
    [502, true],
  ])(
    'that answers CONNECT with %i; axios before 1.16 makes no tunnel, and speaks TLS to it',
    async (status, transient) => {
      const asked: unknown[] = [];
      const port = await listening(
        http.createServer().on('connect', (req, socket) => {
          asked.push(req.url);
          socket.end(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\n\r\n`);
        }),
      );
      const proxy = { host: '127.0.0.1', port };
      const found = diagnose(await rejection(axios({ url: 'https://127.0.0.1:9/users', adapter: 'http', proxy })));
      const tunnel = { cause: 'proxy', transient, summary: expect.stringContaining(`answered ${status} to CONNECT`) };
      expect(found).toMatchObject(asked.length ? tunnel : { cause: 'tls-protocol', transient: false });
    },
  );

  test('of an agent that hangs up: the server is not taken for it', async () => {
    const port = await listening(net.createServer((socket) => socket.once('data', () => socket.end())));
    const httpsAgent = new HttpsProxyAgent(`http://127.0.0.1:${port}`);
    const found = diagnose(
      await rejection(axios({ url: 'https://127.0.0.1:9/', adapter: 'http', httpsAgent, proxy: false })),
    );
    expect(found).toMatchObject({ cause: 'proxy', transient: true });
    expect(found.advice.join('\n')).toContain(`curl -v -x http://127.0.0.1:${port} https://127.0.0.1:9`);
    expect(found.advice.join('\n')).not.toMatch(/nc -vz 127.0.0.1 9\b|-x https/);
  });

  test.each([
    ['HTTP_PROXY', 'socks5://user:s3cret@127.0.0.1:4', 'is socks5://127.0.0.1:4, and axios speaks to http:// and'],
    ['http_proxy', 'socks5://user:s3cret@127.0.0.1:4', 'is socks5://127.0.0.1:4, and axios speaks to http:// and'],
    ['HTTP_PROXY', 'http://user:s3cret@[bad', 'is not a URL'],
    ['ALL_PROXY', 'user:s3cret@[bad', 'is not a URL'],
  ])('that the environment names in %s as %s, which axios cannot use', async (variable, value, flaw) => {
    process.env[variable] = value;
    for (const maxRedirects of [5, 0]) {
      const found = diagnose(await rejection(axios({ url, adapter: 'http', maxRedirects })));
      expect(found).toMatchObject({ cause: 'proxy', transient: false });
      expect(found.summary).toMatch(/^(GET \S+|The request) cannot go by the proxy that is set: /);
      expect(found.summary).toContain(`${variable} ${flaw}`);
      expect(found.advice[0]).toMatch(/^Write it as http:\/\/host:port/);
      expect(JSON.stringify(found)).not.toContain('s3cret');
    }
  });

  test('option that names no HTTP proxy', async () => {
    const proxy = { protocol: 'socks5', host: '127.0.0.1', port: 4, auth: { username: 'user', password: 's3cret' } };
    const api = axios.create({ adapter: 'http', proxy });
    attachResilience(api, { retry: false });
    const found = diagnose(await rejection(api.get(url)));
    expect(found).toMatchObject({ cause: 'proxy', transient: false });
    expect(found.summary).toContain(
      'the `proxy` is one for socks5://, and axios speaks to http:// and https:// proxies',
    );
    expect(JSON.stringify(found)).not.toContain('s3cret');
  });

  test('of the environment to which TLS is spoken, but which speaks none', async () => {
    const port = await listening(net.createServer((socket) => socket.once('data', () => socket.end())));
    process.env.HTTP_PROXY = `https://127.0.0.1:${port}`;
    const found = diagnose(await rejection(axios({ url, adapter: 'http' })));
    expect(found.cause).toBe('proxy');
    expect(found.summary).toContain(`The proxy 127.0.0.1:${port}, by which GET ${url} was to go, cannot be used`);
  });

  test('is not blamed for a URL of the request that is none', async () => {
    process.env.HTTP_PROXY = 'http://[bad';
    const found = diagnose(await rejection(axios({ url: 'http://[worse', adapter: 'http' })));
    expect(found.cause).toBe('bad-url');
  });

  test('that is set, but not used: the server itself refuses', async () => {
    process.env.http_proxy = 'http://127.0.0.1:3128';
    const port = await deadPort();
    const error = await rejection(axios({ url: `http://127.0.0.1:${port}/`, adapter: 'http', proxy: false }));
    expect(diagnose(error).cause).toBe('connection-refused');
  });
});
