import type { Diagnosis, FailureCause } from './diagnosis.js';
import { type Evidence, hasCode, says } from './evidence.js';
import { safeText } from './excerpt.js';
import { authority } from './place.js';
import { certificateAdvice, type Finding, protocolAdvice } from './tls-advice.js';
import { asked, commands, givenUrl, request, time, where, why } from './wording.js';

/** What each cause means, and what to do about it. `inner` is the diagnosis of what a refusal was caused by. */
const FINDINGS: Readonly<Record<FailureCause, (evidence: Evidence, inner?: Diagnosis) => Finding>> = {
  'bad-url': badUrl,
  dns: (e) => ({
    transient: false,
    summary: `The name ${nameOf(e)} does not exist, as far as the resolver of this machine knows${why(e)}.`,
    advice: [
      `Look for a typo in the name, then ask the resolver that Node asks: ${commands(e, named(e)).resolve}`,
      'In Docker or Kubernetes: look at /etc/resolv.conf in the container; a service is known by its own name only on its own network or namespace; set `dns:` (or --dns) if the container inherited 127.0.0.53.',
      'On a VPN or with split DNS: internal names are known to internal resolvers only.',
    ],
  }),
  'dns-temporary': (e) => ({
    transient: true,
    summary: `The resolver of this machine gave no answer for ${nameOf(e)}${why(e)}.`,
    advice: [
      `Ask it again: ${commands(e, named(e)).resolve}`,
      'If every name fails, the resolver is unreachable: look at /etc/resolv.conf, at the network, and in Docker at the `dns:` setting (or --dns).',
      'If it comes and goes under load, fewer lookups help: a keep-alive agent, a trailing dot or a lower `ndots` in Kubernetes, a cache such as NodeLocal DNS.',
    ],
  }),
  'connection-refused': (e) => ({
    transient: true,
    summary: `Nothing accepts connections at ${where(e)}${why(e)}.`,
    advice: [
      `Is the server up, and on this port? ${commands(e).connect}, and on its machine: ss -tlnp`,
      ...(e.links.some(({ code }) => code === 'ENOENT') ? ['The socket file is not there: see `socketPath`, and that the server runs.'] : []),
      ...(isLocal(e)
        ? [
            'localhost is this machine, or this container: inside Docker, call the other container by its service name, and the host by host.docker.internal.',
            'localhost may mean ::1 as well as 127.0.0.1, and the server may listen on one of them only.',
          ]
        : ['It must listen on 0.0.0.0 or ::, not on 127.0.0.1, to be reached from another machine or container.']),
      'If it has just been started, it may not be ready yet.',
    ],
  }),
  'connect-timeout': (e) => ({
    transient: true,
    summary: `No connection to ${where(e)} stood within the time limit${why(e)}.`,
    advice: [
      `See whether a connection can stand at all: ${commands(e).connect}`,
      'A firewall, security group or network policy that drops packets looks just like this; so does a wrong address.',
      `See where the name leads: ${commands(e).resolve}; if IPv6 leads nowhere, compare curl -4 and curl -6, and give \`family: 4\`.`,
      'If only a proxy leads out from here: set HTTP_PROXY, HTTPS_PROXY and, for internal names, NO_PROXY.',
      'If it happens under load only, the server’s accept queue may be full.',
    ],
  }),
  unreachable: (e) => ({
    transient: true,
    summary: `There is no way from this machine to ${where(e)}${why(e)}.`,
    advice: hasCode(e, /^EADDRNOTAVAIL$/)
      ? [
          'This machine has no address or no local port left to connect from: ss -s',
          'Reuse connections with a keep-alive agent, rather than opening one for each request.',
        ]
      : [
          `See the route: ip route get ${commands(e).host}, and whether anything gets through: ${commands(e).connect}`,
          'If the address is IPv6 and this network has none: give `family: 4`, or remove the AAAA record.',
          'Look at the VPN, the security group or the firewall between, and in a container at its network.',
        ],
  }),
  reset: (e) => ({
    transient: true,
    summary: `${where(e)} closed the connection before it had answered ${request(e)}${why(e)}.`,
    advice: [
      ...(says(e, /before secure TLS connection/)
        ? [`It was closed during the TLS handshake: ${commands(e).tls}; a firewall or proxy that filters by name does this, too.`]
        : []),
      ...(e.target?.scheme === 'http' && e.target.port !== 80
        ? [`If port ${e.target.port} speaks TLS, the URL must begin with https://: ${commands(e).tls}`]
        : []),
      'Look in the log of the server, and of what stands before it, for a crash, a restart or a limit at that time.',
      'The server may have acted on the request: send it again only if doing it twice does no harm.',
      `Compare: ${commands(e).curl}`,
    ],
  }),
  'stale-connection': (e) => ({
    transient: true,
    summary: `${where(e)} had closed a kept-alive connection just as ${request(e)} was sent on it${why(e)}.`,
    advice: [
      'Let the server keep idle connections longer than its clients and load balancers do: in Node, server.keepAliveTimeout (5 s unless set) above the balancer’s idle timeout, and server.headersTimeout above that.',
      'Or let this side give them up first: an agent with a shorter idle timeout, such as agentkeepalive with freeSocketTimeout below the server’s.',
      'A request that may be done twice can simply be sent again: it goes over a new connection.',
    ],
  }),
  'tls-certificate': certificateAdvice,
  'tls-protocol': protocolAdvice,
  'read-timeout': (e) => ({
    transient: true,
    summary:
      e.reached === 'answered'
        ? `${where(e)} began to answer ${request(e)}, and then sent nothing more${e.stalled ? ' until axios’s timeout' : ''}${why(e)}.`
        : `${where(e)} did not answer ${request(e)} in time${why(e)}.`,
    advice: [
      `See what takes so long: ${commands(e).curl} -o /dev/null -w '%{time_connect} %{time_starttransfer} %{time_total}\\n'`,
      'Look at the latency of the server, and of what it depends on, at that time.',
      'If it is slow by nature, give that request more time: `timeout`, or `attemptTimeout` and `deadline`.',
      ...(e.reached === undefined ? [`It may also be that no connection stood: ${commands(e).connect}`] : []),
      'If only large requests or answers hang, look at the MTU: that of a container network must not be above that of the VPN or overlay below it.',
    ],
  }),
  deadline: (e, inner) => ({
    transient: true,
    summary: `The deadline of ${time(e.own.deadline)} for ${request(e)} passed${e.attempts > 1 ? ` during attempt ${e.attempts}` : ''}; ${
      inner ? `the last failure before that: ${inner.summary}` : 'no attempt had ended before that.'
    }`,
    advice: [
      'Read the report: reportOf(error) says how long each attempt, the waits between them and the queue took.',
      ...(inner?.advice ?? [
        'Look at the latency of the server at that time; an `attemptTimeout` well below the `deadline` leaves time for a retry.',
      ]),
    ],
  }),
  'rate-limited': (e) => ({
    transient: true,
    summary: `${where(e)} answered 429 to ${request(e)}: too many requests${asked(e) ? `, wait ${asked(e)}` : ', and it did not say how long to wait'}.`,
    advice: [
      asked(e) ? `Send nothing more ${asked(e)}; \`respectRetryAfter\` does that, up to \`maxRetryAfter\`.` : 'Wait longer between requests.',
      'Send fewer at once (`bulkhead`), cache answers, or ask in batches; see whether several processes share one key.',
      'Ask the provider for the limit, or for a higher one.',
    ],
  }),
  'server-error': (e) => ({
    transient: ![501, 505, 511].includes(e.status),
    summary: `${where(e)} answered ${e.status} to ${request(e)}${asked(e) ? `, and asks to wait ${asked(e)}` : ''}.`,
    advice: [
      ...(e.status === 502 || e.status === 504
        ? ['The answer is a gateway’s: look at the health and the logs of what stands behind it.']
        : ['Look in the log of the server at that time, by request id if the answer has one.']),
      ...(e.status === 503 ? ['503 means overloaded or in maintenance: do not send more than before.'] : []),
      ...(e.proxied && e.proxy ? [`It went through the proxy ${authority(e.proxy)}, which may have answered itself.`] : []),
      `Compare: ${commands(e).curl}`,
    ],
  }),
  'client-error': clientError,
  'too-many-open-files': (e) => ({
    transient: true,
    summary: `This process has no file descriptor left to connect to ${where(e)} with${why(e)}.`,
    advice: [
      'See the limit and what uses it up: ulimit -n, and ls /proc/PID/fd | wc -l, or lsof -p PID',
      'Reuse connections: one axios instance with one keep-alive agent and `maxSockets`, not one for each request.',
      'Send fewer at once: `bulkhead`. Destroy stream responses that are not read to their end.',
      'If the need is real, raise the limit: ulimit -n 65536, LimitNOFILE= of systemd, --ulimit nofile of Docker.',
    ],
  }),
  proxy: proxyAdvice,
  'redirect-loop': (e) => ({
    transient: false,
    summary: `${request(e)} was redirected too often${why(e)}.`,
    advice: [
      `Follow the redirects: curl -sIL --max-redirs 10 ${commands(e).curl.slice('curl -v '.length)} | grep -i ^location`,
      'Usual loops: http to https and back behind a proxy that ends TLS (X-Forwarded-Proto), a trailing slash, a login page that needs a cookie.',
      'If there are just many: `maxRedirects`.',
    ],
  }),
  'body-too-large': (e) => ({
    transient: false,
    summary: `The body of ${says(e, /maxContentLength/) ? 'the answer to' : ''} ${request(e)} is larger than allowed${why(e)}.`.replace('  ', ' '),
    advice: says(e, /maxContentLength/)
      ? ['Ask for less (pages, fields, a filter), read it with `responseType: \'stream\'`, or raise `maxContentLength`.']
      : ['Send less, send it in parts, or raise `maxBodyLength`; the server has a limit of its own.'],
  }),
  'body-cut-off': (e) => ({
    transient: true,
    summary: `${where(e)} broke off in the middle of its answer to ${request(e)}${why(e)}.`,
    advice: [
      'Look for a crash, a restart or a deployment of the server at that time, and for a time or size limit of a proxy between.',
      'If it always breaks at the same byte, Content-Length or the compression is wrong; at the same second, a timeout is.',
      `Compare: ${commands(e).curl} -o /dev/null`,
    ],
  }),
  canceled: (e) => ({
    transient: false,
    summary: `${request(e)} was canceled by its caller${why(e)}.`,
    advice: [
      'Nothing is wrong with the server: look at who aborts the `signal` or cancels the `cancelToken`.',
      ...(e.links.some(({ name }) => name === 'TimeoutError')
        ? ['It was aborted by a timeout of the caller’s own (AbortSignal.timeout): give it more time, or use `deadline`.']
        : []),
    ],
  }),
  'circuit-open': (e, inner) => ({
    transient: true,
    summary: `The circuit of ${e.own.scope} is open, so nothing was sent; ${reopening(e.own.retryInMs)}${inner ? `; what happened before: ${inner.summary}` : '.'}`,
    advice: ['Mend what opened it; the circuit closes by itself when a probe succeeds.', ...(inner?.advice ?? [])],
  }),
  'bulkhead-full': (e) => ({
    transient: true,
    summary: `As many requests as allowed are in flight and waiting, so nothing was sent${why(e)}.`,
    advice: [
      `See why ${e.own.scope} takes so long to answer: a full bulkhead mostly means a slow server.`,
      'Send fewer at once, or raise `bulkhead.limit` if the server can take more, and `bulkhead.queue` if callers can wait.',
    ],
  }),
  unknown,
};

export const advise = (cause: FailureCause, evidence: Evidence, inner?: Diagnosis): Finding =>
  FINDINGS[cause](evidence, inner);
