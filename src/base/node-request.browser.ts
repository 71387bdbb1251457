/** In the place of node-request.ts where nothing has a request or a stream of Node's. */
export const isUnwritten = (_holder: unknown): boolean => false;
export const hasBroken = (_data: unknown, _error: unknown): boolean => false;
