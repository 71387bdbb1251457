import dns from 'node:dns';
import https from 'node:https';
import net from 'node:net';
import tls from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import axios from 'axios';
import { attachResilience } from 'axios-resilience';
import { type BlackHole, blackHole } from '../helpers/black-hole.js';
import { type Certificate, type CertificateAuthority, certificateAuthority } from '../helpers/certificates.js';
import { command, diagnosis } from '../helpers/command.js';
import { ownEnvironment } from '../helpers/environment.js';
import { deadPort, type FlakyServer, flakyServer, requestsIn } from '../helpers/flaky-server.js';
import { ownServers } from '../helpers/own-servers.js';
import { eventually } from '../helpers/settled.js';

ownEnvironment();
const { listening, sockets } = ownServers();

/** Writes these bytes to whoever has sent something. */
const raw = (...parts: (string | Buffer)[]) =>
  net.createServer((socket) => socket.once('data', () => parts.forEach((part) => void socket.write(part))));

afterEach(() => {
  jest.restoreAllMocks();
});

const outcomes = ({ steps }: { steps: Readonly<Record<string, { outcome: string }>> }) =>
  Object.entries(steps).map(([name, { outcome }]) => `${name} ${outcome}`);

describe('over plain HTTP', () => {
  let server: FlakyServer;
  beforeAll(async () => {
    server = await flakyServer();
  });
  afterAll(() => server.close());

  test('a healthy server: every step is seen, one request is sent, and no connection is left', async () => {
    server.script({ status: 200, body: 'hello' });
    const { code, out, err } = await command(['diagnose', `http://localhost:${server.port}/users?key=abc123`]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const lines = out
      .split('\n')
      .map((line) => line.replace(/\d+ ms/g, 'N ms').replaceAll(String(server.port), 'PORT'));
    expect(lines).toEqual(
      expect.arrayContaining([
        'GET http://localhost:PORT/users?key=REDACTED',
        'ok       url         http, localhost, port PORT',
        'ok       proxy       none: neither HTTP_PROXY nor ALL_PROXY is set',
        'ok       dns         IPv4: 127.0.0.1, N ms',
        'ok       http        200 OK, N ms',
        '                     5 bytes of body, N ms',
        'ok       limits      none told',
        'healthy: GET http://localhost:PORT/users?key=REDACTED is answered: 200.',
      ]),
    );
    expect(requestsIn(server.hits)).toEqual(['GET /users?key=abc123']);
    await eventually(() => server.openSockets === 0);
  });

  test('HEAD and given headers are sent', async () => {
    server.script(204);
    await diagnosis(server.url, '--method', 'head', '--header', 'X-Tenant: seven', '--header', 'user-agent: mine');
    const { method, headers } = server.hits.at(-1) ?? {};
    expect(method).toBe('HEAD');
    expect(headers).toMatchObject({ 'x-tenant': 'seven', 'user-agent': 'mine' });
  });

  test('429 with Retry-After: the wait is told, and the way goes on to the limits', async () => {
    server.script({
      status: 429,
      headers: { 'retry-after': '90', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '90' },
    });
    const found = await diagnosis(server.url);
    expect({ code: found.code, cause: found.cause }).toEqual({ code: 1, cause: 'rate-limited' });
    expect(found.summary).toContain('asks to wait for 90 s');
    expect(found.steps.limits?.facts).toEqual({
      fields: { 'retry-after': '90', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '90' },
      retryAfterMs: 90_000,
    });
    expect(found.notes.join()).toMatch(/left alone for 90 s.*longer than maxRetryAfter, 60 s/);
  });

  test('rate limits of a good answer', async () => {
    server.script({
      status: 200,
      headers: { ratelimit: '"default";r=12;t=30', 'ratelimit-policy': '"default";q=100' },
    });
    const { code, steps } = await diagnosis(server.url);
    expect(code).toBe(0);
    expect(steps.limits?.lines).toEqual(['ratelimit: "default";r=12;t=30', 'ratelimit-policy: "default";q=100']);
  });

  test.each([
    [
      200,
      { 'ratelimit-remaining': '0', 'ratelimit-reset': '30' },
      'attachResilience holds no call back for that after a 200.',
    ],
    [404, { 'retry-after': '90' }, 'attachResilience holds no call back for that after a 404.'],
    [
      500,
      { 'retry-after': '30' },
      'attachResilience heeds that for the call itself, if it is sent again, and holds no other back.',
    ],
    [503, { 'retry-after': '30' }, 'attachResilience heeds that.'],
  ])('a wait that comes with %i is heeded as the note says', async (status, headers, heeded) => {
    server.script({ status, headers });
    const [note = '', ...others] = (await diagnosis(server.url)).steps.limits?.notes ?? [];
    expect(note).toMatch(/^The server asks to be left alone for \d+ s; /);
    expect(note.endsWith(`; ${heeded}`)).toBe(true);
    expect(others).toEqual([]);
    server.script({ status, headers }, 200);
    const api = axios.create({ proxy: false, validateStatus: null });
    let coolDowns = 0;
    attachResilience(api, { retry: false, hooks: { onCoolDown: () => void coolDowns++ } });
    await api.get(server.url);
    expect(coolDowns).toBe(heeded === 'attachResilience heeds that.' ? 1 : 0);
  });

  test('port 0 is not taken for the usual one', async () => {
    const found = await diagnosis('http://127.0.0.1:0/');
    expect(found).toMatchObject({ code: 2, cause: 'connection-refused', steps: { url: { facts: { port: 0 } } } });
    expect(found.summary).toContain('at 127.0.0.1:0 (');
    expect(found.notes[0]).toMatch(/^Nothing can listen on port 0/);
  });

  test.each([
    [503, 'server-error'],
    [404, 'client-error'],
    [401, 'client-error'],
  ])('%i', async (status, cause) => {
    server.script({ status });
    const { code, out } = await command(['diagnose', server.url]);
    expect(code).toBe(1);
    expect(out).toContain(`failed   http        ${status} `);
    expect(out).toContain(`\n${cause}: 127.0.0.1:${server.port} answered ${status} to GET ${server.url}/`);
  });

  test('nothing listens', async () => {
    const port = await deadPort();
    const found = await diagnosis(`http://127.0.0.1:${port}/`);
    expect(found).toMatchObject({ code: 2, cause: 'connection-refused' });
    expect(outcomes(found)).toEqual([
      'url ok',
      'proxy ok',
      'tcp failed',
      'http skipped',
      'keep-alive skipped',
      'limits skipped',
    ]);
  });

  test('a name that does not exist', async () => {
    const found = await diagnosis('http://no-such-host.invalid/');
    expect(found.code).toBe(2);
    expect(found.cause).toMatch(/^dns(-temporary)?$/);
    expect(found.summary).toContain('no-such-host.invalid');
  });

  test('a server that closes before it answers', async () => {
    server.script('reset');
    expect(await diagnosis(server.url)).toMatchObject({ code: 2, cause: 'reset' });
  });

  test('an answer that breaks off', async () => {
    server.script('cut');
    expect(await diagnosis(server.url)).toMatchObject({ code: 1, cause: 'body-cut-off' });
  });

  test('an answer of which more came than was to come, which axios does not take', async () => {
    const port = await listening(raw('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelloEXTRA'));
    const found = await diagnosis(`http://127.0.0.1:${port}/`);
    expect(found).toMatchObject({
      code: 1,
      cause: 'unknown',
      steps: { http: { facts: { bytes: 5, complete: true } } },
    });
    expect(found.summary).toContain('is not HTTP as this side understands it (Parse Error');
  });

  test('no answer in time', async () => {
    server.script('hang');
    const found = await diagnosis(server.url, '--timeout', '100');
    expect(found).toMatchObject({ code: 2, cause: 'read-timeout' });
    expect(found.summary).toContain(`127.0.0.1:${server.port} sent no answer to GET`);
    expect(found.summary).toContain('timeout of 100 ms exceeded');
  });

  test('IPv6', async () => {
    const port = await listening(raw('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'), '::1');
    const { code, steps } = await diagnosis(`http://[::1]:${port}/`);
    expect(code).toBe(0);
    expect(steps.tcp?.lines[0]).toMatch(`[::1]:${port}: connected`);
  });

  test('what is odd about a URL is noted', async () => {
    server.script(200);
    const { notes } = await diagnosis(`${server.url}/api//users/undefined`);
    expect(notes.join()).toMatch(/a variable may not have been set.*two slashes in a row/);
  });

  test('credentials that would go in clear text are noted', async () => {
    names((family) => dnsError(family === 4 ? 'ENOTFOUND' : 'EAI_AGAIN'));
    const { notes } = await diagnosis('http://api.example.invalid:443/', '--header', 'Cookie: session=hunter22');
    expect(notes).toEqual(['Port 443 mostly speaks https.', 'Cookie will go over the network in clear text.']);
  });
});

/** The resolver's answer for each family, in this test. */
function names(answer: (family: 4 | 6) => string[] | Error | undefined) {
  const lookup = (_: string, { family }: { family: 4 | 6 }) => {
    const found = answer(family);
    if (!found) return new Promise(() => {});
    if (found instanceof Error) return Promise.reject(found);
    return Promise.resolve(found.map((address) => ({ address, family })));
  };
  jest.spyOn(dns.promises, 'lookup').mockImplementation(lookup as never);
}

const dnsError = (code: string) =>
  Object.assign(new Error(`getaddrinfo ${code} api.example.invalid`), {
    code,
    syscall: 'getaddrinfo',
    hostname: 'api.example.invalid',
  });

describe('names and addresses', () => {
  test('one family is enough; an address that cannot be connected to is noted', async () => {
    const port = await listening(raw('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'));
    names((family) => (family === 4 ? ['127.0.0.1'] : dnsError('ENOTFOUND')));
    expect(await diagnosis(`http://api.example.invalid:${port}/`)).toMatchObject({
      code: 0,
      steps: { tcp: { outcome: 'ok' } },
    });
    names((family) => (family === 4 ? ['127.0.0.1'] : ['::1']));
    const { code, steps, notes } = await diagnosis(`http://api.example.invalid:${port}/`);
    expect(code).toBe(0);
    expect(steps.dns?.facts).toEqual({ ipv4: ['127.0.0.1'], ipv6: ['::1'] });
    expect(steps.tcp?.lines[1]).toMatch(/^\[::1\]:\d+: connect ECONNREFUSED ::1:/);
    expect(notes[0]).toMatch(/^1 of 2 addresses cannot be connected to/);
  });

  test('no connection is left open, of several that stand', async () => {
    const port = await listening(raw('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'), '0.0.0.0');
    names((family) => (family === 4 ? ['127.0.0.1', '127.0.0.2', '127.0.0.3'] : []));
    expect(await diagnosis(`http://api.example.invalid:${port}/`)).toMatchObject({ code: 0 });
    await eventually(() => sockets.size === 3 && [...sockets].every(({ destroyed }) => destroyed));
  });

  test('of many addresses the first eight are tried', async () => {
    const port = await deadPort();
    names((family) => Array.from({ length: 100 }, (_, i) => (family === 4 ? `127.0.0.${i + 1}` : `::${i + 1}`)));
    const { code, steps } = await diagnosis(`http://api.example.invalid:${port}/`);
    expect(code).toBe(2);
    expect(steps.tcp?.lines).toHaveLength(9);
    expect(steps.tcp?.lines[8]).toBe('192 more, not tried');
  });

  test.each([
    ['no resolver', () => dnsError('EAI_AGAIN')],
    ['a resolver that never answers', () => undefined],
  ])('%s', async (_name, answer) => {
    names(answer);
    const found = await diagnosis('http://api.example.invalid/', '--timeout', '50');
    expect(found).toMatchObject({ code: 2, cause: 'dns-temporary' });
    expect(found.summary).toContain('api.example.invalid');
  });
});

describe('a connection that is not answered', () => {
  let hole: BlackHole;
  beforeAll(async () => {
    hole = await blackHole();
  });
  afterAll(() => hole.close());

  test('ends after the time given', async () => {
    const startedAt = performance.now();
    const found = await diagnosis(`http://127.0.0.1:${hole.port}/`, '--timeout', '150');
    expect(found).toMatchObject({ code: 2, cause: 'connect-timeout' });
    expect(found.summary).toContain(`connect ETIMEDOUT 127.0.0.1:${hole.port}`);
    expect(performance.now() - startedAt).toBeLessThan(4_000);
  });
});

describe('over TLS', () => {
  let authority: CertificateAuthority;
  let good: Certificate;
  beforeAll(() => {
    authority = certificateAuthority();
    good = authority.issue('localhost');
  });
  afterAll(() => authority.close());

  /** Node reads NODE_EXTRA_CA_CERTS when it starts. */
  function trusting(ca: string) {
    const connect = tls.connect as (options: tls.ConnectionOptions) => tls.TLSSocket;
    jest
      .spyOn(tls, 'connect')
      .mockImplementation(((options: tls.ConnectionOptions) => connect({ ...options, ca })) as never);
  }
  const serve = (options: https.ServerOptions, seen: string[] = []) =>
    listening(
      https
        .createServer(options, (req, res) => {
          seen.push(req.url ?? '');
          res.end('{}');
        })
        .on('tlsClientError', () => {}),
    );

  test('a certificate that is trusted', async () => {
    trusting(authority.ca);
    const port = await serve(good);
    const { code, steps } = await diagnosis(`https://localhost:${port}/`);
    expect(code).toBe(0);
    expect(steps.tls).toMatchObject({
      outcome: 'ok',
      facts: {
        protocol: 'TLSv1.3',
        subject: 'localhost',
        subjectAltName: 'DNS:localhost, IP Address:127.0.0.1',
        validTo: '2049-12-31T23:59:59.000Z',
      },
    });
    expect(steps.tls?.lines[2]).toBe('chain: localhost ← Test CA');
    expect(steps.http?.facts).toMatchObject({ status: 200, complete: true });
  });

  test('one that expires soon is noted', async () => {
    trusting(authority.ca);
    const to = new Date(Date.now() + 3.5 * 86_400_000).toISOString().replace(/[-:T]|\.\d+/g, '');
    const port = await serve(authority.issue('localhost', { from: '20200101000000Z', to }));
    const { code, notes } = await diagnosis(`https://localhost:${port}/`);
    expect(code).toBe(0);
    expect(notes).toContain('The certificate expires in 3 days: see that it is renewed.');
  });

  test.each([
    [
      'expired',
      'CERT_HAS_EXPIRED',
      () => authority.issue('localhost', { from: '20200101000000Z', to: '20210101000000Z' }),
    ],
    ['for another name', 'ERR_TLS_CERT_ALTNAME_INVALID', () => authority.issue('other.test')],
    ['self-signed', 'DEPTH_ZERO_SELF_SIGNED_CERT', () => authority.selfSigned('localhost')],
  ])(
    'one that is %s: it is shown, and no request is sent, whatever the environment allows',
    async (_, reason, certificate) => {
      trusting(authority.ca);
      process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
      const seen: string[] = [];
      const port = await serve(certificate(), seen);
      const found = await diagnosis(`https://localhost:${port}/`, '--header', 'Authorization: Bearer hunter22');
      expect(found).toMatchObject({ code: 2, cause: 'tls-certificate' });
      expect(found.summary).toContain(reason);
      expect(found.steps.tls?.lines.join()).toMatch(/certificate valid from 20\d\d-.*chain: /);
      expect(found.notes.join()).toContain('NODE_TLS_REJECT_UNAUTHORIZED=0 is set');
      expect(seen).toEqual([]);
    },
  );

  test('a CA that is not known, and extra ones that cannot be read', async () => {
    process.env.NODE_EXTRA_CA_CERTS = '/no/such/ca.pem';
    const found = await diagnosis(`https://localhost:${await serve(good)}/`);
    expect(found).toMatchObject({ code: 2, cause: 'tls-certificate' });
    expect(found.steps.tls?.lines).toContain('chain: localhost ← Test CA, which is neither sent nor known');
    expect(found.steps.tls?.lines).toContain('trusted as well: NODE_EXTRA_CA_CERTS=/no/such/ca.pem');
    expect(found.notes.join()).toContain('NODE_EXTRA_CA_CERTS names /no/such/ca.pem, which cannot be read');
  });

  test('a plain port', async () => {
    const port = await listening(raw('HTTP/1.1 400 Bad Request\r\n\r\n'));
    const found = await diagnosis(`https://127.0.0.1:${port}/`);
    expect(found).toMatchObject({ code: 2, cause: 'tls-protocol' });
    expect(found.summary).toContain('most likely a plain HTTP port');
  });

  test('plain HTTP to a TLS port', async () => {
    expect(await diagnosis(`http://127.0.0.1:${await serve(good)}/`)).toMatchObject({ code: 2 });
  });

  test('a client certificate that is wanted under TLS 1.2, where all that comes is a refusal', async () => {
    trusting(authority.ca);
    const port = await serve({
      ...good,
      ca: authority.ca,
      requestCert: true,
      rejectUnauthorized: true,
      maxVersion: 'TLSv1.2',
    });
    const found = await diagnosis(`https://localhost:${port}/`);
    expect(`${found.summary} ${found.advice[0]}`).toMatch(/client certificate/);
  });

  test('a client certificate that is wanted', async () => {
    trusting(authority.ca);
    const port = await serve({ ...good, ca: authority.ca, requestCert: true, rejectUnauthorized: true });
    const found = await diagnosis(`https://localhost:${port}/`);
    expect(found).toMatchObject({ code: 2, cause: 'tls-certificate' });
    expect(found.summary).toContain('wants a client certificate');
  });

  test('a handshake that is not answered ends after the time given', async () => {
    const port = await listening(net.createServer());
    const found = await diagnosis(`https://127.0.0.1:${port}/`, '--timeout', '100');
    expect(found).toMatchObject({ code: 2, cause: 'connect-timeout' });
    expect(found.summary).toContain(`No TLS with 127.0.0.1:${port} stood within the time limit (TLS handshake`);
    const { advice } = found;
    expect(advice[0]).toBe(`A connection stood, and TLS was not answered: openssl s_client -connect 127.0.0.1:${port}`);
    expect(advice.join()).not.toMatch(/nc -vz|drops packets/);
  });

  test('a handshake that is cut off', async () => {
    const port = await listening(net.createServer((socket) => socket.once('data', () => socket.end())));
    expect(await diagnosis(`https://127.0.0.1:${port}/`)).toMatchObject({ code: 2, cause: 'reset' });
  });
});

describe('redirects are told, not followed', () => {
  let server: FlakyServer;
  let other: FlakyServer;
  beforeAll(async () => {
    server = await flakyServer();
    other = await flakyServer();
  });
  afterAll(() => Promise.all([server.close(), other.close()]));
  const to = (location: string, status = 302) => server.script({ status, headers: { location } });

  test('to another origin: nothing is sent there, credentials least of all', async () => {
    to(`http://u:hunter22@127.0.0.1:${other.port}/in?token=hunter23#code=hunter25`);
    const found = await diagnosis(server.url, '--header', 'Authorization: Bearer hunter24');
    expect(found.code).toBe(0);
    expect(found.steps.http?.facts).toMatchObject({
      location: `http://127.0.0.1:${other.port}/in?token=REDACTED`,
      sameOrigin: false,
    });
    expect(found.notes).toContain(
      'It leads to another origin, to which newer versions of axios take neither Authorization nor Cookie along; older ones may.',
    );
    expect(found.text).not.toMatch(/hunter2/);
    expect(server.hits.at(-1)?.headers.authorization).toBe('Bearer hunter24');
    expect(other.hits).toHaveLength(0);
  });

  test('within the origin', async () => {
    to('/elsewhere#code=hunter25', 308);
    const found = await diagnosis(server.url);
    expect(found.steps.http?.facts).toMatchObject({ location: `${server.url}/elsewhere`, sameOrigin: true });
    expect(found.code).toBe(0);
  });

  test('to itself', async () => {
    to('/loop');
    expect(await diagnosis(`${server.url}/loop`)).toMatchObject({ code: 1, cause: 'redirect-loop' });
  });

  test.each([
    ['ftp://a.test/', 'its protocol is not supported'],
    ['http://', 'it cannot be parsed (Invalid URL)'],
    ['javascript:alert(1)', 'its protocol is not supported'],
  ])('to %p, which leads nowhere', async (location, flaw) => {
    to(location);
    const found = await diagnosis(server.url);
    expect(found).toMatchObject({ code: 1, cause: 'bad-url' });
    expect(found.summary).toContain(`which cannot be requested: ${flaw}.`);
  });

  test.each([{}, { location: '' }])(
    'without a Location it is an answer that axios takes for a failure: %j',
    async (headers) => {
      server.script({ status: 302, headers });
      const found = await diagnosis(server.url);
      expect(found).toMatchObject({ code: 1, cause: 'unknown', transient: false });
      expect(found.summary).toContain('answered 302 to GET');
      expect(found.advice[0]).toBe('The server sent a redirect without Location: have that mended there.');
      expect(found.text).not.toContain('nowhere');
    },
  );
});

describe('keep-alive', () => {
  const answered = async (headers: string, then?: (socket: net.Socket) => void) => {
    const port = await listening(
      net.createServer((socket) => {
        socket.once('data', () => {
          socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 2\r\n${headers}\r\nok`);
          then?.(socket);
        });
      }),
    );
    return (await diagnosis(`http://127.0.0.1:${port}/`)).steps['keep-alive'];
  };

  test('for as long as the server says', async () => {
    expect(await answered('Keep-Alive: timeout=72, max=100\r\n')).toMatchObject({
      outcome: 'ok',
      lines: ['yes, for 72 s'],
      facts: { keepsAlive: true, timeoutSeconds: 72 },
    });
    expect((await answered('Keep-Alive: timeout=5\r\n'))?.outcome).toBe('note');
    expect((await answered(''))?.lines).toEqual(['yes, for a time that the server does not tell']);
  });

  test('not, if the server closes', async () => {
    expect(await answered('Connection: close\r\n')).toMatchObject({ outcome: 'note', facts: { keepsAlive: false } });
  });
});

describe('hostile servers', () => {
  const to = async (...parts: (string | Buffer)[]) => `http://127.0.0.1:${await listening(raw(...parts))}/`;
  /** Nothing but what terminals take for text. */
  const printable = (text: string) => expect(text.replace(/\n/g, '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);

  test('control characters in the status text and in headers are taken out', async () => {
    const url = await to(
      Buffer.from(
        'HTTP/1.1 429 \x1b[31mred\x9b2J\r\nRetry-After: \x9b31m1\x85\r\nX-RateLimit-\x7b: 1\r\nRateLimit: a\x9d0;x\x9c\r\nContent-Length: 0\r\n\r\n',
        'latin1',
      ),
    );
    for (const args of [[], ['--json']]) {
      const { code, out } = await command(['diagnose', url, ...args]);
      expect([1, 2]).toContain(code);
      printable(out);
    }
    const { out } = await command([
      'diagnose',
      await to(Buffer.from('HTTP/1.1 404 a\x9b2Jb\r\nRetry-After: 1\x9b2J\r\nContent-Length: 0\r\n\r\n', 'latin1')),
    ]);
    printable(out);
    expect(out).toContain('retry-after: 1 2J');
  });

  test('a secret that is sent back is not shown', async () => {
    const basic = Buffer.from('user:hunter22').toString('base64');
    const url = await to(
      `HTTP/1.1 302 Bearer Hunter23 ${basic}\r\nLocation: //HUNTER23.test/hunter22/Hunter23?x=${basic}#hunter24\r\nRateLimit: hunter24\r\nX-RateLimit-Hunter23: 1\r\nContent-Length: 0\r\n\r\n`,
    );
    const headers = [`Authorization: Basic ${basic}`, 'X-Api-Key: Bearer Hunter23', 'Cookie: session=hunter24; a=b'];
    for (const args of [[], ['--json']]) {
      const { out } = await command([
        'diagnose',
        `${url}of/Hunter23`,
        ...headers.flatMap((line) => ['--header', line]),
        ...args,
      ]);
      expect(out).toContain('REDACTED');
      expect(out).not.toMatch(/hunter2/i);
      expect(out).not.toContain(basic);
    }
  });

  test('the words of the JSON document are its own, whatever a header holds', async () => {
    const port = await deadPort();
    const headers = [
      'X-Words: keep-alive',
      'X-More: connection-refused failed skipped OPTIONS',
      'Cookie: a=ECONNREFUSED',
    ];
    const found = await diagnosis(
      `http://127.0.0.1:${port}/`,
      ...['--method', 'OPTIONS'],
      ...headers.flatMap((line) => ['--header', line]),
    );
    expect(found).toMatchObject({ cause: 'connection-refused', method: 'OPTIONS' });
    expect(outcomes(found)).toEqual(
      expect.arrayContaining(['tcp failed', 'keep-alive skipped', 'http skipped', 'limits skipped']),
    );
    expect(found.steps.tcp?.facts).toMatchObject({ addresses: [{ code: 'ECONNREFUSED' }] });
  });

  test.each([
    'Connection: keep-alive',
    'Pragma: no-cache',
    'Prefer: respond-async; document=healthy',
    'X-Forwarded-Host: 127.0.0.1',
    'Sec-Fetch-Dest: document',
    'Sec-CH-UA-Platform: connected',
  ])('what is no secret is not masked: %s', async (header) => {
    const url = await to('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
    const { out } = await command(['diagnose', url, '--header', header]);
    expect(out).toContain('healthy: GET http://127.0.0.1:');
    expect(out).not.toContain('REDACTED');
  });

  test.each(['X-Forwarded-Access-Token', 'X-Forwarded-User', 'Sec-WebSocket-Protocol'])(
    'what has a like name, and may be a secret, is: %s',
    async (name) => {
      const url = await to('HTTP/1.1 429 hunter22\r\nRetry-After: hunter22\r\nContent-Length: 0\r\n\r\n');
      const { out } = await command(['diagnose', url, '--header', `${name}: hunter22`]);
      expect(out).toContain('429 REDACTED');
      expect(out).not.toContain('hunter22');
    },
  );

  test('nor a value of the query, be it in words', async () => {
    const echoed = 'correcthorsebattery correct+horse+battery9 CORRECT%20HORSE+BATTERY9';
    const url = await to(
      `HTTP/1.1 302 ${echoed}\r\nLocation: /in?${echoed.replaceAll(' ', '/')}\r\nRateLimit: ${echoed}\r\nContent-Length: 0\r\n\r\n`,
    );
    const asked = `${url}users?password=correcthorsebattery&phrase=correct+horse+battery9&sort=asc`;
    for (const args of [[], ['--json']]) {
      const { out } = await command(['diagnose', asked, ...args]);
      expect(out).toContain('ratelimit: REDACTED REDACTED REDACTED');
      expect(out).not.toMatch(/horse/i);
    }
  });

  test('not even if it comes back percent-encoded', async () => {
    const [once, twice] = ['hunter22%2Ftok%2ben%3Dabc9', 'hunter22%252Ftok%252Ben=abc9'];
    const url = await to(
      `HTTP/1.1 302 ${once}\r\nLocation: http://127.0.0.1:9/${once}/${twice}/x\r\nX-RateLimit-Limit: ${twice}\r\nContent-Length: 0\r\n\r\n`,
    );
    for (const args of [[], ['--json']]) {
      const { out } = await command([
        'diagnose',
        url,
        '--header',
        'Authorization: Bearer hunter22/tok+en=abc9',
        ...args,
      ]);
      expect(out).toContain('x-ratelimit-limit');
      expect(out).toContain('http://127.0.0.1:9/REDACTED/REDACTED/x');
      expect(out).not.toMatch(/hunter22|abc9/);
    }
  });

  test.each([
    ['headers without end', [`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(100_000)}`], 'unknown', 2],
    ['what is not HTTP', ['\0\x01\x02\x03\r\n\r\n'], 'unknown', 2],
    ['an answer cut off', ['HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nx'], 'read-timeout', 1],
    ['a header that never ends', ['HTTP/1.1 200 OK\r\nX: '], 'read-timeout', 2],
    [
      'another protocol',
      ['HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n'],
      'read-timeout',
      2,
    ],
    ['early hints without a last word', ['HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(500)], 'read-timeout', 2],
  ])('%s', async (_name, parts, cause, code) => {
    const found = await diagnosis(await to(...parts), '--timeout', '200');
    expect(found).toMatchObject({ code, cause });
    printable(found.text);
  });

  test('a body without end is left after a megabyte', async () => {
    const chunk = `10000\r\n${'x'.repeat(65_536)}\r\n`;
    const port = await listening(
      net.createServer((socket) => {
        const more = () => {
          while (socket.writable && socket.write(chunk));
        };
        socket.once('data', () => {
          socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
          socket.on('drain', more);
          more();
        });
      }),
    );
    const { code, steps } = await diagnosis(`http://127.0.0.1:${port}/`);
    expect(code).toBe(0);
    expect(steps.http?.facts).toMatchObject({ complete: false });
    expect(steps.http?.facts.bytes).toBeLessThan(1_200_000);
    expect(steps['keep-alive']?.facts.keepsAlive).toBeNull();
  });

  test('a stream of events has no end, and that is no fault', async () => {
    const url = await to('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n');
    expect(await diagnosis(url, '--timeout', '2000')).toMatchObject({ code: 0 });
  });

  test.each(['head', 'body'])('a %s that drips ends after the time given', async (part) => {
    const port = await listening(
      net.createServer((socket) => {
        socket.once('data', () => {
          socket.write(`HTTP/1.1 200 OK\r\n${part === 'head' ? 'X: ' : 'Content-Length: 9999\r\n\r\n'}`);
          const timer = setInterval(() => socket.write('x'), 20);
          socket.on('close', () => clearInterval(timer));
        });
      }),
    );
    const startedAt = performance.now();
    const found = await diagnosis(`http://127.0.0.1:${port}/`, '--timeout', '200');
    expect(found).toMatchObject({ code: part === 'head' ? 2 : 1, cause: 'read-timeout' });
    expect(performance.now() - startedAt).toBeLessThan(4_000);
  });

  test('compression that is none is told', async () => {
    const url = await to('HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd');
    const found = await diagnosis(url);
    expect(found.code).toBe(1);
    expect(found.summary).toContain('incorrect header check');
  });
});
