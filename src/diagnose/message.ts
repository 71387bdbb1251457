import { placeAt } from './place.js';

/** The fields of an error that its message tells. */
interface Fields {
  readonly code?: string;
  readonly syscall?: string;
  readonly hostname?: string;
  readonly address?: string;
  readonly port?: number;
}

/** As Node says that a system call failed: its name, the code, and where. */
const CALL = /\b(connect|getaddrinfo|query\w*|read|write) (E[A-Z_]{3,})\b(?: ([^\s,;)"']+))?/;

/** As OpenSSL and Node say that a certificate does not verify. */
const CERTIFICATES: readonly (readonly [RegExp, string])[] = [
  [/self[- ]signed certificate in certificate chain/, 'SELF_SIGNED_CERT_IN_CHAIN'],
  [/self[- ]signed certificate/, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  [/certificate has expired/, 'CERT_HAS_EXPIRED'],
  [/unable to verify the first certificate/, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  [/unable to get (local )?issuer certificate/, 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY'],
  [/does not match certificate's altnames/, 'ERR_TLS_CERT_ALTNAME_INVALID'],
];

/** As Deno's fetch says where it could not connect, and why. */
const DENO = /^error sending request for url \((.+)\): client error \(Connect\): (.+)/;

/** In the words of the system, its resolver and rustls. */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [/^dns error.*[Tt]emporary/, 'EAI_AGAIN'],
  [/^dns error/, 'ENOTFOUND'],
  [/Connection refused/, 'ECONNREFUSED'],
  [/unreachable|No route/, 'ENETUNREACH'],
  [/timed out/, 'ETIMEDOUT'],
  [/: Expired/, 'CERT_HAS_EXPIRED'],
  [/: NotValidForName/, 'ERR_TLS_CERT_ALTNAME_INVALID'],
  [/: UnknownIssuer/, 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY'],
  [/^invalid peer/, 'CERT_REJECTED'],
  [/corrupt message/, 'ERR_SSL_WRONG_VERSION_NUMBER'],
  [/^(received|peer) /, 'EPROTO'],
  [/eof$/, 'ECONNRESET'],
];

/** The fields of an error of which only the message is left: `new Error(`Cannot load users: ${error.message}`)`. */
export function fieldsIn(message: string): Fields {
  const [, url = '', reason] = DENO.exec(message) ?? [];
  if (reason) return fieldsInDeno(url, reason);
  const [, syscall, code, place = ''] = CALL.exec(message) ?? [];
  if (syscall === undefined || code === undefined) {
    const certificate = CERTIFICATES.find(([pattern]) => pattern.test(message));
    return certificate ? { code: certificate[1] } : {};
  }
  // Of a connection that stood, Node does not say where it led: what follows is something else.
  if (syscall === 'read' || syscall === 'write') return { code, syscall };
  if (syscall !== 'connect') return { code, syscall, hostname: place };
  const [, address = place, port = 0] = /^(.*):(\d+)$/.exec(place) ?? [];
  return { code, syscall, address, port: Number(port) };
}

function fieldsInDeno(url: string, reason: string): Fields {
  const code = REASONS.find(([words]) => words.test(reason))?.[1] ?? '';
  const { host, port } = placeAt(url) ?? { host: '', port: 0 };
  return reason.startsWith('dns') ? { code, hostname: host } : { code, syscall: 'connect', address: host, port };
}
