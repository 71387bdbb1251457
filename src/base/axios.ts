import * as all from 'axios';

type Config = all.InternalAxiosRequestConfig;

/** As much of axios's error as is used here, where a test's axios has none. */
class PlainError extends Error {
  readonly isAxiosError = true;

  constructor(
    message?: string,
    readonly code?: string,
    readonly config?: Config,
  ) {
    super(message);
  }
}

class PlainCanceledError extends PlainError {
  override readonly name = 'CanceledError';
  readonly __CANCEL__ = true;

  constructor(message = 'canceled', config?: Config) {
    super(message, 'ERR_CANCELED', config);
  }
}

const STAND_INS = { AxiosError: PlainError, CanceledError: PlainCanceledError };

/** axios, or what a test has put in its place: that may have what is used here as default export, by name, or not at all. */
export const axios = /* @__PURE__ */ (() => ({ ...STAND_INS, ...all, ...all.default }))() as unknown as all.AxiosStatic;
