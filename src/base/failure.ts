import type { AxiosError, AxiosResponse, InternalAxiosRequestConfig } from 'axios';
import { causesOf } from './causes.js';
import { failedElsewhere } from './redirected.js';
import {
  cutAnswer,
  isKnownUnsent,
  kindDespiteCode,
  kindOfCode,
  kindOfMessage,
  kindOfUnwritten,
} from './system-errors.js';

/**
 * How an attempt failed, by what the server may have done: nothing was sent for `dns`, `connect` and `refused`, no
 * request left for `tls`, and for `read` and `timeout` it may have acted.
 */
export type FailureKind = 'dns' | 'connect' | 'tls' | 'read' | 'timeout' | 'status' | 'canceled' | 'refused' | 'other';

/** Codes that mocks give in browsers too; what only Node has is in system-errors.ts. */
const KINDS: Readonly<Record<string, FailureKind>> = {
  ...each('dns', 'ENOTFOUND EAI_AGAIN'),
  ...each('connect', 'ECONNREFUSED EHOSTUNREACH ENETUNREACH'),
  ...each('read', 'ECONNRESET EPIPE'),
  ...each('timeout', 'ETIMEDOUT'),
};

/** All that a page is told, by xhr and by each engine's fetch in words of its own. */
export const OPAQUE =
  /^(Network ?(Error|request failed|connection)|Failed to fetch|fetch failed|Load failed|The (network|Internet) connection)/i;

/** What adapters say without a code. The first match counts. */
const MESSAGES: readonly (readonly [RegExp, FailureKind])[] = [
  [/^maxContentLength size/, 'other'],
  [OPAQUE, 'read'],
  // Firefox's of a body that breaks off.
  [/^(Error in (input|body) stream|Content-Length header|The operation was aborted\. $)/, 'read'],
];

/**
 * Sorts what an adapter threw. `error.code` alone tells too little: axios gives `ERR_BAD_RESPONSE` to 5xx answers, cut
 * bodies and oversized ones alike, and its fetch adapter hides the reason one or two causes down, or gives no code.
 */
export function classify(error: unknown): FailureKind {
  if (isCancellation(error)) return 'canceled';
  const { code, config, message = '' } = (error ?? {}) as Partial<AxiosError>;
  const response = responseOf(error);
  if (code === 'ECONNABORTED') return 'timeout';
  // axios has asked `validateStatus`.
  if (response && /^Request failed with status/.test(message)) return 'status';
  // Whatever became of its body, too. axios takes any status as fine where there is no `validateStatus`.
  if (response && config?.validateStatus && !config.validateStatus(response.status)) return 'status';
  const kind = kindOfUnwritten(kindInWords(error), error);
  if (kind) return kind;
  // An answer whose status was fine, yet an error: its body was cut off, or stalled until axios gave up.
  if (response) return config ? 'read' : 'status';
  return code === 'ERR_NETWORK' ? 'read' : 'other';
}

/** The answer an error came with, or as much of it as is known: axios 1.13.3 and 1.13.4 leave it on the cause of a fetch's errors. */
export function responseOf(error: unknown): AxiosResponse | undefined {
  const { response, cause } = (error ?? {}) as Partial<AxiosError>;
  return response ?? (isOfAxios(cause) ? cause.response : cutAnswer(error));
}

/**
 * True if nothing of the request can have been acted on, so that even a POST may be sent again (RFC 9110 §9.2.2). A
 * connection that failed after a redirect is another matter: the first hop was sent. `error` may be an answer, too.
 */
export function neverSent(kind: FailureKind, error: unknown, config?: InternalAxiosRequestConfig): boolean {
  if (kind === 'refused') return true;
  return (kind === 'dns' || kind === 'connect' || isKnownUnsent(kind, error)) && !failedElsewhere(error, config);
}

const isOfAxios = (error: unknown): error is AxiosError => Boolean(Object(error).isAxiosError);

function isCancellation(error: unknown): boolean {
  const { name, code, message, __CANCEL__ } = (error ?? {}) as Partial<AxiosError> & { __CANCEL__?: unknown };
  // By the one or the other axios knows it.
  if (code === 'ERR_CANCELED' || __CANCEL__) return true;
  // So Firefox calls a body that was lost. axios makes an error of its own of that, and one that is canceled of an abort.
  if (name === 'AbortError') return !isOfAxios(error) || message !== 'The operation was aborted. ';
  // What xhr says when the browser itself ends a request: the page is being left.
  return code === 'ECONNABORTED' && message === 'Request aborted';
}

/** By the innermost link of the chain that tells. */
function kindInWords(error: unknown): FailureKind | undefined {
  for (const link of causesOf(error).reverse()) {
    const kind = kindOf(link, error);
    if (kind) return kind;
  }
  return undefined;
}

function kindOf(link: NonNullable<unknown>, of: unknown): FailureKind | undefined {
  const { name, code, message } = link as Readonly<Record<string, unknown>>;
  const despite = kindDespiteCode(link, of);
  if (despite) return despite;
  if (name === 'TimeoutError') return 'timeout';
  if (typeof code === 'string') {
    const known = Object.hasOwn(KINDS, code) ? KINDS[code] : kindOfCode(code);
    if (known) return known;
  }
  if (typeof message !== 'string') return undefined;
  return kindOfMessage(message) ?? MESSAGES.find(([pattern]) => pattern.test(message))?.[1];
}

function each(name: FailureKind, codes: string): Record<string, FailureKind> {
  return Object.fromEntries(codes.split(' ').map((code) => [code, name]));
}
