import { OPAQUE } from '../base/failure.js';
import type { Diagnosis } from './diagnosis.js';
import { type Evidence, hasCode, isGarbled, NOT_REDIRECTED, says, UNDECODABLE } from './evidence.js';
import type { Finding, Findings } from './finding.js';
import { askedWait, byProxy, commands, onTheWay, request, time, where, why } from './wording.js';

/** Failures of the answer, and calls that were ended on this side. */
export const ANSWER_FINDINGS = {
  deadline: (e, inner) => ({
    transient: true,
    summary: `The deadline${e.own.deadline === undefined ? '' : ` of ${time(e.own.deadline)}`} for ${request(e)} passed${lastFailure(e, inner)}`,
    advice: [
      'Read the report: reportOf(error) tells how long the attempts, the waits between them and the queue took.',
      ...(inner?.advice ?? [
        'Look at the latency of the server at that time; an `attemptTimeout` well below the `deadline` leaves time for a retry.',
        `See whether it answers at all: ${commands(e).curl}`,
      ]),
    ],
  }),
  'rate-limited': (e) => ({
    transient: true,
    summary:
      e.own.code === 'ERR_COOLING_DOWN'
        ? `${e.own.scope || 'The server'} has asked to be left alone ${
            e.own.retryInMs === undefined ? 'for longer than this call could wait' : `for ${time(e.own.retryInMs)} more`
          }, so nothing was sent${e.own.retryInMs === undefined ? why(e) : ''}.`
        : `${where(e)} answered 429 to ${request(e)}: too many requests${waiting(e)}.`,
    advice: [
      askedWait(e) ? `Send nothing more ${askedWait(e)}.` : 'Wait longer between requests.',
      notAwaited(e),
      'Send fewer at once (`bulkhead`), cache answers, or ask in batches; see whether several processes share one key.',
      'Ask the provider what the limit is, and for a higher one.',
    ],
  }),
  'server-error': (e) => ({
    // Not implemented, HTTP version not supported, and a network that wants a login first.
    transient: ![501, 505, 511].includes(e.status),
    summary: `${where(e)} answered ${e.status} to ${request(e)}${waiting(e)}.`,
    advice: [
      e.status === 502 || e.status === 504
        ? 'It is a gateway that answered: look at the health and the log of what stands behind it.'
        : 'Look in the log of the server at that time, by request id if the answer has one.',
      e.status === 503 && '503 is overload or maintenance: send no more than before.',
      notAwaited(e),
      onTheWay(e),
      `Compare: ${commands(e).curl}`,
    ],
  }),
  'client-error': (e) => ({
    transient: [408, 423, 425].includes(e.status) || (e.status === 413 && e.retryAfterMs !== undefined),
    summary: `${where(e)} answered ${e.status} to ${request(e)}${e.wantsTls ? ': it wants https there' : ''}${waiting(e)}.`,
    advice: [
      e.wantsTls && `The port speaks TLS: make the URL begin with https://. ${commands(e).tls}`,
      ...(STATUS_ADVICE[e.status] ?? [
        'Look at the body of the answer, error.response.data: it often says what is wrong.',
      ]),
      notAwaited(e),
      onTheWay(e),
      `Compare: ${commands(e).curl}`,
    ],
  }),
  'redirect-loop': (e) => ({
    transient: false,
    summary: `${request(e)} was redirected too often${why(e)}.`,
    advice: [
      `Follow the redirects: ${commands(e).curl} -sIL --max-redirs 10`,
      'Usual loops: http to https and back behind a proxy that ends TLS (X-Forwarded-Proto), a trailing slash, a login page that needs a cookie.',
      'If there is no loop, raise `maxRedirects`.',
    ],
  }),
  'body-too-large': (e) =>
    says(e, /maxBodyLength/) || hasCode(e, /^ERR_FR_MAX_BODY/)
      ? {
          transient: false,
          summary: `The body of ${request(e)} is larger than this side allows${why(e)}.`,
          advice: ['Send less, send it in parts, or raise `maxBodyLength`; the server has a limit of its own.'],
        }
      : {
          transient: false,
          summary: `The answer to ${request(e)} is larger than this side allows${why(e)}.`,
          advice: [
            "Ask for less (pages, fields), read it with `responseType: 'stream'`, or raise `maxContentLength` or `maxResponseSize`.",
          ],
        },
  'body-cut-off': (e) => ({
    transient: true,
    summary: `${where(e)} broke off in the middle of its answer to ${request(e)}${why(e)}.`,
    advice: [
      'Look in the log of the server, and of what stands before it, for a crash, a restart or a limit at that time.',
      onTheWay(e),
      'If it always breaks at the same byte, Content-Length or the compression is wrong; if at the same second, a timeout is.',
      `Compare: ${commands(e).curl} -o /dev/null`,
    ],
  }),
  canceled: (e) => ({
    transient: false,
    summary: `${request(e)} was canceled by its caller${why(e)}.`,
    advice: [
      'Nothing is wrong with the server: look at what aborts the `signal` or cancels the `cancelToken`.',
      e.links.some(({ name }) => name === 'TimeoutError') &&
        'It was a limit of the caller’s own (AbortSignal.timeout): raise it, or use `deadline`, which says so.',
    ],
  }),
  'circuit-open': (e, inner) => ({
    transient: true,
    summary: `The circuit of ${e.own.scope || 'its scope'} is open, so nothing was sent${reopening(e)}${
      inner ? `; what failed before: ${inner.summary}` : '.'
    }`,
    advice: [
      isIsolated(e)
        ? 'It refuses until whoever isolated it calls `dispose()` on what `isolate()` gave back.'
        : 'Mend what opened it: the circuit closes by itself once a probe succeeds.',
      ...(inner?.advice ?? []),
      'Until then, answer without it: a cached or default value, or an error of your own at once.',
    ],
  }),
  'bulkhead-full': (e) => ({
    transient: true,
    summary: `As many requests as allowed were in flight and waiting, so nothing was sent${why(e)}.`,
    advice: [
      `Look at how long ${e.own.scope || 'the server'} takes to answer: a full bulkhead mostly means a slow server.`,
      'Send fewer at once; or raise `bulkhead.limit` if the server can take more, `bulkhead.queue` if callers can wait.',
    ],
  }),
  unknown,
} satisfies Partial<Findings>;

/** What the commonest refusals mostly mean. */
const STATUS_ADVICE: Readonly<Record<number, readonly string[]>> = {
  401: ['The server does not know who asks: see that the token or key is sent, and that it has not expired.'],
  403: [
    'The server knows who asks and refuses: look at the permissions of the token or key, or at a firewall’s rules.',
  ],
  404: ['See that path, `baseURL` and API version are right; some servers care about the trailing slash.'],
  408: ['The server waited too long for the request: look at the upload, and at the load of both sides.'],
  413: ['The body is larger than the server, or a proxy before it (client_max_body_size in nginx), takes.'],
  431: ['The headers are larger than the server takes: mostly cookies or a long token.'],
};

const waiting = (e: Evidence): string => (askedWait(e) ? `, and asks to wait ${askedWait(e)}` : '');

/** Why the call has ended at once instead of waiting for so long. */
function notAwaited({ ended }: Evidence): string | false {
  const limit = ended === 'retry-after-too-long' ? 'retry.maxRetryAfter' : ended === 'deadline' && ended;
  return (
    limit &&
    `That is longer than \`${limit}\` allows, so the call did not wait: raise it where a call may take so long.`
  );
}

/** What a deadline cut off. The message of a copy tells of it where the copy itself has lost it. */
function lastFailure(e: Evidence, inner?: Diagnosis): string {
  if (inner) return `; the last failure before that: ${inner.summary}`;
  const isLost = e.own.deadline === undefined || says(e, /; last failure: /);
  return isLost ? `${why(e)}.` : '; no attempt had ended before that.';
}

const isIsolated = (e: Evidence): boolean =>
  e.own.retryInMs === Infinity || (e.own.retryInMs === undefined && says(e, / is isolated$/));

function reopening(e: Evidence): string {
  const { retryInMs } = e.own;
  if (retryInMs === undefined) return why(e);
  if (isIsolated(e)) return '; it was isolated by hand';
  return retryInMs > 0 ? `; the next probe may go out in ${time(retryInMs)}` : '; a probe is out';
}

function unknown(e: Evidence): Finding {
  if (e.brokeOff) {
    return {
      transient: false,
      summary: `The body of ${request(e)} broke off on this side, before all of it was sent${why(e)}.`,
      advice: [
        'Nothing is wrong with the server: look at the stream given as `data`, and at what it reads from: a client that went away, a file that is not there.',
        'What was sent may have been acted on: to send all of it again, make the stream anew.',
      ],
    };
  }
  const { status, kind } = e;
  const answered = status ? `${where(e)} answered ${status} to ${request(e)}, yet ` : '';
  const advice = [
    e.leadsNowhere && 'The server sent a redirect without Location: have that mended there.',
    status >= 300 &&
      !e.leadsNowhere &&
      'A redirect was not followed, or a 304 not expected: see `maxRedirects` and `validateStatus`.',
    hasCode(e, /^ERR_ACCESS_DENIED$/) && 'Node runs with --permission: see --allow-net.',
    e.target && `Compare: ${commands(e).curl}`,
    'Read error.cause, and the cause of that, to the last.',
  ];
  if (e.links.some(({ name }) => name === 'SyntaxError')) {
    return {
      transient: false,
      summary: `${answered || 'The answer came, but '}its body is not what the request expects${why(e)}.`,
      advice: ['Look at the body: an HTML page instead of JSON mostly comes from a proxy or a login.', ...advice],
    };
  }
  if (hasCode(e, UNDECODABLE)) {
    return {
      transient: false,
      summary: `${answered || `The answer to ${request(e)} came, but `}its body is not in the compression that its Content-Encoding names${why(e)}.`,
      advice: [
        'Mostly a proxy or the server set that header on a body that it did not compress, or compressed twice.',
        ...advice,
      ],
    };
  }
  if (isGarbled(e)) {
    return {
      // Headers that are too large stay so.
      transient: kind !== 'other',
      summary: `What ${where(e)}${byProxy(e)} sent is not HTTP as this side understands it${why(e)}.`,
      advice: [
        e.isWhole
          ? 'More came after the end of the answer: its Content-Length is too small, or its status or method lets it have no body.'
          : 'See what speaks at that port, and whether headers are too large (node --max-http-header-size).',
        onTheWay(e),
        ...advice,
      ],
    };
  }
  if (hasCode(e, NOT_REDIRECTED)) {
    return {
      transient: false,
      summary: `${request(e)} was redirected, and the redirect was not followed${why(e)}.`,
      advice: ['A `beforeRedirect` that throws ends a call like this: look at what it refuses.', ...advice],
    };
  }
  const opaque = !status && kind !== 'other' && says(e, OPAQUE);
  return {
    transient: opaque,
    summary: `${answered || `${request(e)} failed: `}${status ? 'it was taken as a failure' : 'why is not known'}${why(e)}.`,
    advice: [
      opaque &&
        'In a browser: look at its console and network panel. CORS, being offline, a refused connection and an untrusted certificate all look like this.',
      ...advice,
    ],
  };
}
