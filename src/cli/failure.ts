import { AxiosError, AxiosHeaders, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios';
import type { Journey, ProxyServer } from './step.js';

/** The request as axios would know it, for `diagnose` to name. Header values stay out. */
export function configOf({ asked, proxy, isTunnelled }: Journey): InternalAxiosRequestConfig {
  return {
    url: asked.url.href,
    method: asked.method,
    headers: new AxiosHeaders(),
    proxy: proxy && !isTunnelled ? placeAndAuth(proxy) : false,
  };
}

const placeAndAuth = ({ place: { scheme, host, port }, auth }: ProxyServer) => ({
  protocol: scheme,
  host,
  port,
  ...(auth && { auth }),
});

/** What a step failed with, as the error that axios would give. */
export function failure(
  journey: Journey,
  cause: unknown,
  { code, request, response }: { code?: string | undefined; request?: unknown; response?: AxiosResponse } = {},
): AxiosError {
  const { message, code: inner } = cause as NodeJS.ErrnoException;
  const error = new AxiosError(message, code ?? inner, configOf(journey), request, response);
  error.cause = cause as Error;
  return error;
}

/** A failure on the way to the first hop, which may be the proxy. */
export const failureOnTheWay = (journey: Journey, cause: unknown): AxiosError =>
  failure(journey, cause, journey.proxy && { code: 'ERR_PROXY_CONNECTION' });

/** An error with the fields that those of the system have. */
export const systemError = (message: string, fields: object): NodeJS.ErrnoException =>
  Object.assign(new Error(message), fields);
