export interface Endpoint {
  /** Without the brackets of an IPv6 address. */
  readonly host: string;
  /** Absent: not known. */
  readonly port?: number | undefined;
}

/** Where a connection leads to. */
export interface Place extends Endpoint {
  readonly scheme: string;
  readonly port: number;
}

/** Scheme, host and port of a URL, and never its userinfo. */
export function placeAt(url: string): Place | undefined {
  try {
    const { protocol, hostname, port } = new URL(url);
    const scheme = protocol.slice(0, -1);
    if (hostname) return { scheme, host: bare(hostname), port: portOr(port, scheme) };
  } catch {
    // Not a URL: it leads nowhere.
  }
  return undefined;
}

/** The port given, or else the usual one of the scheme. A URL may name port 0, which nothing can listen on. */
export const portOr = (port: unknown, scheme: string): number =>
  port === '0' ? 0 : Number(port) || (scheme === 'https' ? 443 : 80);

/** `host:port`, with brackets around an IPv6 address. */
export const authority = ({ host, port }: Endpoint): string =>
  `${host.includes(':') ? `[${host}]` : host}${port === undefined ? '' : `:${port}`}`;

/** `scheme://host:port`. */
export const originAt = (place: Endpoint & Pick<Place, 'scheme'>): string => `${place.scheme}://${authority(place)}`;

/** Without the brackets of an IPv6 address. */
export const bare = (host: string): string => host.replace(/^\[|\]$/g, '');

/** This machine, by any of its usual names. */
export const isLoopback = (host: string): boolean => /^(localhost|0\.0\.0\.0|127(\.\d+){3}|::1?)$/i.test(host);
