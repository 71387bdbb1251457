import http from 'node:http';
import https from 'node:https';
import { Readable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import axios, { AxiosError, CanceledError, type InternalAxiosRequestConfig } from 'axios';
import { diagnose, type FailureCause } from 'axios-resilience';
import { CircuitOpenError, CoolingDownError, DeadlineExceededError } from '../../src/base/errors.js';
import { ownEnvironment } from '../helpers/environment.js';

const config = {
  method: 'get',
  url: 'https://user:secret@api.example.com/users?token=secret',
  headers: { authorization: 'secret' },
} as unknown as InternalAxiosRequestConfig;

const system = (message: string, fields: object) => Object.assign(new Error(message), fields);

/** As Node says that no connection could be made. */
const connect = (code: string, address = '10.0.0.7', port = 443) =>
  system(`connect ${code} ${address}:${port}`, { code, syscall: 'connect', address, port });

/** As the http adapter passes an error on: its code and message, and the error as cause. */
const viaHttp = (cause: Error, request?: object) => {
  const error = new AxiosError(cause.message, (cause as { code?: string }).code, config, request);
  return Object.assign(error, { cause });
};

/** As the fetch adapter does: the cause, and nothing of it on the outside. */
const viaFetch = (cause: Error) => Object.assign(new AxiosError('Network Error', 'ERR_NETWORK', config), { cause });

/** As axios's http adapter passes on what socks-proxy-agent gives it. */
const viaSocks = (message: string) =>
  viaHttp(system(message, { options: { proxy: { host: '127.0.0.1', port: 1 }, destination: { host: 'a.test' } } }));

/** As Deno's fetch says that it could not connect. */
const viaDeno = (reason: string, url = 'https://api.example.com/users?token=secret') =>
  viaFetch(new Error(`error sending request for url (${url}): client error (Connect): ${reason}`));

const answered = (status: number, headers: object = {}, data: unknown = '') =>
  new AxiosError(
    `Request failed with status code ${status}`,
    status < 500 ? 'ERR_BAD_REQUEST' : 'ERR_BAD_RESPONSE',
    config,
    {},
    {
      status,
      headers,
      data,
      statusText: '',
      config,
    } as never,
  );

/** As the http adapter makes it of a reset in the middle of an answer. */
const cutAt = (statusCode: number) => {
  const request = { reusedSocket: false, socket: {}, res: { statusCode, statusMessage: '', headers: {} } };
  const given = { ...config, validateStatus: axios.defaults.validateStatus } as InternalAxiosRequestConfig;
  return AxiosError.from(system('read ECONNRESET', { code: 'ECONNRESET' }), 'ECONNRESET', given, request);
};

/** As it makes it of bytes that make no sense once TLS stands. */
const damaged = (reusedSocket: boolean) =>
  viaHttp(
    undici('80:error:0A:SSL routines:ssl3_get_record:wrong version number:x.c:1:', 'ERR_SSL_WRONG_VERSION_NUMBER'),
    {
      reusedSocket,
      socket: { encrypted: true, secureConnecting: false },
    },
  );

const timeout = (message: string, request?: object) => new AxiosError(message, 'ECONNABORTED', config, request);
const aggregate = (...errors: Error[]) =>
  Object.assign(new AggregateError(errors, ''), { code: (errors[0] as { code?: string }).code });
const undici = (message: string, code: string, fields = {}) => system(message, { code, ...fields });
const unparsed = (data: string) =>
  system('Response does not match the HTTP/1.1 protocol', { name: 'HTTPParserError', code: undefined, data });
const refusal = (code: string, fields: object) => Object.assign(new AxiosError('refused', code, config), fields);

const TABLE: readonly (readonly [string, unknown, FailureCause, boolean])[] = [
  ['Invalid URL, bare', system('Invalid URL', { code: 'ERR_INVALID_URL', input: '/users' }), 'bad-url', false],
  ['Unsupported protocol', new AxiosError('Unsupported protocol ftp:', 'ERR_BAD_REQUEST', config), 'bad-url', false],
  [
    'a slash that is missing',
    new AxiosError('Invalid URL "https:/api.example.com": missing "//" after protocol', 'ERR_INVALID_URL', config),
    'bad-url',
    false,
  ],
  ['Invalid URL, in Chromium', new TypeError("Failed to construct 'URL': Invalid URL"), 'bad-url', false],
  ['Invalid URL, in Firefox', new TypeError('URL constructor: http://[ is not a valid URL.'), 'bad-url', false],
  ['Invalid URL, in Safari', new TypeError('"http://[" cannot be parsed as a URL.'), 'bad-url', false],
  ['unknown scheme', viaFetch(new Error('unknown scheme')), 'bad-url', false],
  ['about:', viaFetch(new Error('about scheme is not supported')), 'bad-url', false],
  ['file:', viaFetch(new Error('not implemented... yet...')), 'bad-url', false],
  ['data: that is none', viaFetch(new Error('failed to fetch the data URL')), 'bad-url', false],
  ['blob: that is gone', viaFetch(new Error('invalid method')), 'bad-url', false],
  ['a redirect that fetchOptions forbid', viaFetch(new Error('unexpected redirect')), 'unknown', false],
  ['not what integrity says', viaFetch(new Error('integrity mismatch')), 'unknown', false],
  ['a redirect off HTTP', viaFetch(new Error('URL scheme must be a HTTP(S) scheme')), 'bad-url', false],
  [
    'a redirect with a password in it',
    viaFetch(new Error('cross origin not allowed for request mode "cors"')),
    'bad-url',
    false,
  ],
  [
    'credentials in a URL for fetch',
    viaFetch(new TypeError('a URL that includes credentials: http://u:secret@h/')),
    'bad-url',
    false,
  ],
  [
    'ENOTFOUND',
    viaHttp(system('getaddrinfo ENOTFOUND x', { code: 'ENOTFOUND', hostname: 'x', syscall: 'getaddrinfo' })),
    'dns',
    false,
  ],
  [
    'EAI_AGAIN',
    viaFetch(system('getaddrinfo EAI_AGAIN x', { code: 'EAI_AGAIN', hostname: 'x' })),
    'dns-temporary',
    true,
  ],
  [
    'ESERVFAIL of a lookup by c-ares',
    viaHttp(system('queryA ESERVFAIL x', { code: 'ESERVFAIL', syscall: 'queryA' })),
    'dns-temporary',
    true,
  ],
  ['ECONNREFUSED', viaHttp(connect('ECONNREFUSED')), 'connection-refused', true],
  [
    'ECONNREFUSED over HTTP/2',
    viaHttp(Object.assign(undici('canceled', 'ERR_HTTP2_STREAM_CANCEL'), { cause: connect('ECONNREFUSED') })),
    'connection-refused',
    true,
  ],
  [
    'one address refuses, the other leads nowhere',
    viaFetch(aggregate(connect('ENETUNREACH', '2001:db8::7'), connect('ECONNREFUSED'))),
    'connection-refused',
    true,
  ],
  [
    'a Unix socket that is not there',
    viaHttp(system('connect ENOENT /run/x.sock', { code: 'ENOENT', syscall: 'connect', address: '/run/x.sock' })),
    'connection-refused',
    true,
  ],
  ['ETIMEDOUT of connect', viaHttp(connect('ETIMEDOUT')), 'connect-timeout', true],
  [
    'one address times out, the other leads nowhere',
    viaHttp(aggregate(connect('ETIMEDOUT'), connect('ENETUNREACH', '2001:db8::7'))),
    'connect-timeout',
    true,
  ],
  [
    'the connect timeout of undici',
    viaFetch(undici('Connect Timeout Error', 'UND_ERR_CONNECT_TIMEOUT')),
    'connect-timeout',
    true,
  ],
  [
    'connectTimeout',
    new AxiosError('connectTimeout of 3000 ms exceeded', 'ETIMEDOUT', config),
    'connect-timeout',
    true,
  ],
  [
    "axios's timeout of a request that never left",
    timeout('timeout of 9ms exceeded', { reusedSocket: false, socket: {}, writableFinished: false, res: null }),
    'connect-timeout',
    true,
  ],
  ['ENETUNREACH', viaHttp(connect('ENETUNREACH')), 'unreachable', true],
  ['EHOSTUNREACH', viaFetch(connect('EHOSTUNREACH')), 'unreachable', true],
  ['EADDRNOTAVAIL', viaHttp(connect('EADDRNOTAVAIL')), 'unreachable', true],
  ['ECONNRESET', viaHttp(undici('read ECONNRESET', 'ECONNRESET'), { reusedSocket: false, res: null }), 'reset', true],
  ['EPIPE', viaHttp(undici('write EPIPE', 'EPIPE')), 'reset', true],
  [
    'other side closed',
    viaFetch(undici('other side closed', 'UND_ERR_SOCKET', { socket: { bytesRead: 0 } })),
    'reset',
    true,
  ],
  ['an HTTP/2 stream that was refused', viaHttp(undici('Stream closed', 'ERR_HTTP2_STREAM_ERROR')), 'reset', true],
  [
    'a reused socket',
    viaHttp(undici('socket hang up', 'ECONNRESET'), { reusedSocket: true }),
    'stale-connection',
    true,
  ],
  [
    'a reused socket, below follow-redirects',
    viaHttp(undici('socket hang up', 'ECONNRESET'), { _currentRequest: { reusedSocket: true } }),
    'stale-connection',
    true,
  ],
  [
    'a reused socket of undici',
    viaFetch(undici('other side closed', 'UND_ERR_SOCKET', { socket: { bytesRead: 120 } })),
    'stale-connection',
    true,
  ],
  [
    'a reset after the answer began, on a reused socket',
    viaHttp(undici('read ECONNRESET', 'ECONNRESET'), { reusedSocket: true, res: {} }),
    'body-cut-off',
    true,
  ],
  [
    'terminated',
    Object.assign(new AxiosError('terminated', undefined, config), {
      cause: Object.assign(new TypeError('terminated'), {
        cause: undici('other side closed', 'UND_ERR_SOCKET', { socket: { bytesRead: 9 } }),
      }),
    }),
    'body-cut-off',
    true,
  ],
  [
    'stream has been aborted',
    new AxiosError('stream has been aborted', 'ERR_BAD_RESPONSE', config),
    'body-cut-off',
    true,
  ],
  ['a body that Firefox lost', AxiosError.from(new TypeError('Error in input stream')), 'body-cut-off', true],
  ['what Safari says', AxiosError.from(new TypeError('The network connection was lost.')), 'unknown', true],
  [
    'a body that Deno lost',
    AxiosError.from(new TypeError('error reading a body from connection')),
    'body-cut-off',
    true,
  ],
  ['refused, Deno', viaDeno('tcp connect error: Connection refused (os error 111)'), 'connection-refused', true],
  ['no route, Deno', viaDeno('tcp connect error: Network is unreachable (os error 101)'), 'unreachable', true],
  ['silence, Deno', viaDeno('tcp connect error: Connection timed out (os error 110)'), 'connect-timeout', true],
  ['no such name, Deno', viaDeno('dns error: failed to lookup address information: Name or service …'), 'dns', false],
  ['a busy resolver, Deno', viaDeno('dns error: Temporary failure in name resolution'), 'dns-temporary', true],
  ['an expired certificate, Deno', viaDeno('invalid peer certificate: Expired'), 'tls-certificate', false],
  ['another name, Deno', viaDeno('invalid peer certificate: NotValidForName'), 'tls-certificate', false],
  ['an unknown authority, Deno', viaDeno('invalid peer certificate: UnknownIssuer'), 'tls-certificate', false],
  ['a certificate that is none, Deno', viaDeno('invalid peer certificate: BadEncoding'), 'tls-certificate', false],
  ['a plain port, Deno', viaDeno('received corrupt message of type InvalidContentType'), 'tls-protocol', false],
  ['no version in common, Deno', viaDeno('peer is incompatible: NoCipherSuitesInCommon'), 'tls-protocol', false],
  ['a handshake that broke off, Deno', viaDeno('tls handshake eof'), 'reset', true],
  ['a reset, Deno', viaFetch(new Error('Connection reset by peer (os error 104)')), 'reset', true],
  [
    'a connection that was closed, Deno',
    viaFetch(
      new Error('error sending request …: client error (SendRequest): connection closed before message completed'),
    ),
    'reset',
    true,
  ],
  [
    'a redirect loop, Deno',
    viaFetch(new TypeError('Fetch failed: Maximum number of redirects (20) reached')),
    'redirect-loop',
    false,
  ],
  [
    'a redirect loop, Bun',
    viaFetch(system('TooManyRedirects: …', { code: 'TooManyRedirects' })),
    'redirect-loop',
    false,
  ],
  [
    'a handshake that broke off, Bun',
    viaHttp(system('Socket is closed', { code: 'ERR_SOCKET_CLOSED' })),
    'reset',
    true,
  ],
  ['gzip that ends early', viaHttp(undici('unexpected end of file', 'Z_BUF_ERROR')), 'body-cut-off', true],
  ['an expired certificate', viaFetch(undici('certificate has expired', 'CERT_HAS_EXPIRED')), 'tls-certificate', false],
  [
    'a certificate of tomorrow',
    viaFetch(undici('certificate is not yet valid', 'CERT_NOT_YET_VALID')),
    'tls-certificate',
    false,
  ],
  ['a revoked certificate', viaFetch(undici('certificate revoked', 'CERT_REVOKED')), 'tls-certificate', false],
  [
    'a certificate without issuer',
    viaHttp(undici('unable to get local issuer certificate', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY')),
    'tls-certificate',
    false,
  ],
  [
    'EPROTO, the server refuses our certificate',
    viaHttp(undici('write EPROTO 80:error:0A0:SSL routines:ssl3_read_bytes:tlsv1 alert unknown ca:x.c:1:', 'EPROTO')),
    'tls-certificate',
    false,
  ],
  [
    'EPROTO',
    viaHttp(undici('write EPROTO 80:error:0A0:SSL routines:ssl3_get_record:wrong version number:x.c:1:', 'EPROTO')),
    'tls-protocol',
    false,
  ],
  [
    'a TLS alert instead of HTTP',
    viaHttp(undici('Parse Error', 'HPE_INVALID_CONSTANT', { rawPacket: Buffer.from([0x15, 3, 1]) })),
    'tls-protocol',
    false,
  ],
  ['the same, by the fetch of Node 24', viaFetch(unparsed('\x15\x03\x03')), 'tls-protocol', false],
  [
    "axios's timeout",
    timeout('timeout of 100ms exceeded', { reusedSocket: false, socket: {}, writableFinished: true }),
    'read-timeout',
    true,
  ],
  ['attemptTimeout', new AxiosError('attemptTimeout of 9 ms exceeded', 'ETIMEDOUT', config), 'read-timeout', true],
  [
    'headers timeout of undici',
    viaFetch(undici('Headers Timeout Error', 'UND_ERR_HEADERS_TIMEOUT')),
    'read-timeout',
    true,
  ],
  ['deadline', refusal('ERR_DEADLINE_EXCEEDED', { deadline: 30_000 }), 'deadline', true],
  ['429', answered(429), 'rate-limited', true],
  ['500', answered(500), 'server-error', true],
  ['501', answered(501), 'server-error', false],
  ['404', answered(404), 'client-error', false],
  ['413', answered(413), 'client-error', false],
  ['413 that says when to come back', answered(413, { 'retry-after': '5' }), 'client-error', true],
  ['EMFILE', viaHttp(connect('EMFILE')), 'too-many-open-files', true],
  ['EMFILE of whatever', system('EMFILE: too many open files', { code: 'EMFILE' }), 'too-many-open-files', true],
  ['407', answered(407), 'proxy', false],
  [
    'an agent’s proxy that refuses',
    viaHttp(new Error('Proxy connection ended before receiving CONNECT response')),
    'proxy',
    true,
  ],
  [
    'an agent’s proxy that never answers CONNECT, or hangs up on it',
    viaHttp(undici('A "socket" was not created for HTTP request before 5000ms', 'ETIMEOUT')),
    'proxy',
    true,
  ],
  ...[
    undici('Failed to establish tunnel to h:443 via http://p:1: HTTP/1.1 407 Proxy …', 'ERR_PROXY_TUNNEL'),
    undici('Proxy response (407) !== 200 when HTTP Tunneling', 'UND_ERR_ABORTED'),
    new Error('tunneling socket could not be established, statusCode=407'),
  ].map((cause) => [`407 to CONNECT: ${cause.message}`, viaFetch(cause), 'proxy', false] as const),
  ['403 to CONNECT', viaFetch(undici('Proxy response (403) !== 200 when …', 'UND_ERR_ABORTED')), 'proxy', false],
  ['503 to CONNECT', viaFetch(undici('Proxy response (503) !== 200 when …', 'UND_ERR_ABORTED')), 'proxy', true],
  ['a SOCKS proxy that refuses', viaSocks('Socks5 proxy rejected connection - HostUnreachable'), 'proxy', true],
  ['a SOCKS proxy that does not let us in', viaSocks('Socks5 Authentication failed'), 'proxy', false],
  ['a SOCKS proxy that is none', viaSocks('Received invalid Socks5 initial handshake (invalid …'), 'proxy', false],
  ['a SOCKS proxy that hangs up', viaSocks('Socket closed'), 'proxy', true],
  ['a SOCKS proxy that is not there', viaSocks('connect ECONNREFUSED 127.0.0.1:1'), 'connection-refused', true],
  [
    'too many redirects',
    viaHttp(undici('Maximum number of redirects exceeded', 'ERR_FR_TOO_MANY_REDIRECTS')),
    'redirect-loop',
    false,
  ],
  ['redirect count exceeded', viaFetch(new Error('redirect count exceeded')), 'redirect-loop', false],
  [
    'maxContentLength',
    new AxiosError('maxContentLength size of 10 exceeded', 'ERR_BAD_RESPONSE', config),
    'body-too-large',
    false,
  ],
  [
    'maxBodyLength',
    new AxiosError('Request body larger than maxBodyLength limit', 'ERR_BAD_REQUEST', config),
    'body-too-large',
    false,
  ],
  [
    'maxBodyLength of follow-redirects',
    viaHttp(undici('Request body larger', 'ERR_FR_MAX_BODY_LENGTH_EXCEEDED')),
    'body-too-large',
    false,
  ],
  ['CanceledError', new CanceledError('canceled', config), 'canceled', false],
  [
    'AbortError, wrapped',
    new Error('sync failed', { cause: new DOMException('aborted', 'AbortError') }),
    'canceled',
    false,
  ],
  [
    'circuit open',
    refusal('ERR_CIRCUIT_OPEN', { scope: 'https://api.example.com', retryInMs: 900 }),
    'circuit-open',
    true,
  ],
  ['bulkhead full', refusal('ERR_BULKHEAD_FULL', { scope: 'https://api.example.com' }), 'bulkhead-full', true],
  ['Network Error, as a browser says it', new AxiosError('Network Error', 'ERR_NETWORK', config), 'unknown', true],
  [
    'what is not HTTP',
    viaHttp(undici('Parse Error: Expected HTTP/', 'HPE_INVALID_CONSTANT', { rawPacket: Buffer.from('SSH-2.0') })),
    'unknown',
    true,
  ],
  ['the same, by the fetch of Node 24', viaFetch(unparsed('SSH-2.0')), 'unknown', true],
  ['headers too long', viaHttp(undici('Parse Error: Header overflow', 'HPE_HEADER_OVERFLOW')), 'unknown', false],
  [
    'a request that nock has no answer for',
    viaHttp(undici('Nock: Disallowed net connect for "api.example.com:443/users"', 'ENETUNREACH')),
    'unknown',
    false,
  ],
  [
    'a request that a MockAgent has no answer for',
    viaFetch(undici("Mock dispatch not matched for path '/users'", 'UND_MOCK_ERR_MOCK_NOT_MATCHED')),
    'unknown',
    false,
  ],
  [
    'a dispatcher that was destroyed',
    viaFetch(undici('The client is destroyed', 'UND_ERR_DESTROYED')),
    'unknown',
    false,
  ],
  [
    'more than a dispatcher takes',
    viaFetch(undici('Response content exceeded max size', 'UND_ERR_RES_EXCEEDED_MAX_SIZE')),
    'body-too-large',
    false,
  ],
  ['a 404 that was reset', cutAt(404), 'client-error', false],
  ['a 503 that was reset', cutAt(503), 'server-error', true],
  ['a 200 that was reset', cutAt(200), 'body-cut-off', true],
  ['a TLS record that was damaged before the answer', damaged(false), 'reset', true],
  ['the same, on a connection used before', damaged(true), 'reset', true],
  [
    'one that was damaged in the handshake',
    viaHttp(undici('decryption failed or bad record mac', 'ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC'), {
      reusedSocket: false,
      socket: { encrypted: true, secureConnecting: true },
    }),
    'reset',
    true,
  ],
  [
    'the same, of which only the code is left',
    { ...new Error('x'), message: 'x', code: 'ERR_SSL_BAD_RECORD_TYPE' },
    'reset',
    true,
  ],
  ['304', answered(304), 'unknown', false],
  ['an error of anybody’s', new RangeError('too far'), 'unknown', false],
  [
    'a host that a connection has lost',
    viaHttp(system('read EHOSTUNREACH', { code: 'EHOSTUNREACH', syscall: 'read' })),
    'reset',
    true,
  ],
  [
    'a resolver that refuses',
    viaHttp(system('queryA ECONNREFUSED api.test', { code: 'ECONNREFUSED', syscall: 'queryA' })),
    'dns-temporary',
    true,
  ],
  [
    'words that begin like those of a CA',
    new Error('unknown category 7', { cause: connect('ECONNREFUSED') }),
    'connection-refused',
    true,
  ],
  [
    'words about a proxy of their own',
    new Error('invalid reverse proxy response', { cause: connect('ECONNREFUSED') }),
    'connection-refused',
    true,
  ],
];

describe('the cause', () => {
  test.each(TABLE)('of %s', (_name, error, cause, transient) => {
    expect(diagnose(error)).toMatchObject({ cause, transient });
  });

  test('every cause is in the table, and each has a sentence and advice', () => {
    const causes = new Set(TABLE.map(([, , cause]) => cause));
    expect(causes.size).toBe(24);
    for (const [, error] of TABLE) {
      const { summary, advice } = diagnose(error);
      expect(summary).toMatch(/^[^a-z\n].*\.$|^(api|x)\b.*\.$/);
      expect(summary).not.toMatch(/undefined|\[object|NaN|\s\s/);
      expect(advice.length).toBeGreaterThan(0);
      for (const line of advice) expect(line).not.toMatch(/undefined|\[object|NaN|^$/);
    }
  });

  test('no secret of the request is told, whatever the cause', () => {
    for (const [, error] of TABLE) expect(JSON.stringify(diagnose(error))).not.toContain('secret');
  });

  test('verification is never to be switched off, whatever the cause', () => {
    const said = JSON.stringify(TABLE.map(([, error]) => diagnose(error)));
    expect(said).not.toMatch(/rejectUnauthorized|NODE_TLS_REJECT_UNAUTHORIZED|--insecure|curl -k/);
  });
});

test('a body that its caller destroys with the error broke off for no other reason than that', () => {
  const broken = (why: (error: Error) => Error) => {
    const data = new Readable({ read() {} }).on('error', () => {});
    const reset = system('read ECONNRESET', { code: 'ECONNRESET', syscall: 'read' });
    const error = Object.assign(viaHttp(reset), { config: { ...config, data } });
    data.destroy(why(error));
    return diagnose(error).cause;
  };
  expect([broken((error) => error), broken(({ cause }) => cause as Error)]).toEqual(['reset', 'unknown']);
});

describe('the sentence', () => {
  const summary = (error: unknown) => diagnose(error).summary;

  test('names host and port, and each address that was tried', () => {
    const error = viaHttp(aggregate(connect('ECONNREFUSED', '::1', 443), connect('ECONNREFUSED', '127.0.0.1', 443)));
    expect(summary(error)).toBe(
      'Nothing accepts connections at api.example.com:443 (connect ECONNREFUSED ::1:443; connect ECONNREFUSED 127.0.0.1:443).',
    );
  });

  test('names the innermost error, through wrappers of any kind', () => {
    const inner = viaFetch(connect('ECONNREFUSED'));
    for (const error of [
      new Error('could not sync', { cause: inner }),
      new Error('job failed', { cause: new Error('could not sync', { cause: inner }) }),
      new AggregateError([inner], 'All promises were rejected'),
    ]) {
      expect(diagnose(error)).toMatchObject({
        cause: 'connection-refused',
        summary: 'Nothing accepts connections at api.example.com:443 (connect ECONNREFUSED 10.0.0.7:443).',
      });
    }
  });

  test('has what Node itself says, without axios around it', () => {
    expect(summary(connect('ECONNREFUSED'))).toBe(
      'Nothing accepts connections at 10.0.0.7:443 (connect ECONNREFUSED 10.0.0.7:443).',
    );
  });

  test.each<[unknown, FailureCause, string]>([
    [new Error('Cannot load users: connect ECONNREFUSED 10.0.0.7:5432'), 'connection-refused', 'at 10.0.0.7:5432'],
    [new Error('Cannot load users: read ECONNRESET while loading'), 'reset', 'The server closed the connection'],
    [
      new Error('write EPROTO 80:error:0A:SSL routines:f:wrong version number:'),
      'tls-protocol',
      'to the server, which',
    ],
    ['connect ECONNREFUSED ::1:5432', 'connection-refused', 'at [::1]:5432'],
    [new Error('Error: getaddrinfo ENOTFOUND api.exmple.com'), 'dns', 'The name api.exmple.com does not exist'],
    [new Error('getaddrinfo EAI_AGAIN db, retrying'), 'dns-temporary', 'no answer for db ('],
    [new Error('GET failed (read ECONNRESET)'), 'reset', 'closed the connection'],
    [new Error('connect ETIMEDOUT 10.0.0.7:443'), 'connect-timeout', 'No connection to 10.0.0.7:443'],
    [new Error('fetch failed: self-signed certificate'), 'tls-certificate', 'self-signed'],
    [new Error('certificate has expired'), 'tls-certificate', 'has expired'],
    [new Error('cannot connect to EDGE'), 'unknown', 'why is not known'],
  ])('has what is left of a cause in words alone: %s', (error, cause, said) => {
    const diagnosis = diagnose(error);
    expect(diagnosis.cause).toBe(cause);
    expect(diagnosis.summary).toContain(said);
  });

  test('says what no file descriptor is left for, as far as that is known', () => {
    expect(summary(viaHttp(connect('EMFILE')))).toMatch(
      /^This process has no file descriptor left for a connection to api\.example\.com:443 \(/,
    );
    expect(summary(system('EMFILE: too many open files, open "x"', { code: 'EMFILE', syscall: 'open' }))).toMatch(
      /^This process has no file descriptor left \(EMFILE: /,
    );
  });

  test('says how far the request came before the time was over', () => {
    const timedOut = (request: object) =>
      summary(timeout('timeout of 100ms exceeded', { reusedSocket: false, ...request }));
    expect(timedOut({ socket: {}, writableFinished: false })).toContain('No connection to api.example.com:443 stood');
    expect(timedOut({ socket: {}, writableFinished: true })).toContain(
      'sent no answer to GET https://api.example.com/users',
    );
    expect(timedOut({ res: {} })).toContain('did not finish its answer');
    expect(summary(timeout('timeout of 100ms exceeded'))).toContain('gave no complete answer');
  });

  test.each<[object, string]>([
    [{ 'retry-after': '120' }, ' for 120 s'],
    [{ 'Retry-After': 'Wed, 21 Oct 2026 07:28:00 GMT', Date: 'Wed, 21 Oct 2026 07:26:00 GMT' }, ' for 120 s'],
    [{ 'retry-after': 'Wed Oct 21 07:28:00 2026', date: 'Wed Oct 21 07:26:00 2026' }, ' for 120 s'],
    [{ 'retry-after-ms': '250' }, ' for 250 ms'],
    [{ 'x-ratelimit-reset': '30' }, ' for 30 s'],
    [{ 'retry-after': 'soon, secret' }, ''],
    [{ 'retry-after': 'about 5' }, ''],
    [{ 'retry-after': 'May 1' }, ''],
  ])('tells of a wait in any of its forms, and of none that is unreadable: %j', (headers, wait) => {
    expect(summary(answered(429, headers))).toBe(
      `api.example.com:443 answered 429 to GET https://api.example.com/users?token=REDACTED: too many requests${wait && `, and asks to wait${wait}`}.`,
    );
  });

  test.each(['location', 'Location'])('knows the %s of a redirect', (name) => {
    const nowhere = 'The server sent a redirect without Location: have that mended there.';
    expect(diagnose(answered(302)).advice).toContain(nowhere);
    expect(diagnose(answered(302, { [name]: '/there' })).advice).not.toContain(nowhere);
  });

  test('says what is wrong with a URL', () => {
    const missing = 'Invalid URL "https:/api.example.com": missing "//" after protocol';
    expect(summary(new AxiosError(missing, 'ERR_INVALID_URL', config))).toContain('there is no // after its scheme');
  });

  test('is one line, and short, whatever the message', () => {
    const text = summary(new Error(`first\nsecond\r\n\u001b[31m${'x'.repeat(100_000)}`));
    expect(text).toContain('first second');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is the promise
    expect(text).not.toMatch(/[\u0000-\u001f]/);
    expect(text.length).toBeLessThan(400);
  });

  test('does not quote what a message quotes: header values and bodies', () => {
    expect(summary(new TypeError('Headers.append: "sec"ret" is an invalid header value.'))).not.toMatch(/sec|ret"/);
    const parse = new SyntaxError(`Unexpected token '<', "<a href="secret">"... is not valid JSON`);
    expect(summary(Object.assign(answered(200), { cause: parse }))).not.toMatch(/secret|href/);
  });

  test('does not let userinfo through because it is long, or holds what should not be in it', () => {
    const said = (url: string) =>
      [
        summary(system('Invalid URL', { code: 'ERR_INVALID_URL', input: url })),
        summary(new TypeError(`Failed to parse URL from ${url}`)),
        summary(new Error(`cannot call ${url}`)),
      ].join();
    const long = 'secret'.repeat(100);
    for (const userinfo of [`user:${long}`, `user:${long.repeat(10)}`, 'user:secret', long]) {
      expect(said(`http://${userinfo}@[broken/path`)).not.toContain('secret');
    }
    expect(
      summary(system('Invalid URL', { code: 'ERR_INVALID_URL', input: 'http://u:p/secret?secret@[h/x' })),
    ).not.toMatch(/secret/);
    expect(summary(system('Invalid URL', { code: 'ERR_INVALID_URL', input: 'user:secret@host/x' }))).toContain(
      '"host/x"',
    );
  });

  test('of a refusal tells what came before it', () => {
    const open = refusal('ERR_CIRCUIT_OPEN', { scope: 'payments', retryInMs: 900, cause: answered(503) });
    expect(summary(open)).toBe(
      'The circuit of payments is open, so nothing was sent; the next probe may go out in 900 ms; what failed before: ' +
        'api.example.com:443 answered 503 to GET https://api.example.com/users?token=REDACTED.',
    );
    expect(summary(refusal('ERR_CIRCUIT_OPEN', { retryInMs: Infinity }))).toContain('isolated by hand');
    expect(summary(refusal('ERR_DEADLINE_EXCEEDED', { deadline: 30_000 }))).toContain('no attempt had ended');
  });

  test.each<[Error, string]>([
    [
      new CircuitOpenError(config, 'http://a.test', 900, 'open'),
      'The circuit of its scope is open, so nothing was sent (Circuit of http://a.test is open, ERR_CIRCUIT_OPEN).',
    ],
    [
      new CircuitOpenError(config, 'http://a.test', Infinity, 'isolated'),
      'The circuit of its scope is open, so nothing was sent (Circuit of http://a.test is isolated, ERR_CIRCUIT_OPEN).',
    ],
    [
      new CoolingDownError(config, 'http://a.test', 7_053),
      'The server has asked to be left alone for longer than this call could wait, so nothing was sent (http://a.test asked to be left alone for 7053 ms more, ERR_COOLING_DOWN).',
    ],
    [
      new DeadlineExceededError(config, 'http://a.test', 520, new Error('read ECONNRESET')),
      'The deadline for GET https://api.example.com/users?token=REDACTED passed (deadline of 520 ms exceeded; last failure: read ECONNRESET, ERR_DEADLINE_EXCEEDED).',
    ],
  ])('of a copy that went through JSON has what its message says, and invents no figures: %s', (error, said) => {
    expect(summary(JSON.parse(JSON.stringify(error)))).toBe(said);
  });

  test('of a copy of all that can be enumerated has the figures, and does not deny what is not there', () => {
    const copy = (error: Error) => JSON.parse(JSON.stringify({ ...error, message: error.message }));
    expect(summary(copy(new CircuitOpenError(config, 'a', Infinity, 'isolated')))).toContain('isolated by hand');
    expect(summary(copy(new DeadlineExceededError(config, 'a', 520, new Error('read ECONNRESET'))))).toMatch(
      /^The deadline of 520 ms for .* passed \(.*last failure: read ECONNRESET/,
    );
    expect(
      diagnose(JSON.parse(JSON.stringify(new CircuitOpenError(config, 'a', Infinity, 'isolated')))).advice[0],
    ).toMatch(/dispose\(\)/);
  });
});

describe('the advice', () => {
  const advice = (error: unknown) => diagnose(error).advice.join('\n');

  test('has commands with host and port filled in', () => {
    expect(advice(viaHttp(connect('ECONNREFUSED')))).toContain('nc -vz api.example.com 443');
    expect(advice(viaFetch(undici('certificate has expired', 'CERT_HAS_EXPIRED')))).toContain(
      'openssl s_client -connect api.example.com:443 -servername api.example.com',
    );
    expect(advice(answered(500))).toContain('curl -v https://api.example.com:443/users');
    expect(
      advice(
        viaFetch(system('getaddrinfo ENOTFOUND cdn.example.com', { code: 'ENOTFOUND', hostname: 'cdn.example.com' })),
      ),
    ).toContain('getent hosts cdn.example.com');
  });

  test('of a circuit that is isolated by hand does not wait for a probe', () => {
    const isolated = refusal('ERR_CIRCUIT_OPEN', { retryInMs: Infinity });
    expect(advice(isolated)).toMatch(/dispose\(\)/);
    expect(advice(isolated)).not.toMatch(/probe/);
    expect(advice(refusal('ERR_CIRCUIT_OPEN', { retryInMs: 900 }))).toMatch(/closes by itself once a probe succeeds/);
  });

  test('is about the place that no connection stood to, be it the proxy of an agent, or where XMLHttpRequest was sent', () => {
    const refused = viaHttp(connect('ECONNREFUSED', '10.0.0.9', 3128));
    expect(diagnose(refused).summary).toContain('Nothing accepts connections at 10.0.0.9:3128 (');
    expect(advice(refused)).toContain('nc -vz 10.0.0.9 3128');
    const sent = Object.assign(answered(503), { request: { responseURL: 'https://cdn.example.com/a' } });
    expect(diagnose(sent).summary).toMatch(
      /^cdn\.example\.com:443 answered 503 to GET https:\/\/api\.example\.com\/users/,
    );
    expect(advice(sent)).toContain('curl -vL https://api.example.com:443/users');
  });

  test('has one whole command for a plain port that an http:// request speaks TLS to, as by a proxy', () => {
    const cause = system('write EPROTO: wrong version number', { code: 'EPROTO' });
    const [, advice] = diagnose(
      new AxiosError(cause.message, 'EPROTO', { ...config, url: 'http://api.test/a' }),
    ).advice;
    expect(advice).toMatch(/, and curl -v http:\/\/api\.test:80\/a$/);
  });

  test.each([
    ['http://localhost:8080/', true],
    ['http://127.0.0.2:8080/', true],
    ['http://[::1]:8080/', true],
    ['http://0.0.0.0:8080/', true],
    ['http://localhost.example.com:8080/', false],
    ['http://localhost-api:8080/', false],
    ['http://10.0.0.7:8080/', false],
  ])('takes %s for this machine: %s', (url, isLocal) => {
    const { advice } = diagnose(new AxiosError('connect ECONNREFUSED', 'ECONNREFUSED', { ...config, url }));
    expect(advice.some((line) => line.startsWith('localhost is this machine'))).toBe(isLocal);
  });

  test('knows what mostly stands where the name of a host should', () => {
    const unknown = (hostname: string) =>
      diagnose(system(`getaddrinfo ENOTFOUND ${hostname}`, { code: 'ENOTFOUND', hostname })).advice[0];
    expect(unknown('undefined')).toMatch(/^A variable in the URL was not set/);
    expect(unknown('null')).toMatch(/^A variable in the URL was not set/);
    expect(unknown('https')).toMatch(/^The URL has its scheme twice/);
    expect(unknown('nullable.example.com')).toMatch(/^Look for a typo/);
  });

  test('tells of an agent that lets few connections stand: the wait for one may have taken the time', () => {
    const through = (httpsAgent?: object) =>
      advice(new AxiosError('timeout of 100ms exceeded', 'ECONNABORTED', { ...config, httpsAgent }));
    expect(through(new https.Agent({ maxSockets: 2, maxTotalSockets: 8 }))).toContain(
      'lets 2 connections stand at once',
    );
    expect(through({ maxSockets: 2, sockets: [] })).toContain('lets 2 connections stand at once');
    for (const agent of [undefined, new https.Agent(), {}, { maxSockets: 1, maxTotalSockets: Infinity, sockets: {} }]) {
      expect(through(agent)).not.toContain('at once (`maxSockets`)');
    }
  });

  test('of a server without HTTP/2 is about that, not about versions of TLS', () => {
    const { cause, summary, advice } = diagnose(
      viaHttp(undici('… SSL alert number 120', 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL')),
    );
    expect(cause).toBe('tls-protocol');
    expect(summary).toMatch(/^api\.example\.com:443 does not speak the version of HTTP that it was asked for/);
    expect(advice[0]).toContain('Leave `httpVersion: 2` away');
    expect(advice.join()).not.toContain('TLS 1.2');
  });

  test('of an agent of the other protocol is about that, not about the URL', async () => {
    const wrong = axios({ url: 'https://a.test/', adapter: 'http', proxy: false, httpsAgent: new http.Agent() });
    const { cause, summary, advice } = diagnose(await wrong.catch((error) => error));
    expect(cause).toBe('bad-url');
    expect(summary).toMatch(/its agent, or its transport, is one for http URLs \(/);
    expect(advice[0]).toMatch(/^Give an https\.Agent as `httpsAgent`/);
  });

  test('of a handshake that is refused begins with the client certificate that may be wanted', () => {
    const refused = undici('write EPROTO 80:error:0A:SSL routines:f:sslv3 alert handshake failure:x.c:1:', 'EPROTO');
    expect(advice(viaHttp(refused))).toMatch(/^It may want a client certificate: .*openssl s_client -connect api/);
  });

  test('of an open circuit leads to where its scope is, by its own scheme', () => {
    const cause = new Error('Request failed with status code 503');
    const open = refusal('ERR_CIRCUIT_OPEN', {
      scope: 'http://b.test:8080',
      retryInMs: 900,
      cause: Object.assign(cause, { status: 503 }),
    });
    expect(advice(open)).toContain('Compare: curl -v http://b.test:8080/');
    expect(diagnose(open).summary).toContain('b.test:8080 answered 503 to the request');
  });

  test('has nothing in its commands that a shell would take for its own', () => {
    for (const url of [
      "http://$(reboot)/'; reboot",
      'http://a.example.com/$(reboot)',
      'http://`reboot`.example.com/',
    ]) {
      const error = Object.assign(viaFetch(connect('ECONNREFUSED')), { config: { url } });
      expect(advice(error)).not.toMatch(/reboot/);
      expect(advice(Object.assign(answered(500), { config: { url } }))).not.toMatch(/reboot/);
    }
  });

  test('puts IPv6 addresses in brackets where a port follows', () => {
    const at = (error: AxiosError) => advice(Object.assign(error, { config: { url: 'https://[::1]:8443/' } }));
    expect(at(viaHttp(undici('self-signed', 'DEPTH_ZERO_SELF_SIGNED_CERT')))).toContain('-connect [::1]:8443 ');
    expect(at(viaHttp(connect('ECONNREFUSED', '::1', 8443)))).toContain('nc -vz ::1 8443');
  });

  test('names the browser’s tools where the browser keeps the reason to itself', () => {
    expect(advice(new AxiosError('Network Error', 'ERR_NETWORK', config))).toContain('CORS');
  });
});

describe('what node --permission forbids', () => {
  test.each([
    ['http', viaHttp],
    ['fetch', viaFetch],
  ])('does not pass by itself, through %s, and the flag that allows it is named', (_adapter, via) => {
    const { cause, transient, advice } = diagnose(via(connect('ERR_ACCESS_DENIED')));
    expect({ cause, transient }).toEqual({ cause: 'unknown', transient: false });
    expect(advice[0]).toBe('Node runs with --permission: see --allow-net.');
  });
});

describe('a proxy is told from the server', () => {
  ownEnvironment();
  const cause = (fields: object, error = connect('ECONNREFUSED', '10.9.9.9', 3128)) =>
    diagnose(Object.assign(viaHttp(error), { config: { url: 'http://api.example.com/', ...fields } })).cause;

  test('by the address that refused', () => {
    expect(cause({ proxy: { host: '10.9.9.9', port: 3128 } })).toBe('proxy');
    expect(cause({ proxy: { host: '10.9.9.9', port: 3129 } })).toBe('connection-refused');
    expect(cause({ proxy: false })).toBe('connection-refused');
  });

  test('by the name that was not found', () => {
    const error = system('getaddrinfo ENOTFOUND proxy', {
      code: 'ENOTFOUND',
      hostname: 'proxy',
      syscall: 'getaddrinfo',
    });
    expect(cause({ proxy: { host: 'proxy', port: 80 } }, error)).toBe('proxy');
    expect(cause({ proxy: { host: 'other', port: 80 } }, error)).toBe('dns');
  });

  test('by the environment, with or without a scheme', () => {
    Object.assign(process.env, { http_proxy: '', HTTP_PROXY: '10.9.9.9:3128' });
    expect(cause({})).toBe('proxy');
    expect(cause({ url: 'https://api.example.com/', proxy: false })).toBe('connection-refused');
    process.env.HTTP_PROXY = 'http://localhost:3128';
    expect(cause({}, connect('ECONNREFUSED', '127.0.0.1', 3128))).toBe('proxy');
    expect(cause({ url: 'http://localhost:3128/' }, connect('ECONNREFUSED', '127.0.0.1', 3128))).toBe(
      'connection-refused',
    );
  });
});

describe('what came of CONNECT', () => {
  const proxy = { host: '10.9.9.9', port: 3128 };
  const said = (error: Error, fields = {}) =>
    diagnose(Object.assign(error, { config: { ...config, proxy }, ...fields }));
  const refused = connect('ECONNREFUSED', '10.9.9.9', 3128);
  const host = new URL(`${config.url}`).hostname;
  const noName = system(`getaddrinfo ENOTFOUND ${host}`, { code: 'ENOTFOUND', syscall: 'getaddrinfo', hostname: host });

  test('407 in words alone asks for a password, too', () => {
    const { summary, advice } = said(viaFetch(undici('Proxy response (407) !== 200 when …', 'UND_ERR_ABORTED')));
    expect(summary).toMatch(/^The proxy 10\.9\.9\.9:3128 wants to know who asks: it answered 407 to GET /);
    expect(advice[0]).toMatch(/^Give its user and password/);
  });

  test('without a tunnel, whatever went wrong was of the proxy', () => {
    const request = { reusedSocket: false, res: null };
    const trouble = [undici('read ECONNRESET', 'ECONNRESET'), undici('wrong version number', 'EPROTO')];
    for (const cause of trouble) {
      expect(said(viaHttp(cause), { request }).cause).toBe('proxy');
      expect(said(viaHttp(cause), { request: { ...request, socket: { bytesWritten: 9 } } }).cause).not.toBe('proxy');
    }
    expect(said(viaHttp(new Error('disk gone')), { request }).cause).toBe('unknown');
  });

  test.each<[string, object, Error, string, string]>([
    [
      'tunnel, refused',
      { proxyOptions: { host: '10.9.9.9', port: 3128, proxyAuth: 'a:s3cret' } },
      refused,
      'proxy',
      'http:',
    ],
    ['SOCKS, refused', { proxy: { host: '10.9.9.9', port: 3128, type: 5 } }, refused, 'proxy', 'socks5:'],
    [
      'SOCKS, whose agent looks the server up itself',
      { proxy: { host: '10.9.9.9', port: 3128, type: 4 } },
      noName,
      'dns',
      '',
    ],
    ['one that is none', { proxy: { port: 3128 } }, refused, 'connection-refused', ''],
    ['one that asks for its proxies, and found none', { getProxyForUrl: () => '' }, noName, 'dns', ''],
    ['one that asks for its proxies', { getProxyForUrl: () => '' }, refused, 'proxy', ''],
  ])('that of an agent: %s', (_, agent, error, cause, scheme) => {
    const request = { reusedSocket: false, socket: null, protocol: 'https:', agent };
    const found = diagnose(Object.assign(viaHttp(error), { config: { ...config, proxy: false }, request }));
    expect(found.cause).toBe(cause);
    expect(found.advice.join().includes(`-x ${scheme}//10.9.9.9:3128`)).toBe(scheme !== '');
    expect(JSON.stringify(found)).not.toContain('s3cret');
  });

  test('no tunnel in time is no matter of the resolver', () => {
    const { summary, advice } = said(
      viaHttp(undici('A "socket" was not created for HTTP request before 9ms', 'ETIMEOUT')),
    );
    expect(summary).toContain('The proxy 10.9.9.9:3128, by which GET');
    expect(summary).toContain('cannot be used (no tunnel stood within the time limit, ETIMEOUT).');
    expect(advice.join('\n')).not.toMatch(/resolv/);
  });
});

describe('a proxy that NO_PROXY rules out', () => {
  ownEnvironment();

  test('is not blamed, nor named', () => {
    Object.assign(process.env, { http_proxy: 'http://10.9.9.9:3128', no_proxy: 'localhost, .example.com' });
    const error = connect('ECONNREFUSED', '10.9.9.9', 3128);
    const found = diagnose(Object.assign(viaHttp(error), { config: { url: 'http://api.example.com:3128/' } }));
    expect(found.cause).toBe('connection-refused');
    expect(found.summary).toMatch(/^Nothing accepts connections at api\.example\.com:3128 /);
    const elsewhere = diagnose(Object.assign(viaHttp(error), { config: { url: 'http://api.test:3128/' } }));
    expect(elsewhere.cause).toBe('proxy');
  });
});

describe('whatever it is given', () => {
  const cyclic: Error & { cause?: unknown } = new Error('round');
  cyclic.cause = cyclic;
  const open = refusal('ERR_CIRCUIT_OPEN', { retryInMs: 5 });
  Object.assign(open, { cause: open });
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  const hostile = new Proxy(
    {},
    {
      get() {
        throw new Error('no');
      },
      has() {
        throw new Error('no');
      },
    },
  );
  const endless = new Error('0');
  for (let i = 1, last: Error = endless; i < 10_000; i++) {
    const next = new Error(String(i));
    Object.assign(last, { cause: next });
    last = next;
  }
  const getter = Object.defineProperty(viaFetch(connect('ECONNREFUSED')), 'config', {
    get() {
      throw new Error('no');
    },
  });

  test.each([
    ['undefined', undefined],
    ['null', null],
    ['a string', 'ECONNREFUSED'],
    ['a number', 0],
    ['a symbol', Symbol('x')],
    ['a bigint', 1n],
    ['a function', () => {}],
    ['an array', [1, 2]],
    ['an object', {}],
    ['an object without prototype', Object.create(null)],
    ['a revoked proxy', revoked.proxy],
    ['a proxy that throws', hostile],
    ['fields of the wrong types', { code: 5, message: {}, errors: 'x', config: 7, response: 'x', request: 1 }],
    ['an empty response', { isAxiosError: true, response: {}, config: {} }],
    ['a response that throws', { isAxiosError: true, response: hostile, request: hostile, config: hostile }],
  ])('it does not throw: %s', (_name, value) => {
    expect(diagnose(value)).toMatchObject({
      cause: 'unknown',
      transient: false,
      summary: expect.stringMatching(/^The request failed/),
    });
  });

  test.each([
    'config',
    'request',
    'response',
    'cause',
    'errors',
    'code',
    'message',
    'name',
    'port',
    'status',
    'socket',
    'scope',
  ])('it does not throw, whatever %s is', (field) => {
    for (const value of [hostile, revoked.proxy, Symbol('x'), () => {}, 1n, 'x', -1, [], {}, null]) {
      for (const [, error] of TABLE) {
        const odd = new Proxy(error as object, { get: (it, key) => (key === field ? value : Reflect.get(it, key)) });
        expect(diagnose(odd).summary).toMatch(/\.$/);
      }
      for (const inner of [
        'headers',
        'url',
        'proxy',
        'timeout',
        'data',
        'params',
        'socketPath',
        'res',
        '_currentUrl',
      ]) {
        const odd = { isAxiosError: true, code: 'ECONNRESET', [field]: { [inner]: value } };
        expect(diagnose(odd).summary).toMatch(/\.$/);
      }
    }
  });

  test('it does not throw, whatever adapter a `socketPath` was for', () => {
    for (const adapter of [hostile, revoked.proxy, [revoked.proxy], [], null]) {
      const { summary } = diagnose(Object.assign(answered(503), { config: { socketPath: '/run/x.sock', adapter } }));
      expect(summary).toMatch(/^\/run\/x\.sock answered 503/);
    }
  });

  test('a cycle through a wrapper does not make the wrapper’s words the innermost', () => {
    const inner = viaHttp(connect('ECONNREFUSED'));
    const wrapper = new Error('could not sync', { cause: inner });
    Object.assign(inner.cause as Error, { cause: wrapper });
    expect(diagnose(wrapper).summary).toContain('(connect ECONNREFUSED 10.0.0.7:443)');
    const timedOut = timeout('timeout of 9ms exceeded');
    const around = new Error('around', { cause: timedOut });
    Object.assign(timedOut, { cause: around });
    expect(diagnose(around).summary).toContain('(timeout of 9ms exceeded, ECONNABORTED)');
  });

  test('cycles and endless chains end', () => {
    expect(diagnose(cyclic).cause).toBe('unknown');
    expect(diagnose(endless).cause).toBe('unknown');
    expect(diagnose(open).cause).toBe('circuit-open');
  });

  test('a getter that throws hides only itself', () => {
    expect(diagnose(getter).cause).toBe('connection-refused');
  });

  test('the diagnosis is frozen, and says the same when asked again', () => {
    const error = answered(503);
    const diagnosis = diagnose(error);
    expect(Object.isFrozen(diagnosis)).toBe(true);
    expect(Object.isFrozen(diagnosis.advice)).toBe(true);
    expect(diagnose(error)).toEqual(diagnosis);
  });
});
