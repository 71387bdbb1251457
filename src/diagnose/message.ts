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

/** The fields of an error of which only the message is left: `new Error(`Cannot load users: ${error.message}`)`. */
export function fieldsIn(message: string): Fields {
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
