import axios, { type AxiosInstance, type AxiosResponse, type CreateAxiosDefaults } from 'axios';
import { attachResilience, presets, type ResiliencePolicy } from 'axios-resilience';
import axiosRetry from 'axios-retry';
import {
  bulkhead,
  ConsecutiveBreaker,
  circuitBreaker,
  handleAll,
  type IPolicy,
  TimeoutStrategy,
  timeout,
  wrap,
} from 'cockatiel';
import CircuitBreaker from 'opossum';
import { attach as attachRetryAxios } from 'retry-axios';

export type Send = (url: string) => Promise<AxiosResponse>;

/** What a lane that fails on purpose asks for: so long a wait before each retry, and no breaker that trips. */
export interface Failing {
  readonly waitMs: number;
}

export interface Contender {
  readonly name: string;
  make(defaults: CreateAxiosDefaults, failing?: Failing): Send;
}

export const OURS = 'axios-resilience';
export const OURS_RETRY_ONLY = 'axios-resilience, retryOnly';

/** Of pino's shape. */
export const logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

const HOUR_MS = 3_600_000;

export const bare: Contender = {
  name: 'bare axios',
  make(defaults) {
    const api = axios.create(defaults);
    return (url) => api.get(url);
  },
};

export const withAxiosRetry: Contender = {
  name: 'axios-retry',
  make(defaults, failing) {
    const api = retried(defaults, failing);
    return (url) => api.get(url);
  },
};

const withRetryAxios: Contender = {
  name: 'retry-axios',
  make(defaults, { waitMs = 0 }: Partial<Failing> = {}) {
    const api = axios.create(defaults);
    api.defaults.raxConfig = { retry: 3, retryDelay: waitMs, backoffType: 'static', jitter: 'none' };
    attachRetryAxios(api);
    return (url) => api.get(url);
  },
};

/** What people put together by hand today. */
export const withCockatiel: Contender = {
  name: 'axios-retry + cockatiel',
  make(defaults, failing) {
    const api = retried(defaults, failing);
    const guarded = wrap(...guards(failing));
    return (url) => guarded.execute(() => api.get(url));
  },
};

export const withCockatielAndMore: Contender = {
  name: 'the same with timeout and log',
  make(defaults, failing) {
    const api = retried(defaults, failing);
    api.interceptors.response.use(undefined, (error) => {
      logger.warn();
      throw error;
    });
    const limit = timeout(failing ? HOUR_MS : 30_000, TimeoutStrategy.Aggressive);
    const guarded = wrap(limit, ...guards(failing));
    limit.onTimeout(() => logger.warn());
    return (url) => guarded.execute(({ signal }) => api.get(url, { signal }));
  },
};

export const withOpossum: Contender = {
  name: 'axios + opossum',
  make(defaults, failing) {
    const api = axios.create(defaults);
    const breaker = new CircuitBreaker((url: string) => api.get(url), {
      timeout: failing ? HOUR_MS : 10_000,
      volumeThreshold: failing ? Number.MAX_SAFE_INTEGER : 10,
    });
    return (url) => breaker.fire(url);
  },
};

/** With everything that is on by default, and a logger. */
export const ours: Contender = {
  name: OURS,
  make: (defaults, failing) => attached(defaults, { logger, ...(failing && persistent(failing)) }),
};

/** What the plain retry plugins do, to compare like with like. */
export const oursRetryOnly: Contender = {
  name: OURS_RETRY_ONLY,
  make(defaults, failing) {
    const retry = failing ? persistent(failing).retry : undefined;
    return attached(defaults, { ...presets.retryOnly, retry });
  },
};

/** The floor first. */
export const everyone: readonly Contender[] = [
  bare,
  withAxiosRetry,
  withRetryAxios,
  withCockatiel,
  withCockatielAndMore,
  withOpossum,
  oursRetryOnly,
  ours,
];

/** Longer than any lane is held. */
export const patient = { deadline: HOUR_MS, attemptTimeout: HOUR_MS } satisfies ResiliencePolicy;

/** Our policy for lanes that fail on purpose: all is on, and nothing ends a call before its retries do. */
const persistent = ({ waitMs }: Failing) =>
  ({
    ...patient,
    retry: { backoff: () => waitMs, budget: false },
    breaker: { minimumCalls: Number.MAX_SAFE_INTEGER, minimumDuration: HOUR_MS },
    bulkhead: { limit: 1_000_000 },
  }) satisfies ResiliencePolicy;

export function attached(defaults: CreateAxiosDefaults, policy: ResiliencePolicy): Send {
  const api = axios.create(defaults);
  attachResilience(api, policy);
  return (url) => api.get(url);
}

function retried(defaults: CreateAxiosDefaults, { waitMs = 0 }: Partial<Failing> = {}): AxiosInstance {
  const api = axios.create(defaults);
  axiosRetry(api, { retries: 3, retryDelay: () => waitMs });
  return api;
}

function guards(failing: Failing | undefined): [IPolicy, IPolicy] {
  const consecutive = failing ? Infinity : 5;
  return [
    bulkhead(failing ? 1_000_000 : 256, 10_000),
    circuitBreaker(handleAll, { halfOpenAfter: 1_000, breaker: new ConsecutiveBreaker(consecutive) }),
  ];
}
