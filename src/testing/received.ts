/** A request, as its receiver saw it. */
export interface Hit {
  /** Upper case: `GET`. */
  readonly method: string;
  /** The whole URL at an adapter, path and query at a server. */
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** What was handed to the adapter; text at a server. */
  readonly body: unknown;
  /** When it arrived, in milliseconds of `performance`'s clock. */
  readonly at: number;
}

/** A request, as a server saw it. */
export interface ServerHit extends Hit {
  /** As text, all of it. */
  readonly body: string;
}

/** A server on 127.0.0.1, at a port of its own. */
export interface Loopback {
  /** `http://127.0.0.1:54321`, without a slash at its end. */
  readonly url: string;
  /** As the system gave it. */
  readonly port: number;
  /** Every request read so far, in order. */
  readonly hits: readonly ServerHit[];
  /** Connections that are open now, idle or not. */
  readonly openSockets: number;
  /** Requests that were neither answered to the end nor given up by their client. */
  readonly busy: number;
  /** Ends it and all its connections. */
  close(): Promise<void>;
}
