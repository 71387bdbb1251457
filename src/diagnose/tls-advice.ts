import { type Evidence, hasCode, isGarbled, says } from './evidence.js';
import type { Finding, Findings } from './finding.js';
import { commands, where, why } from './wording.js';

/** What each certificate error means. No advice switches verification off: without it, anybody can be the server. */
const CERTIFICATES: readonly {
  readonly code: RegExp;
  /** Absent: the trouble is not the server's certificate, but this side's. */
  readonly means: string | undefined;
  readonly advice: (evidence: Evidence) => readonly string[];
}[] = [
  {
    code: /^CERT_HAS_EXPIRED$/,
    means: 'has expired',
    advice: () => [
      'Have the server’s certificate renewed, and see why its automatic renewal did not run or the server was not reloaded.',
      'If the dates are good, look at the clock of this machine: date -u',
    ],
  },
  {
    code: /^CERT_NOT_YET_VALID$/,
    means: 'is not valid yet',
    advice: () => ['Look at the clock of this machine (date -u), then at the dates of the certificate.'],
  },
  {
    code: /^CERT_REVOKED$/,
    means: 'was revoked',
    advice: () => ['Have the server’s certificate replaced; its key may have been stolen.'],
  },
  {
    code: /^(ERR_TLS_CERT_ALTNAME_\w+|HOSTNAME_MISMATCH)$/,
    means: 'is for another name',
    advice: () => [
      'Call the server by a name that its certificate lists under subjectAltName, or have this name added to the certificate.',
      'If the certificate is somebody else’s, the name may resolve to the wrong machine, or the server may choose by SNI: compare with and without -servername.',
    ],
  },
  {
    code: /^DEPTH_ZERO_SELF_SIGNED_CERT$/,
    means: 'is self-signed, and this process was not told to trust it',
    advice: () => [
      'Trust exactly this certificate: start Node with NODE_EXTRA_CA_CERTS=/path/to/server.pem, or give an httpsAgent with `ca`.',
      'Better: a certificate from a CA, public or your own.',
      'If the server should have a public certificate, something else may be answering in its place.',
    ],
  },
  {
    code: /^SELF_SIGNED_CERT_IN_CHAIN$/,
    means: 'comes from a root that this process does not trust',
    advice: () => [
      'If the root is your company’s (an internal CA, or a proxy that inspects TLS): start Node with NODE_EXTRA_CA_CERTS=/path/to/root.pem, or give an httpsAgent with `ca`.',
      'Node has its own list of roots and does not read the system’s; newer versions do with --use-system-ca.',
    ],
  },
  {
    code: /^(UNABLE_TO_\w+|INVALID_CA)$/,
    means: 'comes from a CA that this process does not know, or an intermediate certificate is missing',
    advice: (evidence) => [
      `See the chain that is sent: ${commands(evidence).tls} -showcerts`,
      'If only the server’s own certificate is in it, have the server send its intermediates too: browsers fetch them, Node does not.',
      'If the CA is your own: start Node with NODE_EXTRA_CA_CERTS=/path/to/ca.pem, or give an httpsAgent with `ca`.',
    ],
  },
  {
    code: /^ERR_SSL_\w*(CERTIFICATE|UNKNOWN_CA)|^EPROTO$/,
    means: undefined,
    advice: () => [
      'The server wants a client certificate that it trusts: give an httpsAgent with `cert` and `key`.',
      'If you do: see that it has not expired, that it is meant for clients, and that its intermediates are sent too.',
    ],
  },
];

function certificate(evidence: Evidence): Finding {
  const known = CERTIFICATES.find(({ code }) => hasCode(evidence, code));
  return {
    transient: false,
    summary:
      known && !known.means
        ? `${where(evidence)} wants a client certificate, and does not accept this side’s, or has not got one${why(evidence)}.`
        : `The certificate of ${where(evidence)} ${known?.means ?? 'was not accepted'}${why(evidence)}.`,
    advice: [
      ...(known?.advice(evidence) ?? []),
      `See what is sent: ${commands(evidence).tls} </dev/null | openssl x509 -noout -subject -issuer -dates -ext subjectAltName`,
      'Leave verification on: without it, whoever answers is taken for the server.',
    ],
  };
}

/** What came back was no TLS. */
export const spokeToPlainPort = (evidence: Evidence): boolean =>
  hasCode(evidence, /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST/) ||
  says(evidence, /wrong version number|packet length too long|http request/);

const NO_HTTP2 = /NO_APPLICATION_PROTOCOL/;

function protocol(evidence: Evidence): Finding {
  const { tls, curl, port } = commands(evidence);
  const at = where(evidence);
  if (isGarbled(evidence)) {
    return {
      transient: false,
      summary: `Plain HTTP was sent to ${at}, which answers in TLS${why(evidence)}.`,
      advice: ['Make the URL begin with https://', `See that it speaks TLS: ${tls}`],
    };
  }
  if (spokeToPlainPort(evidence)) {
    return {
      transient: false,
      summary: `TLS was spoken to ${at}, which does not answer in TLS: most likely a plain HTTP port${why(evidence)}.`,
      advice: [
        'Make the URL begin with http://, or give the port on which the server speaks TLS.',
        `See what port ${port} speaks: ${tls}, and ${curl.replace('https:', 'http:')}`,
        'If a proxy is set: the URL of the proxy itself mostly begins with http://, even the one in HTTPS_PROXY.',
      ],
    };
  }
  if (hasCode(evidence, NO_HTTP2) || says(evidence, /no application protocol/)) {
    return {
      transient: false,
      summary: `${at} does not speak the version of HTTP that it was asked for${why(evidence)}.`,
      advice: [
        'Leave `httpVersion: 2` away, and any `ALPNProtocols` of the agent: not every server speaks HTTP/2.',
        `See which it speaks: ${tls} -alpn h2,http/1.1`,
      ],
    };
  }
  return {
    transient: false,
    summary: `This machine and ${at} could not agree on how to speak TLS${why(evidence)}.`,
    advice: [
      says(evidence, /handshake failure/) &&
        `It may want a client certificate: look for “client certificate CA names” in the output of ${tls}, and give an httpsAgent with \`cert\` and \`key\`.`,
      `See which versions and ciphers the server takes: ${tls} -tls1_2, and -tls1_3`,
      'Have the server speak TLS 1.2 or later; a set minVersion, maxVersion, ciphers or secureProtocol of the httpsAgent may rule out what it has.',
      'A server that ends the handshake at once may want a client certificate, or not know the name it is called by (SNI).',
    ],
  };
}

export const TLS_FINDINGS = {
  'tls-certificate': certificate,
  'tls-protocol': protocol,
} satisfies Partial<Findings>;
