import { causesOf } from './causes.js';

/** By system call, whatever the code: ENOENT of `connect` is a missing Unix socket, of other calls a missing file. */
export function kindOfSyscall({ code, syscall }: Readonly<Record<string, unknown>>): 'connect' | 'dns' | undefined {
  if (typeof syscall !== 'string' || typeof code !== 'string') return undefined;
  if (syscall === 'connect') return 'connect';
  return /^(getaddrinfo$|query[A-Z])/.test(syscall) ? 'dns' : undefined;
}

/** An HTTP/2 server says so of a stream it has not looked at (RFC 9113 §8.7). */
export function isRefusedStream(error: unknown): boolean {
  return causesOf(error).some((link) => /NGHTTP2_REFUSED_STREAM/.test(String((link as Error).message)));
}
