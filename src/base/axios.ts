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

  static from(cause: Error, code?: string, config?: Config): PlainError {
    return Object.assign(new PlainError(cause.message, code, config), { cause });
  }
}

class PlainCanceledError extends PlainError {
  override readonly name = 'CanceledError';
  readonly __CANCEL__ = true;

  constructor(message = 'canceled', config?: Config) {
    super(message, 'ERR_CANCELED', config);
  }
}

/** axios, or what a test has put in its place: that may have what is used here as default export, by name, or not at all. */
export const axios = /* @__PURE__ */ (() => {
  // Vitest throws at the mention of an export that its mock has not.
  const found: Partial<all.AxiosStatic> = { ...all, ...('default' in all && all.default) };
  return {
    ...found,
    AxiosError: found.AxiosError ?? PlainError,
    CanceledError: found.CanceledError ?? PlainCanceledError,
  };
})() as unknown as all.AxiosStatic;
