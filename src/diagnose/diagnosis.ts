/** What went wrong, in the words of whoever has to mend it. */
export type FailureCause =
  | 'bad-url'
  | 'dns'
  | 'dns-temporary'
  | 'connection-refused'
  | 'connect-timeout'
  | 'unreachable'
  | 'reset'
  | 'stale-connection'
  | 'tls-certificate'
  | 'tls-protocol'
  | 'read-timeout'
  | 'deadline'
  | 'rate-limited'
  | 'server-error'
  | 'client-error'
  | 'too-many-open-files'
  | 'proxy'
  | 'redirect-loop'
  | 'body-too-large'
  | 'body-cut-off'
  | 'canceled'
  | 'circuit-open'
  | 'bulkhead-full'
  | 'unknown';

/** What `diagnose` makes of an error. */
export interface Diagnosis {
  /** Its name, to be counted and compared. */
  readonly cause: FailureCause;
  /** True if the same request may succeed later with nothing changed. */
  readonly transient: boolean;
  /** One sentence: what failed, where, and the innermost error. No userinfo, query value, header or body is in it. */
  readonly summary: string;
  /** What to look at or do next, the likeliest first. */
  readonly advice: readonly string[];
}
