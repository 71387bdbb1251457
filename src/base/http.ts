/** Methods whose requests may be sent twice without doing their work twice (RFC 9110 §9.2.2; QUERY: draft-ietf-httpbis-safe-method-w-body). */
export const IDEMPOTENT_METHODS: readonly string[] = ['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE', 'QUERY'];

/** Methods that ask for nothing to be done (RFC 9110 §9.2.1). */
export const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'QUERY']);

/** Statuses that may pass by themselves. 413 does only when it comes with a Retry-After (RFC 9110 §15.5.14). */
export const TRANSIENT_STATUSES: readonly number[] = [408, 413, 425, 429, 500, 502, 503, 504];

/** 413 Content Too Large: the one status that is temporary only if the server says so. */
export const CONTENT_TOO_LARGE = 413;

export const TOO_MANY_REQUESTS = 429;

export const SERVICE_UNAVAILABLE = 503;

/** Header fields by which a client makes a POST safe to send twice. */
export const IDEMPOTENCY_KEY_HEADERS = ['Idempotency-Key', 'X-Idempotency-Key'] as const;

/** Header fields that no request takes along to another origin. */
export const CREDENTIAL_HEADERS = ['Authorization', 'Proxy-Authorization', 'Cookie'] as const;

/** The port of a URL that names none, by its protocol. */
export const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };
