import type { AxiosResponse } from 'axios';
import { causesOf } from './causes.js';
import { answerOf, isUnwritten, stoodInTls } from './node-request.js';
import { isObject } from './object.js';
import { neverConnected } from './redirected.js';

/** The kinds of failure that can be told by what is known here. */
type Kind = 'dns' | 'connect' | 'tls' | 'read' | 'timeout' | 'other';

/** An error of Node's, or any other. */
type Fields = Readonly<Record<string, unknown>>;

/**
 * What a system call or a message tells better than the code: ENOENT of `connect` is a missing Unix socket, of other calls a
 * missing file; EHOSTUNREACH may be that of a connection that stood (RFC 1122 §4.2.3.9); a TLS handshake that was cut off has the
 * code of a lost connection. What `node --permission` forbids, of whatever call, it goes on forbidding. `of` is the error that this
 * is a cause of.
 */
export function kindDespiteCode(error: Fields, of: unknown): Kind | undefined {
  const { code, syscall, message } = error;
  if (brokeInTls(error, of)) return 'read';
  if (answersInTls(error)) return 'tls';
  if (typeof message === 'string') {
    if (/disconnected before secure TLS connection/.test(message)) return 'connect';
    if (isOfSocks(error) && !SOCKS_WILL_NOT.test(message)) return 'connect';
    if (TUNNEL_FAILED.test(message)) return 'connect';
    // A proxy that wants a password, in the words of the agent called tunnel; a request that a test has no mock for.
    if (/^(tunneling socket could not be|Nock: Disallowed)/.test(message)) return 'other';
  }
  if (code === 'ERR_ACCESS_DENIED') return 'other';
  if (typeof syscall !== 'string' || typeof code !== 'string') return undefined;
  if (syscall === 'connect') return 'connect';
  if (/^(read|write)/.test(syscall) && /^E(HOST|NET)/.test(code)) return 'read';
  return /^(getaddrinfo$|query[A-Z])/.test(syscall) ? 'dns' : undefined;
}

/** What a server has against us, and not against bytes that it could not read. Its words end in `SSL alert number 42`. */
const REFUSED_BY_ALERT = /alert.(?!unexpected|record|decode|protocol|internal|number)/i;

/**
 * TLS stood, and what came over it makes no sense: OpenSSL has a dozen codes for that, and has them for a handshake that cannot
 * succeed, too, but for records that do not decrypt. What a server has against our certificate it says, in TLS 1.3, only after
 * we take TLS as standing.
 */
function brokeInTls(error: Fields, of: unknown): boolean {
  const said = saidBy(error);
  if (!/^(EPROTO |ERR_SSL_)/.test(said)) return false;
  return /bad.record/i.test(said) || (stoodInTls(of) && !REFUSED_BY_ALERT.test(said));
}

/** An alert or a handshake of TLS (RFC 8446 §5.1), where HTTP was spoken, as Node and undici show what they could not parse. */
function answersInTls({ rawPacket, data }: Fields): boolean {
  const packet = rawPacket ?? data;
  const bytes: unknown = typeof packet === 'string' ? [packet.charCodeAt(0), packet.charCodeAt(1)] : packet;
  // Others' errors have other things by that name, which may not even have a text.
  const { 0: type, 1: version } = Object(bytes) as readonly unknown[];
  return version === 3 && (type === 0x15 || type === 0x16);
}

const asText = (field: unknown): string => (typeof field === 'string' ? field : '');

const saidBy = ({ code, message }: Fields): string => `${asText(code)} ${asText(message)}`.trimStart();

/** What had come of an answer whose body was lost: axios leaves it off the error that its http adapter makes of a reset. */
export const cutAnswer = (error: unknown): AxiosResponse | undefined =>
  CUT.test(saidBy(Object(error))) ? answerOf(error) : undefined;

/** Codes and words of errors that leave an answer in its middle. */
const CUT = /^(ECONNRESET|EPIPE|EPROTO|ERR_S|HPE_|Z_)|stream has been aborted/;

/** The client of SOCKS proxies gives no code, and all it can say is said before the tunnel stands: nothing was sent. */
const isOfSocks = ({ code, options }: Fields): boolean =>
  code === undefined && isObject(options) && 'proxy' in options && 'destination' in options;

/** Whose code is that of a lost connection, whatever became of the tunnel. */
const TUNNEL_FAILED = /^tunneling socket could not be established, (cause=|statusCode=(408|425|429|5\d\d))/;

/** It does not speak SOCKS, or not to us. */
const SOCKS_WILL_NOT = /\binvalid\b|authentication failed|NotAllowed|NotSupported|RejectedIdent/i;

type Kinds = readonly (readonly [RegExp, Kind])[];

/** The codes of Node, OpenSSL, zlib, llhttp, undici and Bun, by family where they keep adding to them. The first match counts. */
const CODES: Kinds = [
  [/^EAI_/, 'dns'],
  [/^(EHOSTDOWN|ENETDOWN|EADDRNOTAVAIL|EMFILE|ENFILE|UND_ERR_CONNECT_TIMEOUT)$/, 'connect'],
  [/^(ESOCKETTIMEDOUT|UND_ERR_(HEADERS|BODY)_TIMEOUT)$/, 'timeout'],
  [/^(EPROTO$|HOSTNAME_MISMATCH$|SELF_SIGNED_|DEPTH_ZERO_|CERT_|UNABLE_TO_|ERR_TLS_|ERR_SSL_|CRL_)/, 'tls'],
  // Node's for what it has no code for of its own: a certificate with a key or a signature that is too weak.
  [/^UNSPECIFIED$/, 'tls'],
  // Bun has a code for each redirect that it does not follow.
  [/^ERR_FR_|Redirect|HEADERS?_OVERFLOW$/, 'other'],
  // Headers that fetch does not send, `Expect` among them; a Content-Length that is not the body's; an answer above
  // `maxResponseSize`; a dispatcher that was closed; a request that a MockAgent has no answer for.
  [/^UND_(MOCK_|ERR_(NOT_|INVALID_|REQ_CONTENT_|RES_EX|DESTROYED|CLOSED))/, 'other'],
  // A body in another compression than it says it is in: gzip, Brotli, Zstandard.
  [/^(ERR_INVALID_URL$|Z_DATA_ERROR$|ERR__ERROR_|ZSTD_error_)/, 'other'],
  // Of a body of the caller's own: the file it is read from.
  [/^E(NOENT|ACCES|ISDIR|IO)$/, 'other'],
  [/^(ENOTCONN|ERR_SOCKET_CLOSED|ERR_STREAM_PREMATURE_CLOSE|UND_ERR_SOCKET|Z_BUF_ERROR)$/, 'read'],
  [/^HPE_|^ERR_HTTP2_(STREAM|SESSION|GOAWAY)_/, 'read'],
];

/** undici's words for requests, or redirects, that it never sends, and for what `fetchOptions` forbid. */
const REFUSED_BY_FETCH =
  /^(redirect count exceeded|unexpected redirect|integrity mismatch|unknown scheme|URL scheme must be|cross origin not allowed|bad port|about scheme is not supported|not implemented\.\.\. yet|failed to fetch the data URL|invalid method)/;

/** What they say without a code, and all that Deno's fetch ever says. The first match counts. */
const MESSAGES: Kinds = [
  [REFUSED_BY_FETCH, 'other'],
  [/^Fetch failed: /, 'other'],
  [/\(Connect\): dns error/, 'dns'],
  [/\(Connect\): (invalid peer|received|peer) /, 'tls'],
  [/\(Connect\): |^Proxy connection ended before receiving CONNECT response|^A "socket" was not created/, 'connect'],
  // What a proxy answers to CONNECT, in the words of undici and of Node's own agent.
  [/^(Proxy response \(|Failed to establish tunnel .* HTTP\/1\.\d )(408|425|429|5\d\d)/, 'connect'],
  [/^Proxy response \(/, 'other'],
  [
    /^(stream has been aborted|terminated|unexpected end of file)$|^error reading a body|socket hang up|other side closed/,
    'read',
  ],
];

const first = (kinds: Kinds, said: string): Kind | undefined => kinds.find(([pattern]) => pattern.test(said))?.[1];

export const kindOfCode = (code: string): Kind | undefined => first(CODES, code);
export const kindOfMessage = (message: string): Kind | undefined => first(MESSAGES, message);

/** As hpagent says, without a code, that its proxy made no tunnel; of a request that got a connection it says neither. */
const NO_TUNNEL = /^(Bad response: (408|425|429|5\d\d)|Proxy timeout)$/;

/** What became of a request that got no further than this side, where `kind` is all that its errors tell. */
export function kindOfUnwritten<K>(kind: K | undefined, error: unknown): K | 'connect' | undefined {
  const { message } = Object(error) as { message?: unknown };
  const mayBe = kind === 'read' || (!kind && NO_TUNNEL.test(asText(message)));
  return mayBe && (isUnwritten(error) || neverConnected(error)) ? 'connect' : kind;
}

/**
 * An HTTP/2 server says so of a stream it has not looked at (RFC 9113 §8.7), undici of a proxy before its tunnel stands. A status
 * for which nothing was written is that of a proxy.
 */
export function isKnownUnsent(kind: string, error: unknown): boolean {
  if (kind === 'status') return isUnwritten(error);
  return causesOf(error).some((link) => {
    const { message, code } = link as { message?: unknown; code?: unknown };
    return /NGHTTP2_REFUSED_STREAM/.test(asText(message)) || code === 'UND_ERR_PRX_CONN';
  });
}
