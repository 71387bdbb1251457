import type { AxiosInstance } from 'axios';
import axiosRetry from 'axios-retry';
import type { LightSignal } from '../base/signal.js';

/** What axios-retry re-issues. It asks `again`, waits `delayMs`, calls `resend`, and so on until one of them says no. */
export interface Reissuable {
  /** The latest attempt failed: shall there be another? */
  again(): Promise<boolean>;
  readonly delayMs: number;
  /** True if this attempt failed too. */
  resend(): Promise<boolean>;
  /** Ends a wait: `resend` is called at once. */
  readonly signal: LightSignal;
}

/** axios-retry finds its state, and the signal that ends its wait, on the config of the error it is shown. */
interface Ticket {
  readonly job: Reissuable;
  readonly signal: LightSignal;
}

type Rejected = (error: { readonly config: Ticket }) => Promise<unknown>;

/** Lets axios-retry send the attempts after a failed first one, until one succeeds or `again` says no. */
export async function reissue(job: Reissuable): Promise<void> {
  try {
    await onFailure({ config: { job, signal: job.signal } });
  } catch {
    // axios-retry gives up by rejecting with what it was shown; how the call ended, the job knows.
  }
}

const onFailure = /* @__PURE__ */ mount();

/**
 * Mounts axios-retry on the wire: a callable with as much of an AxiosInstance as axios-retry touches, and gives back what
 * it would have an instance do with a failed request. On the caller's instance itself it would send each retry through all
 * interceptors and transforms again.
 */
function mount(): Rejected {
  let rejected!: Rejected;
  const wire = async (config: Ticket): Promise<unknown> =>
    (await config.job.resend()) ? rejected({ config }) : undefined;
  const touched = {
    defaults: {},
    interceptors: {
      request: { use: () => 0 },
      response: {
        use: (_fulfilled: unknown, handler: Rejected) => {
          rejected = handler;
          return 0;
        },
      },
    },
  };
  axiosRetry(Object.assign(wire, touched) as unknown as AxiosInstance, {
    retries: Infinity,
    retryCondition: ({ config }) => jobOf(config).again(),
    retryDelay: (_retry, { config }) => jobOf(config).delayMs,
    // Otherwise it would take the time spent so far off `config.timeout`.
    shouldResetTimeout: true,
  });
  return rejected;
}

const jobOf = (config: unknown): Reissuable => (config as Ticket).job;
