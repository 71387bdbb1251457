/** In the place of system-errors.ts where no error tells of a system call, of TLS or of HTTP/2. */
export function kindDespiteCode(_error: object, _of: unknown): undefined {}

export function kindOfCode(_code: string): undefined {}

export function kindOfMessage(_message: string): undefined {}

export const kindOfUnwritten = <Kind>(kind: Kind, _error: unknown): Kind => kind;

export function cutAnswer(_error: unknown): undefined {}

export const isKnownUnsent = (_kind: string, _error: unknown): boolean => false;
