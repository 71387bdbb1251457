// What is seen of a scope from outside.

/** A request of a call, as the connection pool gets it. */
export interface Sent {
  readonly id: number;
  readonly call: number;
  readonly method: string;
  /** It takes up a slot. */
  readonly isLive: () => boolean;
}

/** An attempt, as the call's report tells of it. */
export interface Told {
  readonly status?: number;
  readonly failure?: string;
  readonly durationMs: number;
  readonly hedge?: true;
}

/** A call's report. */
export interface Tale {
  readonly attempts: readonly Told[];
  readonly retries: number;
  readonly waitedMs: number;
  readonly queuedMs: number;
  readonly elapsedMs: number;
  readonly ended: string | undefined;
}

/** How a call settled, as its caller sees it. */
export interface Settled {
  /** The only end that what the caller got can mean; `undefined`: its last attempt failed. */
  readonly end: string | undefined;
  readonly report: Tale | undefined;
  readonly deadline: number;
  readonly tookMs: number;
  /** Without the time for which the event loop was held up. */
  readonly countedMs: number;
  /** Since it was cancelled, if it was before it settled. */
  readonly turnsSinceCancel: number | undefined;
}

export interface Counted {
  readonly calls: number;
  readonly attempts: number;
  readonly successes: number;
  readonly failures: number;
  readonly rejected: number;
  readonly canceled: number;
}
