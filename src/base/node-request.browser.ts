/** In the place of node-request.ts where nothing has a request of Node's. */
export const isUnwritten = (_holder: unknown): boolean => false;
