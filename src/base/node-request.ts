import type { AxiosError, AxiosResponse } from 'axios';
import { axios } from './axios.js';
import { causesOf } from './causes.js';

/** As much of a Node stream as tells how it has ended. */
interface Readable {
  readonly destroyed: boolean;
  readonly errored: Error | null;
  readonly readableEnded: boolean;
}

/** As much of Node's requests as is looked at here. That of follow-redirects stands before those of its hops. */
interface Request {
  readonly _currentRequest?: Request;
  readonly protocol?: string;
  readonly reusedSocket?: boolean;
  readonly socket?: {
    readonly encrypted?: boolean;
    readonly secureConnecting?: boolean;
    readonly bytesWritten?: number;
  };
  readonly res?: { readonly statusCode?: number; readonly headers: object };
}

/** The latest hop of what the http adapter sent, as an error or an answer has it. */
function requestOf(holder: unknown): Request | undefined {
  const { request } = Object(holder) as { request?: Request };
  return request?._currentRequest ?? request;
}

/** Status and headers of an answer that has begun, whatever became of its body. */
export function answerOf(error: unknown): AxiosResponse | undefined {
  const request = requestOf(error);
  const { statusCode: status, headers } = request?.res ?? {};
  const { config } = Object(error) as AxiosError;
  if (!status || !config) return undefined;
  return { data: undefined, status, statusText: '', headers: new axios.AxiosHeaders({ ...headers }), config, request };
}

/** The handshake of TLS was over. */
export const stoodInTls = (holder: unknown): boolean => requestOf(holder)?.socket?.secureConnecting === false;

/**
 * True if nothing was written to the server for what has this request of Node's http module: it got no connection, or one on
 * which TLS never stood. Agents play the answer of a proxy that makes no tunnel to it on a socket of their own, in plain text; mocks
 * play the loss of what was sent on one whose TLS never stands, with an error that is none of the system's or of OpenSSL's.
 */
export function isUnwritten(holder: unknown): boolean {
  const { reusedSocket, socket, protocol } = requestOf(holder) ?? {};
  if (typeof reusedSocket !== 'boolean') return false;
  if (!socket) return true;
  if (socket.encrypted) return socket.secureConnecting === true && causesOf(holder).some(isNative);
  return protocol === 'https:' && socket.bytesWritten === 0;
}

/**
 * The failure is that of the Node stream that an adapter of axios's own was to send, which has broken or was closed before its
 * end; not the other way about: whoever caught the error may have destroyed the stream with it. Of a web stream it cannot be
 * known.
 */
export function hasBroken(data: unknown, error: unknown): boolean {
  const { destroyed, errored, readableEnded } = Object(data) as Partial<Readable>;
  if (errored) return errored !== error && causesOf(error).includes(errored);
  return destroyed === true && readableEnded === false && causesOf(error).some(isPrematureClose);
}

const hasCode = (link: object, code: string): boolean => 'code' in link && link.code === code;

/** Bun's has neither the name of a system call nor that of a library. */
const isNative = (link: object): boolean =>
  'syscall' in link || 'library' in link || hasCode(link, 'ERR_SOCKET_CLOSED');

const isPrematureClose = (link: object): boolean => hasCode(link, 'ERR_STREAM_PREMATURE_CLOSE');
