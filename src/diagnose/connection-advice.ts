import { type Evidence, hasCode, OF_TLS, says } from './evidence.js';
import type { Findings } from './finding.js';
import { isLoopback, type Place } from './place.js';
import { byProxy, commands, onTheWay, request, where, why } from './wording.js';

/** Failures on the way to the server: from the name to the answer. */
export const CONNECTION_FINDINGS = {
  dns: (e) => ({
    transient: false,
    summary: `The name ${nameOf(e)} does not exist, as far as the resolver of this machine knows${why(e)}.`,
    advice: [
      misbuiltName(nameOf(e)),
      `Look for a typo in the name, then ask the resolver that Node asks: ${commands(e, lookedUp(e)).resolve}`,
      'In Docker or Kubernetes: look at /etc/resolv.conf in the container. A service is known by its name on its own network or namespace only; set `dns:` (or --dns) if the container inherited 127.0.0.53.',
      'On a VPN or with split DNS: internal names are known to internal resolvers only.',
    ],
  }),
  'dns-temporary': (e) => ({
    transient: true,
    summary: `The resolver of this machine gave no answer for ${nameOf(e)}${why(e)}.`,
    advice: [
      `Ask it again: ${commands(e, lookedUp(e)).resolve}`,
      'If every name fails, the resolver is out of reach: look at /etc/resolv.conf, at the network, and in Docker at the `dns:` setting (or --dns).',
      'If it comes and goes under load, ask less often: a keep-alive agent, a lower `ndots` in Kubernetes, a local DNS cache.',
    ],
  }),
  'connection-refused': (e) => ({
    transient: true,
    summary: `Nothing accepts connections at ${whereTo(e)}${why(e)}.`,
    advice: [
      `See whether the server is up, on this port: ${commandsThere(e).connect}, and on its own machine: ss -tlnp`,
      ...(isLocal(e)
        ? [
            'localhost is this machine, or this container: in Docker, call another container by its service name, and the host by host.docker.internal.',
            'localhost may be ::1 (IPv6) or 127.0.0.1, and the server may listen on one only.',
          ]
        : ['To be reached from elsewhere it must listen on 0.0.0.0 or ::, not on 127.0.0.1.']),
      'If it has just been started, it may not be ready.',
    ],
  }),
  'connect-timeout': (e) => ({
    transient: true,
    summary: `${says(e, HANDSHAKE) ? 'No TLS with' : 'No connection to'} ${whereTo(e)} stood within the time limit${why(e)}.`,
    advice: says(e, HANDSHAKE)
      ? ofHandshake(e)
      : [
          `See whether a connection can stand at all: ${commandsThere(e).connect}`,
          'A firewall, security group or network policy that drops packets looks like this, and so does a wrong address.',
          commandsThere(e).isName &&
            `See where the name leads: ${commandsThere(e).resolve}. If IPv6 leads nowhere (compare curl -4 and curl -6), give \`family: 4\`.`,
          'If only a proxy leads out from here: set HTTP_PROXY, HTTPS_PROXY and, for internal names, NO_PROXY.',
          e.target?.scheme === 'https' && `If one stands, it may be TLS that hangs: ${commandsThere(e).tls}`,
          'If under load only, the server may be too busy to accept.',
        ],
  }),
  unreachable: (e) => ({
    transient: true,
    summary: `There is no way from this machine to ${whereTo(e)}${why(e)}.`,
    advice: hasCode(e, /^EADDRNOTAVAIL$/)
      ? [
          'This machine has no address or no local port left to connect from: ss -s',
          'Reuse connections with a keep-alive agent, rather than opening one for each request.',
        ]
      : [
          `See the route, and whether anything gets through: ip route get ${commandsThere(e).host}, ${commandsThere(e).connect}`,
          'If the address is IPv6 and this network has none: give `family: 4`.',
          'Look at the VPN, the security group or the firewall between, and in a container at its network.',
        ],
  }),
  reset: (e) => ({
    transient: true,
    summary: `${where(e)}${byProxy(e)} ${hasCode(e, OF_TLS) ? 'lost' : 'closed'} the connection before it had answered ${request(e)}${why(e)}.`,
    advice: [
      brokeHandshake(e) &&
        `It was closed before the TLS handshake was done, as a firewall or proxy that filters by name does: ${commands(e).tls}`,
      e.target?.scheme === 'https' &&
        !hasCode(e, OF_TLS) &&
        `A server that wants a client certificate may close like this, too: ${commands(e).tls}`,
      e.target?.scheme === 'http' &&
        e.target.port !== 80 &&
        `If port ${e.target.port} speaks TLS, the URL must begin with https://: ${commands(e).tls}`,
      'Look in the log of the server, and of what stands before it, for a crash, a restart or a limit at that time.',
      onTheWay(e),
      e.kind !== 'connect' &&
        'The server may have acted on the request: send it again only if doing it twice does no harm.',
      `Compare: ${commands(e).curl}`,
    ],
  }),
  'stale-connection': (e) => ({
    transient: true,
    summary: e.reusedSocket
      ? `${where(e)} had closed a kept-alive connection when ${request(e)} was sent on it${why(e)}.`
      : `${where(e)} may have closed a kept-alive connection when ${request(e)} was sent on it, or else broke off in the headers of its answer${why(e)}.`,
    advice: [
      'Send it again if doing it twice does no harm: it goes over a new connection.',
      'Let the server keep idle connections longer than its clients and load balancers do: in Node, server.keepAliveTimeout (5 s unless set) above their idle timeout, and server.headersTimeout above that.',
      'Or let this side give them up first: an agent whose idle timeout is below the server’s, such as agentkeepalive with `freeSocketTimeout`.',
    ],
  }),
  'read-timeout': (e) => ({
    transient: true,
    summary: progress(e),
    advice: [
      e.reached === 'queued' && agentQueue(e),
      `See what takes so long: ${commands(e).curl} -o /dev/null -w '%{time_connect} %{time_starttransfer} %{time_total}\\n'`,
      'Look at the latency of the server, and of what it depends on, at that time.',
      onTheWay(e),
      'If it is slow by nature, give that request more time: `timeout`, or `attemptTimeout` and `deadline`.',
      e.reached !== 'queued' && agentQueue(e),
      e.reached === undefined && `It may also be that no connection stood: ${commands(e).connect}`,
      !e.socketPath &&
        e.reached !== 'queued' &&
        'If only large requests or answers hang, look at the MTU: a container network’s must not be above that of the VPN or overlay below it.',
    ],
  }),
  'too-many-open-files': (e) => ({
    transient: true,
    summary: `This process has no file descriptor left${purpose(e)}${why(e)}.`,
    advice: [
      'See the limit and what uses it up: ulimit -n, ls /proc/PID/fd | wc -l, lsof -p PID',
      'Reuse connections: one instance with one keep-alive agent and `maxSockets`, not one for each request.',
      'Send fewer at once (`bulkhead`), and destroy stream responses that are not read to their end.',
      'If the need is real, raise the limit: ulimit -n 65536, LimitNOFILE= in systemd, --ulimit nofile= in Docker.',
    ],
  }),
} satisfies Partial<Findings>;

/** What no file descriptor is left for, where that is known. */
function purpose(e: Evidence): string {
  if (e.brokeOff) return ` for the body of ${request(e)}`;
  return e.links.some(({ syscall }) => syscall === 'connect') ? ` for a connection to ${where(e)}` : '';
}

/** As the command says it, which has seen the connection stand. */
const HANDSHAKE = /^TLS handshake with .* not done/;

const ofHandshake = (e: Evidence): string[] => [
  `A connection stood, and TLS was not answered: ${commands(e).tls}`,
  'See that TLS is spoken at that port; a port of another protocol may wait just like this.',
  'A firewall that lets small packets through only, or an MTU that is too large for a VPN on the way, lets handshakes hang, too.',
  'If it happens under load only, the server may be too busy.',
];

const brokeHandshake = (e: Evidence): boolean => e.kind === 'connect' && e.target?.scheme === 'https';

/** Host names that come from a mistake in putting the URL together. */
function misbuiltName(name: string): string | false {
  if (/^(undefined|null|NaN)$/i.test(name))
    return 'A variable in the URL was not set: look at where it is put together.';
  return /^https?$/i.test(name) && 'The URL has its scheme twice: look at where it is put together.';
}

/** axios's own time limits count the time in an agent's queue, too. */
const agentQueue = ({ socketLimit }: Evidence): string | false =>
  socketLimit !== Infinity &&
  `The agent lets ${socketLimit} ${socketLimit === 1 ? 'connection' : 'connections'} stand at once (\`maxSockets\`), and the wait for one counts: raise that, or let fewer requests go (\`bulkhead\`).`;

const PROGRESS = {
  connecting: 'was not reached by',
  sent: 'sent no answer to',
  answered: 'did not finish its answer to',
};

function progress(e: Evidence): string {
  const at = `${where(e)}${byProxy(e)}`;
  if (e.reached === 'queued') {
    return `${request(e)} was still waiting for a connection to ${at} when its time was over${why(e)}.`;
  }
  return `${at} ${e.reached ? PROGRESS[e.reached] : 'gave no complete answer to'} ${request(e)} in time${why(e)}.`;
}

const isLocal = (e: Evidence): boolean =>
  isLoopback(unconnected(e)?.host ?? e.links.findLast(({ address }) => address)?.address ?? '');

const whereTo = (e: Evidence): string => where(e, unconnected(e));

const commandsThere = (e: Evidence) => commands(e, unconnected(e));

/** Where no connection stood: fetch does not tell of a redirect, nor an agent of its proxy, but the port does. */
function unconnected({ target, links }: Evidence): Place | undefined {
  const link = links.findLast(({ syscall, port }) => syscall === 'connect' && port);
  return target && link && link.port !== target.port ? { ...target, host: link.address, port: link.port } : target;
}

/** The place whose name was looked up: after a redirect, or with a proxy, not the one in the request. */
function lookedUp(e: Evidence): Place | undefined {
  const hostname = e.links.findLast((link) => link.hostname)?.hostname;
  return hostname ? { scheme: 'https', port: 443, ...e.target, host: hostname } : e.target;
}

const nameOf = (e: Evidence): string => commands(e, lookedUp(e)).host.replace(/^HOST$/, 'of the server');
