import { describe, expect, test } from '@jest/globals';
import axios from 'axios';
import {
  attachResilience,
  isResilienceError,
  type ResilienceHandle,
  type ResilienceOverride,
  type ResiliencePolicy,
  reportOf,
} from 'axios-resilience';
import { fromAxiosRetry, fromRetryAxios } from 'axios-resilience/migrate';
import { type Script, scriptedAdapter, withFakeClock } from 'axios-resilience/testing';

// What must compile, and with @ts-expect-error what must not. The compiler is the test; it runs in `npm run typecheck`.
async function compiles(): Promise<void> {
  const api = axios.create({ resilience: { retry: 2 } });
  const handle: ResilienceHandle = attachResilience(api, {
    deadline: 5_000,
    attemptTimeout: false,
    retry: {
      maxRetries: 2,
      limits: { read: 1 },
      methods: ['get', 'POST', 'PROPFIND'],
      backoff: ({ attempt }) => attempt,
    },
    breaker: { consecutive: 3, successThreshold: 2, slowCallDuration: 5_000 },
    bulkhead: { limit: 4, countStreams: true },
    scope: (config) => config.url ?? '',
    hooks: {
      onRetry: ({ attempt, delayMs, because, response }) => `${attempt} ${delayMs} ${because} ${response?.status}`,
      onStateChange: async ({ from, to }) => `${from} ${to}`,
      onSaturation: ({ scope, limit, queued }) => `${scope} ${limit.toFixed()} ${queued.toFixed()}`,
    },
    logger: console,
  });
  const maybe: (() => void) | undefined = undefined;
  handle.subscribe({ onRetry: maybe, onEnd: undefined });
  fromAxiosRetry({ retryCondition: undefined, retryDelay: undefined, onRetry: maybe, onMaxRetryTimesExceeded: maybe });
  fromRetryAxios({ shouldRetry: undefined, onError: maybe, onRetryAttempt: maybe });
  const unset: undefined = undefined;
  scriptedAdapter([{ status: unset, headers: unset, error: unset, delay: unset, drip: unset }]);
  await withFakeClock(() => {}, { random: unset });
  const routes: Record<string, number[]> = { 'GET /': [503, 200] };
  scriptedAdapter(routes satisfies Script);
  scriptedAdapter([
    503, // not where the mistake is
    // @ts-expect-error no such option
    { stauts: 503 },
  ]);
  class Client extends axios.Axios {}
  attachResilience(new Client({}));
  await api.get('/', { resilience: false });
  await api.get('/', { resilience: { retry: { methods: { GET: true, POST: { statuses: [503] } } } } });
  api.interceptors.request.use((config) => {
    config.resilience = { idempotent: true };
    return config;
  });
  try {
    await api.get('/');
  } catch (error) {
    if (isResilienceError(error)) {
      if (error.code === 'ERR_CIRCUIT_OPEN') error.retryInMs.toFixed();
      if (error.code === 'ERR_DEADLINE_EXCEEDED') error.deadline.toFixed();
      error.config.url?.length;
    }
    reportOf(error)?.attempts[0]?.failure?.length;
  }
  handle.breakers.get('x')?.isolate().dispose();
  handle.stats().scopes.x?.circuit?.length;
  // @ts-expect-error all scopes together have no circuit
  handle.stats().circuit;

  const policy: ResiliencePolicy = {};
  // @ts-expect-error a string is no number of milliseconds
  policy.deadline = '5s';
  // @ts-expect-error no such option
  policy.retries = 3;
  const override: ResilienceOverride = {};
  // @ts-expect-error a request cannot change what the instance shares
  override.bulkhead = 4;
  // @ts-expect-error nor be true
  api.get('/', { resilience: true });
  // @ts-expect-error a map to look at, not to change
  handle.breakers.clear();
}

describe('the types', () => {
  test('describe what is there at run time', () => {
    expect([attachResilience, isResilienceError, reportOf].map((it) => typeof it)).toEqual(Array(3).fill('function'));
    expect(typeof compiles).toBe('function');
  });
});
