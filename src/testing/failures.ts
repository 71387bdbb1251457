import type { AxiosError, AxiosResponse, InternalAxiosRequestConfig } from 'axios';
import { axios } from '../base/axios.js';
import { type Check, message } from '../policy/check.js';
import { isError } from './error.js';
import { node } from './node.js';
import type { Act } from './script.js';
import { utf8 } from './utf8.js';

type Config = InternalAxiosRequestConfig;

/** The system call that fails with each code: Node's message begins with it. */
const SYSCALLS: Readonly<Record<string, string>> = {
  ...syscall('getaddrinfo', 'ENOTFOUND EAI_AGAIN EAI_FAIL EAI_NODATA EAI_NONAME'),
  ...syscall('connect', 'ECONNREFUSED EHOSTUNREACH ENETUNREACH EHOSTDOWN ENETDOWN EADDRNOTAVAIL'),
  ...syscall('read', 'ECONNRESET'),
  ...syscall('write', 'EPIPE'),
};

const TIMEOUTS: ReadonlySet<string> = new Set(['ECONNABORTED', 'ETIMEDOUT']);

/** What can go wrong at an adapter. */
export const anyTrouble: Check = (trouble, path) => {
  if (isError(trouble)) return;
  if (typeof trouble === 'string' && /^(reset|hang|cut|[A-Z][A-Z\d_]+)$/.test(trouble)) return;
  throw new TypeError(message(path, "must be an error, its code, 'reset', 'hang' or 'cut'", trouble));
};

/** The error that one of axios's adapters would reject with. */
export function failureOf(trouble: string, config: Config, url: string, response: AxiosResponse): AxiosError {
  const { request } = response;
  if (trouble === 'cut') {
    return new axios.AxiosError(
      'stream has been aborted',
      axios.AxiosError.ERR_BAD_RESPONSE,
      config,
      request,
      response,
    );
  }
  if (TIMEOUTS.has(trouble)) return timeoutOf(config, request, trouble);
  if (trouble === axios.AxiosError.ERR_NETWORK) return new axios.AxiosError('Network Error', trouble, config, request);
  const cause = systemError(trouble, new URL(url, 'http://localhost'));
  return axios.AxiosError.from(cause, cause.code, config, request);
}

/** The request's own `timeout` passed. */
export function timeoutOf(config: Config, request: object, code?: string): AxiosError {
  const { timeout, timeoutErrorMessage, transitional } = config;
  const usual = timeout ? `timeout of ${timeout}ms exceeded` : 'timeout exceeded';
  const own = transitional?.clarifyTimeoutError ? axios.AxiosError.ETIMEDOUT : axios.AxiosError.ECONNABORTED;
  return new axios.AxiosError(timeoutErrorMessage || usual, code ?? own, config, request);
}

/** As axios's own adapters settle: by `validateStatus`. */
export function settled(response: AxiosResponse): AxiosResponse {
  const { status, config, request } = response;
  if (!config.validateStatus || config.validateStatus(status)) return response;
  const code = status >= 400 && status < 500 ? axios.AxiosError.ERR_BAD_REQUEST : axios.AxiosError.ERR_BAD_RESPONSE;
  throw new axios.AxiosError(`Request failed with status code ${status}`, code, config, request, response);
}

/** A whole body as each `responseType` has it; axios parses JSON itself. */
export function dataOf({ body }: Act, { responseType, responseEncoding }: Config): unknown {
  const bytes = node()?.getBuiltinModule('node:buffer').Buffer.from(body);
  if (responseType === 'arraybuffer') return bytes ?? utf8(body).buffer;
  if (responseType === 'blob' && !bytes) return new Blob([body]);
  const text = bytes?.toString(responseEncoding as BufferEncoding) ?? body;
  return text.replace(/^\uFEFF/, '');
}

/** An error as Node's sockets and resolver make them. */
function systemError(trouble: string, { hostname, port, protocol }: URL): Error & { code: string } {
  if (trouble === 'reset') return Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
  const call = Object.hasOwn(SYSCALLS, trouble) ? SYSCALLS[trouble] : undefined;
  const text = call ? `${call} ${trouble}` : trouble;
  const fields = { code: trouble, ...(call && { syscall: call }) };
  if (call === 'getaddrinfo') return Object.assign(new Error(`${text} ${hostname}`), fields, { hostname });
  if (call !== 'connect') return Object.assign(new Error(text), fields);
  const place = { address: hostname, port: Number(port) || (protocol === 'https:' ? 443 : 80) };
  return Object.assign(new Error(`${text} ${place.address}:${place.port}`), fields, place);
}

function syscall(name: string, codes: string): Record<string, string> {
  return Object.fromEntries(codes.split(' ').map((code) => [code, name]));
}
