import { causesOf } from './causes.js';

/** What was being done, whatever went wrong with it: a Unix socket that is not there is ENOENT, as is any other file. */
export function kindOfSyscall({ code, syscall }: Readonly<Record<string, unknown>>): 'connect' | 'dns' | undefined {
  if (typeof syscall !== 'string' || typeof code !== 'string') return undefined;
  if (syscall === 'connect') return 'connect';
  return /^(getaddrinfo$|query[A-Z])/.test(syscall) ? 'dns' : undefined;
}

/** An HTTP/2 server says so of a stream it has not looked at (RFC 9113 §8.7). */
export function isRefusedStream(error: unknown): boolean {
  return causesOf(error).some((link) => /NGHTTP2_REFUSED_STREAM/.test(String((link as Error).message)));
}
