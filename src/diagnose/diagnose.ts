import { advise } from './advice.js';
import type { Diagnosis, FailureCause } from './diagnosis.js';
import {
  type Evidence,
  evidenceOf,
  hasCode,
  isGarbled,
  NO_TUNNEL,
  NOT_REDIRECTED,
  OF_TLS,
  SOCKS,
  says,
  UNDECODABLE,
} from './evidence.js';
import { leadsToProxy } from './proxy.js';

const REFUSED = /^(ECONNREFUSED|ENOENT|ENOTDIR)$/;
const UNREACHABLE = /^(EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN|EADDRNOTAVAIL|EACCES|EPERM|EINVAL)$/;
const NO_NAME = /^(ENOTFOUND|EAI_FAIL|EAI_NODATA|EAI_NONAME|ENODATA)$/;
const NO_RESOLVER = /^(EAI_AGAIN|ESERVFAIL|EREFUSED|ETIMEOUT)$/;
const LOST =
  /^(ECONNRESET|EPIPE|ENOTCONN|UND_ERR_SOCKET|ERR_SOCKET_CLOSED|ERR_HTTP2_(STREAM|SESSION)_\w+|ERR_HTTP2_GOAWAY_SESSION)$/;
/** The latter of a Unix socket, which does not wait until its server has room for one more. */
const TOO_LATE = /^(ETIMEDOUT|EAGAIN)$/;
const NOT_CONNECTED = /^connectTimeout of \d+ ms exceeded/;
const BAD_CERTIFICATE =
  /^(CERT_|CRL_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|HOSTNAME_MISMATCH|INVALID_(CA|PURPOSE)|ERR_TLS_CERT_|ERR_SSL_\w*(CERTIFICATE|UNKNOWN_CA))/;

/**
 * Says what went wrong, whether it can pass by itself, and what to do next: the outer message of an error ("Network
 * Error", "socket hang up") seldom does. Takes whatever was caught, from an attached instance or not, and never throws.
 */
export function diagnose(error: unknown): Diagnosis {
  return diagnosed(error);
}

function diagnosed(error: unknown, depth = 0, outer?: Evidence): Diagnosis {
  const evidence = evidenceOf(error, outer);
  const cause = CAUSES.find(([, holds]) => holds(evidence))?.[0] ?? 'unknown';
  // A refusal has a cause of its own; one that is caused by itself is not followed for ever.
  const hasInner = evidence.cause !== undefined && depth < 3;
  const inner = hasInner ? diagnosed(evidence.cause, depth + 1, evidence) : undefined;
  const { transient, summary, advice } = advise(cause, evidence, inner);
  return Object.freeze({ cause, transient, summary, advice: Object.freeze(advice) });
}

/** `connect` is the system call that failed; a file that is missing is another thing. */
function failedToConnect({ links }: Evidence, codes: RegExp): boolean {
  const isElsewhere = links.some(({ syscall }) => ELSEWHERE.test(syscall));
  return links.some(
    ({ code, syscall }) =>
      codes.test(code) && (syscall === 'connect' || (!isElsewhere && /^E(CONN|HOST|NET|ADDR)/.test(code))),
  );
}

/** Calls over a connection that stands, and those to a resolver. */
const ELSEWHERE = /^(read|write|query)/;

const hasNoResolver = (evidence: Evidence): boolean =>
  hasCode(evidence, NO_RESOLVER) ||
  evidence.links.some(({ code, syscall }) => syscall.startsWith('query') && REFUSED.test(code));

const timedOut = ({ kind, links }: Evidence): boolean =>
  kind === 'timeout' ||
  links.some(({ code, name }) => /^(ETIMEDOUT|UND_ERR_\w+_TIMEOUT)$/.test(code) || name === 'TimeoutError');

const neverConnected = (evidence: Evidence): boolean =>
  (timedOut(evidence) &&
    (evidence.reached === 'connecting' || (evidence.reached === 'queued' && !mayHaveQueued(evidence)))) ||
  says(evidence, NOT_CONNECTED) ||
  evidence.links.some(
    ({ code, syscall }) => (TOO_LATE.test(code) && syscall === 'connect') || code === 'UND_ERR_CONNECT_TIMEOUT',
  );

const isLost = (evidence: Evidence): boolean =>
  !isGarbled(evidence) &&
  (hasCode(evidence, LOST) ||
    hasCode(evidence, OF_TLS) ||
    evidence.links.some(({ code, syscall }) => /^(read|write)/.test(syscall) && /^E(HOST|NET)/.test(code)) ||
    says(evidence, /socket hang up|other side closed|closed before message|reset by peer/));

const mayBeStale = (evidence: Evidence): boolean =>
  (evidence.reusedSocket || evidence.mayBeReused) && !hasCode(evidence, OF_TLS);

const isCutOff = (evidence: Evidence): boolean =>
  !isNotCut(evidence) &&
  (hasCode(
    evidence,
    /^(ERR_STREAM_PREMATURE_CLOSE|Z_BUF_ERROR|HPE_INVALID_EOF_STATE|UND_ERR_RES_CONTENT_LENGTH_MISMATCH)$/,
  ) ||
    says(
      evidence,
      /^(stream has been aborted|terminated|aborted|unexpected end of file|Error in (input|body) stream|error reading a body.*|Content-Length header.*|The operation was aborted\. )$/,
    ) ||
    (evidence.reached === 'answered' && (isLost(evidence) || isGarbled(evidence))));

/** It cannot be read, though nothing is missing of it, or of what may come. */
const isNotCut = (evidence: Evidence): boolean =>
  hasCode(evidence, UNDECODABLE) || (isGarbled(evidence) && (evidence.isWhole || evidence.kind === 'other'));

const isTooLarge = (evidence: Evidence): boolean =>
  hasCode(evidence, /^(ERR_FR_MAX_BODY|UND_ERR_RES_EX)/) ||
  says(evidence, /^maxContentLength size of|larger than maxBodyLength|max(Content|Body)Length.*exceeded/);

const isRedirectLoop = (evidence: Evidence): boolean =>
  hasCode(evidence, /^(ERR_FR_TOO_MANY_REDIRECTS|TooManyRedirects)$/) ||
  says(evidence, /^redirect count exceeded|Maximum number of redirects/);

const isBadUrl = (evidence: Evidence): boolean =>
  hasCode(evidence, /^(ERR_INVALID_URL|ERR_INVALID_PROTOCOL|ERR_UNESCAPED_CHARACTERS)$/) ||
  says(evidence, hasCode(evidence, NOT_REDIRECTED) ? BAD_LOCATION : BAD_URL);

const BAD_URL =
  /^(Unsupported protocol|unknown scheme|bad port|URL scheme must be|cross origin not|Invalid URL|about scheme is|not implemented\.\.\. yet|failed to fetch the data URL|invalid method$|protocol mismatch$)|includes credentials|parse URL|: Invalid URL$|is not a valid URL|parsed as a URL/;

/** Without more words, which a `beforeRedirect` of the caller's may have. */
const BAD_LOCATION = /^(Redirected request failed: )?(Unsupported protocol \S+|Invalid URL)$/;

/** Answers of the proxy that refuse a tunnel look like any other failure, but for their message. */
function failedAtProxy(evidence: Evidence): boolean {
  const { links, proxy, target, proxied, reached, kind } = evidence;
  if (evidence.proxyFlaw || evidence.proxyStatus || hasCode(evidence, /^ERR_PROXY_/)) return true;
  if (says(evidence, /^(proxy (connection|response|timeout)|tunneling socket)/i)) return true;
  if (says(evidence, SOCKS) || says(evidence, NO_TUNNEL) || (kind === 'connect' && says(evidence, /^Socket closed$/)))
    return true;
  if (reached === 'answered') return false;
  const failed = links.filter(({ syscall }) => syscall === 'connect' || syscall === 'getaddrinfo');
  // Agents of SOCKS proxies may look the server up themselves.
  if (failed.some(({ hostname }) => hostname && hostname === target?.host && hostname !== proxy?.host)) return false;
  if (evidence.noTunnel && /^(dns|connect|tls|read|timeout)$/.test(kind) && !mayHaveQueued(evidence)) return true;
  if (!proxy) return false;
  // Of a target that speaks no TLS, it was spoken to the proxy.
  if (target?.scheme === 'http' && ((proxied && kind === 'tls') || spokeTls(evidence))) return true;
  if (proxied) return failed.length > 0;
  return failed.some(({ address, hostname, port }) => leadsToProxy({ host: hostname || address, port }, proxy, target));
}

/** axios's own time limits count the time in an agent's queue, too. */
const mayHaveQueued = (evidence: Evidence): boolean =>
  evidence.kind === 'timeout' && evidence.socketLimit !== Infinity && !says(evidence, NOT_CONNECTED);

/** To the proxy of the environment, which Node's http adapter takes. */
const spokeTls = (evidence: Evidence): boolean =>
  evidence.proxy?.scheme === 'https' &&
  evidence.reached !== undefined &&
  (evidence.kind === 'tls' || says(evidence, /before secure TLS connection/));

/** The first that holds is the cause. What this package did comes before what a server said, and that before the wire. */
const CAUSES: readonly (readonly [FailureCause, (evidence: Evidence) => boolean])[] = [
  ['circuit-open', ({ own }) => own.code === 'ERR_CIRCUIT_OPEN'],
  ['rate-limited', ({ own }) => own.code === 'ERR_COOLING_DOWN'],
  ['bulkhead-full', ({ own }) => own.code === 'ERR_BULKHEAD_FULL'],
  ['deadline', ({ own }) => own.code === 'ERR_DEADLINE_EXCEEDED'],
  ['canceled', ({ kind }) => kind === 'canceled'],
  // Those of a stream that was to be sent as well.
  ['too-many-open-files', (evidence) => hasCode(evidence, /^(EMFILE|ENFILE)$/)],
  // axios destroys a stream that is too large with its own error.
  ['unknown', (evidence) => evidence.brokeOff && !isTooLarge(evidence)],
  // As nock says that a test has no mock for a request, with a code of the network's.
  ['unknown', (evidence) => says(evidence, /^Nock: Disallowed/)],
  ['proxy', (evidence) => evidence.status === 407 || failedAtProxy(evidence)],
  ['rate-limited', ({ status }) => status === 429],
  ['server-error', ({ status }) => status >= 500],
  ['client-error', ({ status }) => status >= 400],
  ['body-too-large', isTooLarge],
  ['redirect-loop', isRedirectLoop],
  ['bad-url', isBadUrl],
  ['dns-temporary', hasNoResolver],
  ['dns', (evidence) => hasCode(evidence, NO_NAME)],
  [
    'tls-certificate',
    (evidence) => hasCode(evidence, BAD_CERTIFICATE) || says(evidence, /alert .*certificate|\bunknown ca\b/),
  ],
  [
    'tls-protocol',
    ({ kind, links }) =>
      links.some(({ code, garbled }) => (OF_TLS.test(code) ? /^(tls|other)$/.test(kind) : garbled && kind === 'tls')),
  ],
  ['connection-refused', (evidence) => failedToConnect(evidence, REFUSED)],
  ['connect-timeout', neverConnected],
  ['unreachable', (evidence) => failedToConnect(evidence, UNREACHABLE)],
  ['read-timeout', (evidence) => evidence.stalled || timedOut(evidence)],
  ['body-cut-off', isCutOff],
  ['stale-connection', (evidence) => isLost(evidence) && mayBeStale(evidence)],
  ['reset', isLost],
];
