export { type AxiosRetryOptions, fromAxiosRetry } from './migrate/axios-retry.js';
export type { BasePolicy } from './migrate/carry.js';
export { fromRetryAxios, type RetryAxiosOptions } from './migrate/retry-axios.js';
