import { describe, expect, test } from '@jest/globals';
import { AxiosError, type AxiosResponse, CanceledError, type InternalAxiosRequestConfig } from 'axios';
import { causesOf } from '../../src/base/causes.js';
import { classify, type FailureKind, neverSent, responseOf } from '../../src/base/failure.js';

const CONFIG = { validateStatus: (status: number) => status < 300 } as InternalAxiosRequestConfig;

/** An error as Node or undici make it. */
const native = (code: string | undefined, message: string, more: object = {}) =>
  Object.assign(new Error(message), code && { code }, more);

/** As the http adapter passes it on: code and message of the cause. */
const http = (code: string, message: string, more: object = {}, request: object = {}) =>
  Object.assign(new AxiosError(message, code, CONFIG, request), { cause: native(code, message, more) });

/** As the fetch adapter passes it on: the reason is the cause. */
const viaFetch = (code: string | undefined, message: string, more: object = {}) =>
  Object.assign(new AxiosError('Network Error', 'ERR_NETWORK', CONFIG), { cause: native(code, message, more) });

/** As the fetch adapter passes on a body that fails: a bare TypeError without a code. */
const terminated = (code: string, message: string) => new TypeError('terminated', { cause: native(code, message) });

const hungUpByProxy = (redirects: number) => {
  const lost = native('UND_ERR_SOCKET', 'other side closed');
  const cause = native('UND_ERR_PRX_CONN', 'Proxy Connection failed', { cause: lost });
  const request = { _redirectCount: redirects };
  return Object.assign(new AxiosError('Network Error', 'ERR_NETWORK', CONFIG, request), { cause });
};

/** As the http adapter passes on what OpenSSL says, of a connection on which TLS stood or did not. */
const overTls = (code: string, secureConnecting: boolean, hops = (latest: object): object => latest) =>
  http(
    code,
    code
      .replace(/^ERR_SSL_/, '')
      .replaceAll('_', ' ')
      .toLowerCase(),
    { library: 'SSL routines' },
    hops({ reusedSocket: false, socket: { encrypted: true, secureConnecting } }),
  );
const STOOD = false;
const HANDSHAKE = true;

/** As the http adapter passes on a loss after an answer had begun: axios has left that off. */
const cutAt = (
  statusCode: number,
  code: string,
  config: object = CONFIG,
  hops = (latest: object): object => latest,
) => {
  const request = hops({ res: { statusCode, statusMessage: '', headers: {} } });
  return AxiosError.from(native(code, code), code, config as InternalAxiosRequestConfig, request);
};

/** follow-redirects' own, before that of its latest hop. */
const redirected = (latest: object) => ({
  _redirectCount: 1,
  res: { statusCode: 404, headers: {} },
  _currentRequest: latest,
});

const aggregate = (...codes: string[]) =>
  Object.assign(new AggregateError(codes.map((code) => native(code, `connect ${code}`, { syscall: 'connect' }))), {
    code: codes[0],
  });

const answered = (message: string, code: string, status: number) =>
  new AxiosError(message, code, CONFIG, {}, { status } as AxiosResponse);

/** As socks-proxy-agent gives it, by which axios's http adapter goes. */
const viaSocks = (message: string) =>
  Object.assign(new AxiosError(message), {
    cause: native(undefined, message, {
      options: {
        proxy: { host: '127.0.0.1', port: 1080, type: 5 },
        command: 'connect',
        destination: { host: 'a.test' },
      },
    }),
  });

/** As the agent of that name gives it. */
const viaTunnel = (why: string) => {
  const cause = native('ECONNRESET', `tunneling socket could not be established, ${why}`);
  return AxiosError.from(cause, cause.code, CONFIG);
};

/** A request of Node's http module. */
const requestOf = (socket: object | null, protocol = 'https:') => ({ reusedSocket: false, protocol, socket });

const viaNode = (code: string, socket: object | null, protocol?: string, of: object = {}) =>
  http(code, code, of, requestOf(socket, protocol));

const IN_HANDSHAKE = { encrypted: true, secureConnecting: true };

/** With follow-redirects before it. */
const redirectedTo = (code: string, socket: object | null) =>
  http(code, code, {}, { _redirectCount: 1, _currentRequest: requestOf(socket) });

/** As hpagent gives it: without a code. */
const viaHpagent = (message: string, socket: object | null = null) =>
  Object.assign(new AxiosError(message, undefined, CONFIG, requestOf(socket)), { cause: new Error(message) });

/** As Deno's fetch says that it could not connect, and to which URL. */
const viaDeno = (reason: string, url = 'https://a.test/users?q=(b)') =>
  viaFetch(undefined, `error sending request for url (${url}): client error (Connect): ${reason}`);

/** As Bun's fetch fails: with a code, some of its own, and the URL it was given. */
const viaBun = (code: string, message: string) =>
  AxiosError.from(Object.assign(new TypeError(message), { code, path: 'http://a.test/users', errno: 0 }), code, CONFIG);

/** An alert of TLS, and as undici says that what came is not HTTP. */
const ALERT = { rawPacket: Buffer.from([0x15, 3, 1, 0, 2, 2, 40]) };
const UNPARSED = 'Response does not match the HTTP/1.1 protocol';

const SENT = false;
const UNSENT = true;

describe('classify and neverSent', () => {
  test.each<[string, unknown, FailureKind, boolean]>([
    ['name not found, http', http('ENOTFOUND', 'getaddrinfo ENOTFOUND nowhere.test'), 'dns', UNSENT],
    ['name not found, fetch', viaFetch('ENOTFOUND', 'getaddrinfo ENOTFOUND nowhere.test'), 'dns', UNSENT],
    ['resolver busy, http', http('EAI_AGAIN', 'getaddrinfo EAI_AGAIN busy.test'), 'dns', UNSENT],
    ['resolver busy, fetch', viaFetch('EAI_AGAIN', 'getaddrinfo EAI_AGAIN busy.test'), 'dns', UNSENT],

    [
      'resolver out of order',
      http('EAI_SYSTEM', 'getaddrinfo EAI_SYSTEM a.test', { syscall: 'getaddrinfo' }),
      'dns',
      UNSENT,
    ],
    ['resolver of its own, busy', http('ESERVFAIL', 'queryA ESERVFAIL a.test', { syscall: 'queryA' }), 'dns', UNSENT],
    [
      'resolver of its own, hung',
      http('ETIMEOUT', 'queryAaaa ETIMEOUT a.test', { syscall: 'queryAaaa' }),
      'dns',
      UNSENT,
    ],

    ['no Unix socket', http('ENOENT', 'connect ENOENT /run/a.sock', { syscall: 'connect' }), 'connect', UNSENT],
    [
      'Unix socket with a full queue',
      http('EAGAIN', 'connect EAGAIN /run/a', { syscall: 'connect' }),
      'connect',
      UNSENT,
    ],
    ['forbidden by a firewall', http('EPERM', 'connect EPERM 192.0.2.1:80', { syscall: 'connect' }), 'connect', UNSENT],
    [
      'forbidden by node --permission, http',
      http('ERR_ACCESS_DENIED', 'connect ERR_ACCESS_DENIED 127.0.0.1:80', { syscall: 'connect' }),
      'other',
      SENT,
    ],
    [
      'forbidden by node --permission, fetch by name',
      Object.assign(viaFetch(undefined, ''), {
        cause: native('ERR_ACCESS_DENIED', 'getaddrinfo ERR_ACCESS_DENIED a.test', { syscall: 'getaddrinfo' }),
      }),
      'other',
      SENT,
    ],
    [
      'hung up on by a proxy',
      new AxiosError('Proxy connection ended before receiving CONNECT response'),
      'connect',
      UNSENT,
    ],
    [
      'a proxy whose agent got no socket',
      new AxiosError('A "socket" was not created for HTTP request before 5000ms'),
      'connect',
      UNSENT,
    ],
    [
      '503 to CONNECT, undici',
      viaFetch('UND_ERR_ABORTED', 'Proxy response (503) !== 200 when HTTP Tunneling'),
      'connect',
      UNSENT,
    ],
    [
      '407 to CONNECT, undici',
      viaFetch('UND_ERR_ABORTED', 'Proxy response (407) !== 200 when HTTP Tunneling'),
      'other',
      SENT,
    ],
    [
      '502 to CONNECT, Node',
      http('ERR_PROXY_TUNNEL', 'Failed to establish tunnel to a:443 via http://p:1: HTTP/1.1 502 Bad Gateway'),
      'connect',
      UNSENT,
    ],
    [
      '403 to CONNECT, Node',
      http('ERR_PROXY_TUNNEL', 'Failed to establish tunnel to a:443 via http://p:1: HTTP/1.1 403 Forbidden'),
      'other',
      SENT,
    ],
    ['hung up on by a proxy, undici', hungUpByProxy(0), 'read', UNSENT],
    ['redirected, then hung up on by a proxy, undici', hungUpByProxy(1), 'read', SENT],
    ['a proxy that is not there, by the agent tunnel', viaTunnel('cause=connect ECONNREFUSED'), 'connect', UNSENT],
    ['a proxy that is overrun, by the agent tunnel', viaTunnel('statusCode=503'), 'connect', UNSENT],
    ['a proxy that wants a password, by the agent tunnel', viaTunnel('statusCode=407'), 'other', SENT],
    [
      'a request that nock has no answer for',
      AxiosError.from(native('ENETUNREACH', 'Nock: Disallowed net connect for "a.test:443/"'), 'ENETUNREACH', CONFIG),
      'other',
      SENT,
    ],
    ['a proxy that is overrun, in the words of hpagent', viaHpagent('Bad response: 503'), 'connect', UNSENT],
    ['a proxy that wants a password, in those', viaHpagent('Bad response: 407'), 'other', SENT],
    ['a proxy that is silent, in those', viaHpagent('Proxy timeout'), 'connect', UNSENT],
    ['the same words of a request that was sent', viaHpagent('Bad response: 503', { bytesWritten: 9 }), 'other', SENT],
    ['the same words of an adapter', new AxiosError('Bad response: 503'), 'other', SENT],
    ['an error of the body, before there is a connection', viaHpagent('no such file'), 'other', SENT],
    ...['EHOSTUNREACH', 'ENETUNREACH', 'ENETDOWN', 'EHOSTDOWN', 'ENETRESET'].flatMap(
      (code): [string, unknown, FailureKind, boolean][] => [
        [`${code} of a connection that stands`, http(code, `read ${code}`, { syscall: 'read' }), 'read', SENT],
        [`${code} while the request is written`, http(code, `write ${code}`, { syscall: 'write' }), 'read', SENT],
      ],
    ),
    ['reset before there is a connection', viaNode('ECONNRESET', null), 'connect', UNSENT],
    ['reset before TLS stands', viaNode('ECONNRESET', IN_HANDSHAKE, 'https:', { syscall: 'read' }), 'connect', UNSENT],
    ['lost by a mock, whose TLS never stands', viaNode('ECONNRESET', IN_HANDSHAKE), 'read', SENT],
    ['lost before TLS stands, on Bun', viaNode('ERR_SOCKET_CLOSED', IN_HANDSHAKE), 'connect', UNSENT],
    ['reset once TLS stands', viaNode('ECONNRESET', { encrypted: true, secureConnecting: false }), 'read', SENT],
    ['reset in plain text, unwritten', viaNode('ECONNRESET', { bytesWritten: 0 }), 'connect', UNSENT],
    ['reset in plain text', viaNode('ECONNRESET', { bytesWritten: 9 }), 'read', SENT],
    ['reset by a socket of which no more is known', viaNode('ECONNRESET', {}), 'read', SENT],
    ['reset in HTTP, unwritten', viaNode('ECONNRESET', { bytesWritten: 0 }, 'http:'), 'read', SENT],
    ['out of time before there is a connection', viaNode('ETIMEDOUT', null), 'timeout', SENT],
    ['redirected, then reset before there is a connection', redirectedTo('ECONNRESET', null), 'connect', SENT],

    ['a SOCKS proxy that is not there', viaSocks('connect ECONNREFUSED 127.0.0.1:1080'), 'connect', UNSENT],
    ['hung up on by a SOCKS proxy', viaSocks('Socket closed'), 'connect', UNSENT],
    ['reset by a SOCKS proxy', viaSocks('read ECONNRESET'), 'connect', UNSENT],
    ['a SOCKS proxy that is silent', viaSocks('Proxy connection timed out'), 'connect', UNSENT],
    [
      'refused behind a SOCKS proxy',
      viaSocks('Socks5 proxy rejected connection - ConnectionRefused'),
      'connect',
      UNSENT,
    ],
    ['refused behind an old SOCKS proxy', viaSocks('Socks4 Proxy rejected connection - (Failed)'), 'connect', UNSENT],
    ['forbidden by a SOCKS proxy', viaSocks('Socks5 proxy rejected connection - NotAllowed'), 'other', SENT],
    ['unknown to a SOCKS proxy', viaSocks('Socks5 Authentication failed'), 'other', SENT],
    [
      'no SOCKS proxy at all',
      viaSocks('Received invalid Socks5 initial handshake (invalid socks version)'),
      'other',
      SENT,
    ],
    ['no such file to send', http('ENOENT', "ENOENT, open 'a'", { syscall: 'open' }), 'other', SENT],
    ['refused, http', http('ECONNREFUSED', 'connect ECONNREFUSED 127.0.0.1:1'), 'connect', UNSENT],
    ['refused, fetch', viaFetch('ECONNREFUSED', 'connect ECONNREFUSED 127.0.0.1:1'), 'connect', UNSENT],
    [
      'refused at each address, http',
      Object.assign(new AxiosError('', 'ECONNREFUSED'), { cause: aggregate('ECONNREFUSED', 'ECONNREFUSED') }),
      'connect',
      UNSENT,
    ],
    [
      'refused at each address, fetch',
      Object.assign(viaFetch(undefined, ''), { cause: aggregate('ECONNREFUSED', 'ECONNREFUSED') }),
      'connect',
      UNSENT,
    ],
    [
      'one address unreachable, one refused',
      Object.assign(new AxiosError('', 'ENETUNREACH'), { cause: aggregate('ENETUNREACH', 'ECONNREFUSED') }),
      'connect',
      UNSENT,
    ],
    [
      'one address silent, one refused',
      Object.assign(new AxiosError('', 'ETIMEDOUT'), { cause: aggregate('ETIMEDOUT', 'ECONNREFUSED') }),
      'connect',
      UNSENT,
    ],
    [
      'connect timeout of the system',
      http('ETIMEDOUT', 'connect ETIMEDOUT 192.0.2.1:80', { syscall: 'connect' }),
      'connect',
      UNSENT,
    ],
    ['connect timeout of undici', viaFetch('UND_ERR_CONNECT_TIMEOUT', 'Connect Timeout Error'), 'connect', UNSENT],
    ['no route to network', http('ENETUNREACH', 'connect ENETUNREACH 192.0.2.1:80'), 'connect', UNSENT],
    ['no route to host', viaFetch('EHOSTUNREACH', 'connect EHOSTUNREACH 192.0.2.1:80'), 'connect', UNSENT],
    ['host down', viaFetch('EHOSTDOWN', 'connect EHOSTDOWN 192.0.2.1:80'), 'connect', UNSENT],
    ['network down', http('ENETDOWN', 'connect ENETDOWN 192.0.2.1:80'), 'connect', UNSENT],
    ['resolver without an answer', http('EAI_NODATA', 'getaddrinfo EAI_NODATA a.test'), 'dns', UNSENT],
    ['no local port left', http('EADDRNOTAVAIL', 'connect EADDRNOTAVAIL 127.0.0.1:80'), 'connect', UNSENT],
    ['out of file descriptors', http('EMFILE', 'connect EMFILE 127.0.0.1:80'), 'connect', UNSENT],
    [
      'redirected, then refused: the first hop was sent',
      http('ECONNREFUSED', 'connect ECONNREFUSED 127.0.0.1:1', {}, { _redirectCount: 1 }),
      'connect',
      SENT,
    ],
    [
      'not redirected, refused',
      http('ECONNREFUSED', 'connect ECONNREFUSED 127.0.0.1:1', {}, { _redirectCount: 0 }),
      'connect',
      UNSENT,
    ],

    ['closed before the headers, http', http('ECONNRESET', 'socket hang up'), 'read', SENT],
    ['closed before the headers, fetch', viaFetch('UND_ERR_SOCKET', 'other side closed'), 'read', SENT],
    ['closed before the headers, no code', new AxiosError('socket hang up'), 'read', SENT],
    ['reset, http', http('ECONNRESET', 'read ECONNRESET', { syscall: 'read' }), 'read', SENT],
    ['reset, fetch', viaFetch('ECONNRESET', 'read ECONNRESET'), 'read', SENT],
    ['broken pipe', http('EPIPE', 'write EPIPE', { syscall: 'write' }), 'read', SENT],
    ['body too short, http', answered('stream has been aborted', 'ERR_BAD_RESPONSE', 200), 'read', SENT],
    ['body too short, fetch', terminated('UND_ERR_SOCKET', 'other side closed'), 'read', SENT],
    ['body reset, http', http('ECONNRESET', 'aborted'), 'read', SENT],
    ['body reset, fetch', terminated('ECONNRESET', 'read ECONNRESET'), 'read', SENT],
    ['an error whose status was fine', answered('odd', 'ERR_BAD_RESPONSE', 200), 'read', SENT],
    ['not HTTP, http', http('HPE_INVALID_CONSTANT', 'Parse Error: Expected HTTP/'), 'read', SENT],
    ['not HTTP, fetch', viaFetch('HPE_INVALID_CONSTANT', 'Expected HTTP/'), 'read', SENT],
    ['not HTTP, fetch, no code', viaFetch(undefined, 'Response does not match the HTTP/1.1 protocol'), 'read', SENT],
    ['HTTP/2 stream', http('ERR_HTTP2_STREAM_ERROR', 'Stream closed with error code 2'), 'read', SENT],
    ['HTTP/2 session', http('ERR_HTTP2_SESSION_ERROR', 'Session closed with error code 2'), 'read', SENT],
    [
      'HTTP/2, refused',
      Object.assign(new AxiosError('The pending stream has been canceled', 'ERR_HTTP2_STREAM_CANCEL'), {
        cause: native('ERR_HTTP2_STREAM_CANCEL', 'The pending stream has been canceled', {
          cause: native('ECONNREFUSED', 'connect ECONNREFUSED 127.0.0.1:1'),
        }),
      }),
      'connect',
      UNSENT,
    ],
    ['xhr, whatever the network had', new AxiosError('Network Error', 'ERR_NETWORK', CONFIG), 'read', SENT],

    ['fetch in Firefox, in the body', AxiosError.from(new TypeError('Error in input stream')), 'read', SENT],
    ['the same, earlier versions', AxiosError.from(new TypeError('Error in body stream')), 'read', SENT],
    [
      'the same, a body that is too short',
      AxiosError.from(new TypeError('Content-Length header of network response exceeds response Body.')),
      'read',
      SENT,
    ],
    [
      'the same, a body that is reset',
      AxiosError.from(new DOMException('The operation was aborted. ', 'AbortError')),
      'read',
      SENT,
    ],
    ['fetch in Chromium, in the body', AxiosError.from(new TypeError('network error')), 'read', SENT],
    ['fetch in Safari', AxiosError.from(new TypeError('The network connection was lost.')), 'read', SENT],
    [
      'fetch in Safari, offline',
      AxiosError.from(new TypeError('The Internet connection appears to be offline.')),
      'read',
      SENT,
    ],
    ['fetch of React Native', AxiosError.from(new TypeError('Network request failed')), 'read', SENT],
    ['fetch of Cloudflare', AxiosError.from(new Error('Network connection lost.')), 'read', SENT],

    ['refused, fetch of Deno', viaDeno('tcp connect error: Connection refused (os error 111)'), 'connect', UNSENT],
    ['no route, fetch of Deno', viaDeno('tcp connect error: Network is unreachable (os error 101)'), 'connect', UNSENT],
    ['lost in the TLS handshake, fetch of Deno', viaDeno('tls handshake eof'), 'connect', UNSENT],
    [
      'reset in the TLS handshake, fetch of Deno',
      viaDeno('Connection reset by peer (os error 104)'),
      'connect',
      UNSENT,
    ],
    [
      'name not found, fetch of Deno',
      viaDeno('dns error: failed to lookup address information: Name or service not known'),
      'dns',
      UNSENT,
    ],
    ['unknown authority, fetch of Deno', viaDeno('invalid peer certificate: UnknownIssuer'), 'tls', SENT],
    ['TLS to a plain port, Deno', viaDeno('received corrupt message of type InvalidContentType'), 'tls', SENT],
    ['no version in common, Deno', viaDeno('peer is incompatible: ServerDoesNotSupportTls12Or13'), 'tls', SENT],
    ['reset, fetch of Deno', viaFetch(undefined, 'Connection reset by peer (os error 104)'), 'read', SENT],
    [
      'closed before the headers, Deno',
      viaFetch(
        undefined,
        'error sending request for url (http://a.test/): client error (SendRequest): connection closed',
      ),
      'read',
      SENT,
    ],
    ['body too short, Deno', AxiosError.from(new TypeError('error reading a body from connection')), 'read', SENT],
    ['gzip that ends early, Deno', AxiosError.from(new TypeError('unexpected end of file')), 'read', SENT],
    [
      'too many redirects, Deno',
      viaFetch(undefined, 'Fetch failed: Maximum number of redirects (20) reached'),
      'other',
      SENT,
    ],
    ['forbidden port, Deno', viaFetch(undefined, 'Fetch failed: Requests to port 6666 are blocked'), 'other', SENT],

    ['refused, fetch of Bun', viaBun('ECONNREFUSED', 'ECONNREFUSED: Unable to connect.'), 'connect', UNSENT],
    ['reset, fetch of Bun', viaBun('ECONNRESET', 'ECONNRESET: The socket connection was closed.'), 'read', SENT],
    ['lost in the TLS handshake, http of Bun', http('ERR_SOCKET_CLOSED', 'Socket is closed'), 'read', SENT],
    ['too many redirects, Bun', viaBun('TooManyRedirects', 'TooManyRedirects: The response …'), 'other', SENT],
    ['a redirect that is not wanted, Bun', viaBun('UnexpectedRedirect', 'UnexpectedRedirect fetching'), 'other', SENT],
    ['Location of no HTTP, Bun', viaBun('UnsupportedRedirectProtocol', 'fetching'), 'other', SENT],
    ['bad Location, Bun', viaBun('RedirectURLInvalid', 'RedirectURLInvalid: Redirect URL in Location'), 'other', SENT],

    ['timeout', new AxiosError('timeout of 50ms exceeded', 'ECONNABORTED', CONFIG), 'timeout', SENT],
    ['timeout of an AbortSignal', new DOMException('The operation timed out', 'TimeoutError'), 'timeout', SENT],
    ['timeout, clarified', new AxiosError('timeout of 50ms exceeded', 'ETIMEDOUT', CONFIG), 'timeout', SENT],
    ['timeout in words of its own', new AxiosError('Too slow', 'ECONNABORTED', CONFIG), 'timeout', SENT],
    ['timeout in words of another', new AxiosError('Network Error: slow', 'ECONNABORTED', CONFIG), 'timeout', SENT],
    ['headers timeout of undici', viaFetch('UND_ERR_HEADERS_TIMEOUT', 'Headers Timeout Error'), 'timeout', SENT],
    ['body timeout of undici', terminated('UND_ERR_BODY_TIMEOUT', 'Body Timeout Error'), 'timeout', SENT],

    ['self-signed, http', http('DEPTH_ZERO_SELF_SIGNED_CERT', 'self-signed certificate'), 'tls', SENT],
    ['self-signed, fetch', viaFetch('DEPTH_ZERO_SELF_SIGNED_CERT', 'self-signed certificate'), 'tls', SENT],
    ['expired', http('CERT_HAS_EXPIRED', 'certificate has expired'), 'tls', SENT],
    ['not valid yet', http('CERT_NOT_YET_VALID', 'certificate is not yet valid'), 'tls', SENT],
    ['another name', viaFetch('ERR_TLS_CERT_ALTNAME_INVALID', "Hostname/IP does not match certificate's"), 'tls', SENT],
    ['unknown authority', http('UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'unable to verify'), 'tls', SENT],
    ['weak key, http', http('UNSPECIFIED', 'EE certificate key too weak'), 'tls', SENT],
    ['weak signature, fetch', viaFetch('UNSPECIFIED', 'CA signature digest algorithm too weak'), 'tls', SENT],
    ['TLS to a plain port, http', http('EPROTO', 'write EPROTO wrong version number'), 'tls', SENT],
    ['TLS to a plain port, fetch', viaFetch('ERR_SSL_WRONG_VERSION_NUMBER', 'wrong version number'), 'tls', SENT],
    [
      'client certificate missing',
      http('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'alert certificate required'),
      'tls',
      SENT,
    ],

    ['TLS to a plain port, told on the socket', overTls('ERR_SSL_WRONG_VERSION_NUMBER', HANDSHAKE), 'tls', SENT],
    ['no version in common', overTls('ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', HANDSHAKE), 'tls', SENT],
    ['no certificate, once TLS stood', overTls('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', STOOD), 'tls', SENT],
    ['a bad one, once TLS stood', overTls('ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE', STOOD), 'tls', SENT],
    ['one of an unknown CA, once TLS stood', overTls('ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', STOOD), 'tls', SENT],
    ['one that may not, once TLS stood', overTls('ERR_SSL_TLSV1_ALERT_ACCESS_DENIED', STOOD), 'tls', SENT],
    ['no TLS as it likes it, once TLS stood', overTls('ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', STOOD), 'tls', SENT],
    [
      'no certificate, in the middle of an upload',
      http(
        'EPROTO',
        'write EPROTO 80:error:0A:SSL routines:f:tlsv13 alert certificate required:',
        {},
        {
          socket: { encrypted: true, secureConnecting: STOOD },
        },
      ),
      'tls',
      SENT,
    ],
    ['a TLS alert instead of HTTP, http', http('HPE_INVALID_CONSTANT', 'Parse Error', ALERT), 'tls', SENT],
    [
      'the same, by the fetch of Node 20',
      viaFetch('HPE_INVALID_CONSTANT', 'Expected HTTP/', { data: '\x15\x03\x03' }),
      'tls',
      SENT,
    ],
    [
      'the same, by the fetch of Node 24',
      viaFetch(undefined, UNPARSED, { name: 'HTTPParserError', data: '\x15\x03\x03' }),
      'tls',
      SENT,
    ],

    ['a record that was damaged', overTls('ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC', STOOD), 'read', SENT],
    ['the same, TLS 1.2', overTls('ERR_SSL_CIPHER_OPERATION_FAILED', STOOD), 'read', SENT],
    ['a record of no type', overTls('ERR_SSL_BAD_RECORD_TYPE', STOOD), 'read', SENT],
    ['the same, after a redirect', overTls('ERR_SSL_INVALID_AAD', STOOD, redirected), 'read', SENT],
    ['bytes of no record', overTls('ERR_SSL_WRONG_VERSION_NUMBER', STOOD), 'read', SENT],
    ['a record that the server could not read', overTls('ERR_SSL_SSLV3_ALERT_BAD_RECORD_MAC', STOOD), 'read', SENT],
    ['bytes that the server could not read', overTls('ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', STOOD), 'read', SENT],
    [
      'a record that was damaged, in the handshake',
      overTls('ERR_SSL_SSLV3_ALERT_BAD_RECORD_MAC', HANDSHAKE),
      'connect',
      UNSENT,
    ],
    ['a record that was damaged, whose request is not known', viaFetch('ERR_SSL_BAD_RECORD_TYPE', ''), 'read', SENT],
    [
      'a record that was damaged, in the middle of an upload',
      http('EPROTO', 'write EPROTO 80:error:0A:SSL routines:f:decryption failed or bad record mac:'),
      'read',
      SENT,
    ],

    ['a 404', answered('Request failed with status code 404', 'ERR_BAD_REQUEST', 404), 'status', SENT],
    ['a 503', answered('Request failed with status code 503', 'ERR_BAD_RESPONSE', 503), 'status', SENT],

    ['canceled', new CanceledError('left', CONFIG), 'canceled', SENT],
    ['canceled, as older axios has it', { __CANCEL__: true, message: 'Network Error' }, 'canceled', SENT],
    ['canceled, by another copy of axios', native('ERR_CANCELED', 'canceled'), 'canceled', SENT],
    ['aborted, by an adapter of their own', new DOMException('aborted', 'AbortError'), 'canceled', SENT],
    ['the same, in Firefox', new DOMException('The operation was aborted. ', 'AbortError'), 'canceled', SENT],
    ['aborted, by a fetch of their own', AxiosError.from(new DOMException('aborted', 'AbortError')), 'canceled', SENT],
    ['xhr, the page is being left', new AxiosError('Request aborted', 'ECONNABORTED', CONFIG), 'canceled', SENT],

    ['whose data has no text', Object.assign(new Error('x'), { data: Object.create(null) }), 'other', SENT],
    ['whose words are none', { code: Symbol('x'), message: Object.create(null), data: Symbol('y') }, 'other', SENT],
    ['headers too long, http', http('HPE_HEADER_OVERFLOW', 'Parse Error: Header overflow'), 'other', SENT],
    [
      'a header that fetch does not send',
      viaFetch('UND_ERR_NOT_SUPPORTED', 'expect header not supported'),
      'other',
      SENT,
    ],
    ['a header that fetch refuses', viaFetch('UND_ERR_INVALID_ARG', 'invalid upgrade header'), 'other', SENT],
    ['a body whose file is not there, fetch', viaFetch('ENOENT', 'no such file or directory'), 'other', SENT],
    [
      'more than a dispatcher takes',
      terminated('UND_ERR_RES_EXCEEDED_MAX_SIZE', 'Response content exceeded'),
      'other',
      SENT,
    ],
    ['a dispatcher that was destroyed', viaFetch('UND_ERR_DESTROYED', 'The client is destroyed'), 'other', SENT],
    ['a dispatcher that was closed', viaFetch('UND_ERR_CLOSED', 'The client is closed'), 'other', SENT],
    [
      'a request that a MockAgent has no answer for',
      viaFetch('UND_MOCK_ERR_MOCK_NOT_MATCHED', "Mock dispatch not matched for path '/'"),
      'other',
      SENT,
    ],
    ['headers too long, fetch', viaFetch('UND_ERR_HEADERS_OVERFLOW', 'Headers Overflow Error'), 'other', SENT],
    ['not gzip, http', answered('incorrect header check', 'Z_DATA_ERROR', 200), 'other', SENT],
    ['a 503 that is not gzip, http', answered('incorrect header check', 'Z_DATA_ERROR', 503), 'status', SENT],
    ['a 404 that was cut off, http', answered('stream has been aborted', 'ERR_BAD_RESPONSE', 404), 'status', SENT],
    ['a 404 that was reset', cutAt(404, 'ECONNRESET'), 'status', SENT],
    ['a 404 whose gzip was cut off', cutAt(404, 'Z_BUF_ERROR'), 'status', SENT],
    ['a 404 after a redirect that was reset', cutAt(404, 'ECONNRESET', CONFIG, redirected), 'status', SENT],
    ['a 200 after a redirect that was reset', cutAt(200, 'ECONNRESET', CONFIG, redirected), 'read', SENT],
    [
      'a reset after a redirect, before the answer',
      http('ECONNRESET', '', {}, redirected({ res: null })),
      'read',
      SENT,
    ],
    ['a 404 that was reset, taken as fine', cutAt(404, 'ECONNRESET', {}), 'read', SENT],
    ['a 404 that is too large', cutAt(404, 'ERR_FR_MAX_BODY_LENGTH_EXCEEDED'), 'other', SENT],
    ['not Brotli, http', answered('Decompression failed', 'ERR__ERROR_FORMAT_RESERVED', 200), 'other', SENT],
    ['not Zstandard, fetch', terminated('ZSTD_error_prefix_unknown', 'Unknown frame descriptor'), 'other', SENT],
    ['not gzip, fetch', terminated('Z_DATA_ERROR', 'incorrect header check'), 'other', SENT],
    ['too many redirects, http', http('ERR_FR_TOO_MANY_REDIRECTS', 'Maximum number of redirects'), 'other', SENT],
    ['too many redirects, fetch', viaFetch(undefined, 'redirect count exceeded'), 'other', SENT],
    ['bad Location, http', http('ERR_FR_REDIRECTION_FAILURE', 'Redirected request failed'), 'other', SENT],
    ['bad Location, fetch', viaFetch('ERR_INVALID_URL', 'Invalid URL'), 'other', SENT],
    ['Location of no HTTP, fetch', viaFetch(undefined, 'URL scheme must be a HTTP(S) scheme'), 'other', SENT],
    [
      'Location with a password, fetch',
      viaFetch(undefined, 'cross origin not allowed for request mode "cors"'),
      'other',
      SENT,
    ],
    [
      'a Content-Length that is not the body’s, fetch',
      viaFetch('UND_ERR_REQ_CONTENT_LENGTH_MISMATCH', 'Request body length does not match content-length header'),
      'other',
      SENT,
    ],
    [
      'answer too large',
      new AxiosError('maxContentLength size of 10 exceeded', 'ERR_BAD_RESPONSE', CONFIG),
      'other',
      SENT,
    ],
    [
      'request too large',
      new AxiosError('Request body larger than maxBodyLength limit', 'ERR_BAD_REQUEST', CONFIG),
      'other',
      SENT,
    ],
    ['no URL, http', Object.assign(new TypeError('Invalid URL'), { code: 'ERR_INVALID_URL' }), 'other', SENT],
    [
      'no URL, fetch',
      Object.assign(new AxiosError('Failed to parse URL'), {
        cause: new TypeError('Failed to parse URL', { cause: native('ERR_INVALID_URL', 'Invalid URL') }),
      }),
      'other',
      SENT,
    ],
    ['no such protocol, http', new AxiosError('Unsupported protocol foo:', 'ERR_BAD_REQUEST', CONFIG), 'other', SENT],
    ['no such protocol, fetch', viaFetch(undefined, 'unknown scheme'), 'other', SENT],
    ['forbidden port, fetch', viaFetch(undefined, 'bad port'), 'other', SENT],
    ['a redirect that `fetchOptions` forbid', viaFetch(undefined, 'unexpected redirect'), 'other', SENT],
    ['a body that is not what `integrity` says', viaFetch(undefined, 'integrity mismatch'), 'other', SENT],
    ['about:, fetch', viaFetch(undefined, 'about scheme is not supported'), 'other', SENT],
    ['file:, fetch', viaFetch(undefined, 'not implemented... yet...'), 'other', SENT],
    ['data: that is none, fetch', viaFetch(undefined, 'failed to fetch the data URL'), 'other', SENT],
    ['a blob: that is gone, fetch', viaFetch(undefined, 'invalid method'), 'other', SENT],
    ['no such adapter', new AxiosError("Unknown adapter 'foo'"), 'other', SENT],
    ['adapter not supported', new AxiosError('There is no suitable adapter', 'ERR_NOT_SUPPORT'), 'other', SENT],
    ['a mistake in a program', new TypeError('undefined is not a function'), 'other', SENT],
    ['a code that is a name on Object.prototype', native('constructor', 'odd'), 'other', SENT],
    ['a string', 'thrown', 'other', SENT],
    ['undefined', undefined, 'other', SENT],
    ['null', null, 'other', SENT],
  ])('%s', (_, error, kind, unsent) => {
    expect(classify(error)).toBe(kind);
    expect(neverSent(kind, error)).toBe(unsent);
  });

  describe('where a fetch could not connect, which after a redirect is not where it was sent', () => {
    const to = (url: string) => ({ url }) as InternalAxiosRequestConfig;
    const refused = 'tcp connect error: Connection refused (os error 111)';

    test.each<[string, unknown, string, boolean]>([
      ['Deno names the URL of the request', viaDeno(refused, 'http://a.test/?q=(b)'), 'http://a.test/?q=(b)', UNSENT],
      ['the same, spelt otherwise', viaDeno(refused, 'http://a.test/users'), 'HTTP://A.test:80/users', UNSENT],
      ['Deno names another', viaDeno(refused, 'http://b.test/'), 'http://a.test/users', SENT],
      ['Deno names another port', viaDeno(refused, 'http://a.test:81/'), 'http://a.test/users', SENT],
      ['Bun names what it was given, whatever came of it', viaBun('ECONNREFUSED', ''), 'http://a.test/users', SENT],
      ['a name that Bun did not find', viaBun('ENOTFOUND', 'getaddrinfo ENOTFOUND'), 'http://a.test/users', SENT],
    ])('%s', (_, error, url, unsent) => {
      expect(neverSent('connect', error, to(url))).toBe(unsent);
    });
  });

  test('what was refused here was never sent', () => {
    expect(neverSent('refused', new AxiosError('no'))).toBe(true);
  });
});

test('an answer that axios left on the cause of its error is found there', () => {
  const response = { status: 503, data: '', statusText: '', headers: {}, config: CONFIG } as AxiosResponse;
  const inner = new AxiosError('Request failed with status code 503', 'ERR_BAD_RESPONSE', CONFIG, {}, response);
  const outer = Object.assign(new AxiosError(inner.message, inner.code, CONFIG), { cause: inner });
  expect(responseOf(outer)).toBe(response);
  expect(classify(outer)).toBe('status');
});

describe('causesOf', () => {
  test('goes from the outermost to the innermost, through the parts of an AggregateError', () => {
    const inner = new Error('inner');
    const parts = [new Error('first'), new Error('second', { cause: inner })];
    const middle = new AggregateError(parts, 'middle');
    const outer = new Error('outer', { cause: middle });
    expect(causesOf(outer)).toEqual([outer, middle, parts[0], parts[1], inner]);
  });

  test('ends on a circle', () => {
    const one = new Error('one');
    one.cause = new Error('two', { cause: one });
    expect(causesOf(one)).toHaveLength(2);
  });

  test('ends on an endless chain', () => {
    const endless = {
      get cause(): object {
        return Object.create(this);
      },
    };
    expect(causesOf(endless)).toHaveLength(16);
  });

  test.each([undefined, null, 'text', 7])('%p has none', (nothing) => {
    expect(causesOf(nothing)).toHaveLength(0);
  });
});
