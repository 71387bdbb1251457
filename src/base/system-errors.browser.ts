/** In the place of system-errors.ts where no error tells of a system call, or of HTTP/2. */
export function kindOfSyscall(_error: object): undefined {}

export const isRefusedStream = (_error: unknown): boolean => false;
