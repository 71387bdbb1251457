import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import tls from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type CertificateAuthority, certificateAuthority } from '../helpers/certificates.js';
import { diagnosis } from '../helpers/command.js';
import { ownEnvironment } from '../helpers/environment.js';
import { deadPort, type FlakyServer, flakyServer } from '../helpers/flaky-server.js';
import { ownServers } from '../helpers/own-servers.js';

ownEnvironment();
const { listening, sockets } = ownServers();

/** Notes what it is asked to connect to, and by whom; connects to 127.0.0.1, whatever the name. */
function tunnelling<S extends net.Server>(server: S, seen: unknown[]): S {
  return server.on('connect', (req: http.IncomingMessage, client: net.Socket) => {
    seen.push({ to: req.url, auth: req.headers['proxy-authorization'], bearer: req.headers.authorization });
    const upstream = net.connect(Number(req.url?.split(':')[1]), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.pipe(client).pipe(upstream);
    });
    sockets.add(upstream);
    upstream.on('error', () => client.destroy());
  });
}

afterEach(() => {
  jest.restoreAllMocks();
});

describe('a proxy from the environment', () => {
  let server: FlakyServer;
  let authority: CertificateAuthority;
  let trusted: (options: tls.ConnectionOptions) => tls.TLSSocket;
  beforeAll(async () => {
    server = await flakyServer();
    authority = certificateAuthority();
    const connect = tls.connect as (options: tls.ConnectionOptions) => tls.TLSSocket;
    trusted = (options) => connect({ ...options, ca: authority.ca });
  });
  afterAll(() => {
    authority.close();
    return server.close();
  });
  const trust = () => jest.spyOn(tls, 'connect').mockImplementation(trusted as never);

  test('that is not there', async () => {
    const port = await deadPort();
    process.env.HTTP_PROXY = `http://user:hunter22@127.0.0.1:${port}`;
    const found = await diagnosis('http://api.example.invalid/');
    expect(found).toMatchObject({ code: 2, cause: 'proxy' });
    expect(found.summary).toContain(`The proxy 127.0.0.1:${port}, by which GET http://api.example.invalid/ was to go`);
    expect(found.text).not.toContain('hunter22');
  });

  test('whose name does not exist', async () => {
    process.env.HTTPS_PROXY = 'http://no-such-proxy.invalid:3128';
    const found = await diagnosis('https://api.example.invalid/');
    expect(found).toMatchObject({ code: 2, cause: 'proxy' });
    expect(found.summary).toContain('no-such-proxy.invalid');
  });

  test.each([
    ['http', 'answers the request with 407', 2],
    ['https', 'answers the tunnel with 407', 2],
  ])('that wants a password: %s, which %s', async (scheme, _, code) => {
    const port = await listening(
      http
        .createServer((_req, res) => res.writeHead(407).end())
        .on('connect', (_req, socket) => socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n')),
    );
    process.env[`${scheme}_proxy`] = `http://127.0.0.1:${port}`;
    const found = await diagnosis(`${scheme}://api.example.invalid/`);
    expect(found).toMatchObject({ code, cause: 'proxy' });
    expect(found.summary).toContain(`The proxy 127.0.0.1:${port} wants to know who asks`);
  });

  test('that does not accept the password that it is given', async () => {
    server.script(407);
    process.env.http_proxy = `http://user:hunter22@127.0.0.1:${server.port}`;
    const found = await diagnosis('http://api.example.invalid/');
    expect(found).toMatchObject({ code: 2, cause: 'proxy' });
    expect(found.summary).toContain('does not accept the user and password that it was given: it answered 407');
    expect(found.text).not.toContain('hunter22');
  });

  test('that refuses the tunnel', async () => {
    const port = await listening(
      http.createServer().on('connect', (_req, socket) => socket.end('HTTP/1.1 403 no\u009B2J\r\n\r\n')),
    );
    process.env.HTTPS_PROXY = `http://127.0.0.1:${port}`;
    const found = await diagnosis('https://api.example.invalid/');
    expect(found).toMatchObject({ code: 2, cause: 'proxy' });
    expect(found.summary).toContain('made no tunnel for GET https://api.example.invalid/: it answered 403 to CONNECT');
    expect(found.transient).toBe(false);
    expect(found.steps.tls?.outcome).toBe('skipped');
  });

  test('that does not answer', async () => {
    process.env.HTTPS_PROXY = `http://127.0.0.1:${await listening(net.createServer())}`;
    const found = await diagnosis('https://api.example.invalid/', '--timeout', '100');
    expect(found).toMatchObject({ code: 2, cause: 'proxy' });
    expect(found.summary).toContain('not within 100 ms');
  });

  test('that passes plain requests on: it gets its own password, and the request', async () => {
    server.script((req, res) => res.writeHead(502, `not with hunter222 ${req.headers['proxy-authorization']}`).end());
    process.env.http_proxy = `http://user:hunter%3222@127.0.0.1:${server.port}`;
    const found = await diagnosis('http://api.example.invalid/users');
    expect(found).toMatchObject({ code: 1, cause: 'server-error' });
    expect(server.hits.at(-1)).toMatchObject({
      url: 'http://api.example.invalid/users',
      headers: { 'proxy-authorization': `Basic ${Buffer.from('user:hunter222').toString('base64')}` },
    });
    expect(found.steps.proxy?.lines).toEqual([
      `http://127.0.0.1:${server.port}, by http_proxy, with a user name and password`,
      'the proxy looks api.example.invalid up, not this machine',
    ]);
    expect(found.steps.http?.facts.statusText).toBe('not with REDACTED Basic REDACTED');
    expect(found.text).not.toContain('hunter');
  });

  test.each(['http', 'https'])(
    'that tunnels, itself over %s: the server gets the header, the proxy its password',
    async (scheme) => {
      trust();
      const seen: unknown[] = [];
      const certificate = authority.issue('localhost');
      const proxy = scheme === 'https' ? https.createServer(certificate) : http.createServer();
      const port = await listening(tunnelling(proxy, seen));
      const got: http.IncomingHttpHeaders[] = [];
      const target = await listening(
        https.createServer(certificate, (req, res) => {
          got.push(req.headers);
          res.end('{}');
        }),
      );
      process.env.HTTPS_PROXY = `${scheme}://user:hunter22@localhost:${port}`;
      const found = await diagnosis(`https://localhost:${target}/`, '--header', 'Authorization: Bearer hunter23');
      expect(found).toMatchObject({ code: 0, cause: null });
      expect(seen).toEqual([
        {
          to: `localhost:${target}`,
          auth: `Basic ${Buffer.from('user:hunter22').toString('base64')}`,
          bearer: undefined,
        },
      ]);
      expect(got[0]?.authorization).toBe('Bearer hunter23');
      expect(got[0]?.['proxy-authorization']).toBeUndefined();
      expect(found.steps.tls?.facts.subject).toBe('localhost');
      expect(found.notes[0]).toBe(
        'The URL is of this machine, yet the proxy is asked for it: NO_PROXY should name it.',
      );
      expect(found.text).not.toContain('hunter2');
    },
  );

  test('that speaks TLS, and passes a plain request on', async () => {
    trust();
    const got: (string | undefined)[] = [];
    const port = await listening(
      https.createServer(authority.issue('localhost'), (req, res) => {
        got.push(req.url);
        res.end('{}');
      }),
    );
    process.env.HTTP_PROXY = `https://localhost:${port}`;
    const found = await diagnosis('http://api.example.invalid/users');
    expect(found).toMatchObject({ code: 0, steps: { tunnel: { lines: ['TLS to the proxy stands'] } } });
    expect(got).toEqual(['http://api.example.invalid/users']);
  });

  test('that NO_PROXY rules out', async () => {
    server.script(200);
    Object.assign(process.env, { HTTP_PROXY: 'http://203.0.113.9:3128', NO_PROXY: 'a.test, 127.0.0.0/8' });
    const found = await diagnosis(server.url);
    expect(found.code).toBe(0);
    expect(found.steps.proxy?.lines).toEqual(['not used: HTTP_PROXY is set, but NO_PROXY has 127.0.0.0/8']);
  });

  test('that cannot be used: of another protocol, or no URL', async () => {
    for (const value of ['socks5://user:hunter22@127.0.0.1:1080', 'http://user:hunter22@:80:80']) {
      process.env.all_proxy = value;
      const found = await diagnosis('http://api.example.invalid/');
      expect(found).toMatchObject({ code: 2, cause: 'proxy', transient: false });
      expect(found.advice.join('\n')).toMatch(
        /http:\/\/host:port[\s\S]*curl -v -x PROXY http:\/\/api\.example\.invalid:80/,
      );
      expect(found.advice.join('\n')).not.toMatch(/nc -vz/);
      expect(found.text).not.toContain('hunter');
      expect(found.steps.tcp?.outcome).toBe('skipped');
    }
  });

  test('its traps are noted: no scheme, and one variable in two spellings', async () => {
    const port = await listening(net.createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')));
    Object.assign(process.env, { https_proxy: `127.0.0.1:${port}`, HTTPS_PROXY: 'http://other.test' });
    const found = await diagnosis('https://api.example.invalid/');
    expect(found).toMatchObject({ code: 2, cause: 'proxy', transient: false });
    expect(found.advice[0]).toMatch(/^It does not answer in TLS/);
    expect(found.notes.slice(0, 2)).toEqual([
      'https_proxy and HTTPS_PROXY are set, and differ: axios takes https_proxy.',
      'https_proxy has no scheme, so that axios speaks TLS to the proxy: write http:// before it if it should not.',
    ]);
  });
});
