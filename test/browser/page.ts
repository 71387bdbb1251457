import axios, { type AxiosInstance, type AxiosResponse, type CreateAxiosDefaults } from 'axios';
import {
  attachResilience,
  isResilienceError,
  type ResilienceHandle,
  type ResiliencePolicy,
  type ResilienceReport,
  reportOf,
} from 'axios-resilience';

// The page's script: what the tests work with in the browser, and nothing that is tested.

/** How a call ended, as plain data that can leave the page. */
export interface Ending {
  readonly status: number | undefined;
  readonly data: unknown;
  readonly error: Failure | undefined;
  readonly report: ResilienceReport | undefined;
  /** `performance.now()` of the page. */
  readonly at: number;
}

export interface Failure {
  readonly name: string;
  readonly code: string | undefined;
  readonly message: string;
  readonly isAxiosError: boolean;
  readonly isCancel: boolean;
  readonly isResilienceError: boolean;
  readonly retryInMs: number | undefined;
  readonly scope: string | undefined;
  readonly cause: { readonly message: string; readonly code: string | undefined } | undefined;
}

const unhandled: string[] = [];
addEventListener('unhandledrejection', ({ reason }) => unhandled.push(String(reason)));
addEventListener('error', ({ message }) => unhandled.push(message));

let controller = new AbortController();

const lab = {
  /** Rejections and errors that nobody handled. */
  unhandled,

  attached(
    defaults: CreateAxiosDefaults,
    policy?: ResiliencePolicy,
  ): { readonly api: AxiosInstance; readonly handle: ResilienceHandle } {
    const api = axios.create(defaults);
    return { api, handle: attachResilience(api, policy) };
  },

  async ending(call: Promise<AxiosResponse>): Promise<Ending> {
    const { response, error } = await call.then(
      (response) => ({ response, error: undefined }),
      (error) => ({ response: undefined, error }),
    );
    const at = performance.now();
    const failure = error && {
      name: error.name,
      code: error.code,
      message: error.message,
      isAxiosError: error instanceof axios.AxiosError,
      isCancel: axios.isCancel(error),
      isResilienceError: isResilienceError(error),
      retryInMs: error.retryInMs,
      scope: error.scope,
      cause: error.cause && { message: error.cause.message, code: error.cause.code },
    };
    const { status, data } = response ?? error?.response ?? {};
    return { status, data, error: failure, report: reportOf(response ?? error), at };
  },

  /** What the next `cancel()` aborts. */
  canceller(): AbortController {
    controller = new AbortController();
    return controller;
  },

  /** Returns when it was. */
  cancel(): number {
    const at = performance.now();
    controller.abort();
    return at;
  },

  /** Resolves when everything that is ready to run has run. */
  turn: (): Promise<void> => new Promise((resolve) => setTimeout(resolve)),

  /** Resolves when the condition holds, which is looked at again and again. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
  },
};

export type Lab = typeof lab;

Object.assign(globalThis, { lab });
