import axios, { type AxiosInstance } from 'axios';
import { attachResilience, type ResilienceHandle } from 'axios-resilience';
import axiosRetry from 'axios-retry';
import type { Diary } from './diary.js';

export interface Contender {
  readonly name: string;
  readonly setUp: string;
  readonly api: AxiosInstance;
  readonly resilience?: ResilienceHandle;
}

const client = (baseURL: string) => axios.create({ baseURL, timeout: 1_000 });

export const CONTENDERS: readonly ((baseURL: string, diary: Diary) => Contender)[] = [
  (baseURL) => ({ name: 'axios', setUp: 'nothing else', api: client(baseURL) }),

  (baseURL, diary) => {
    const api = client(baseURL);
    const onRetry = (number: number) => diary.noteRetry(number);
    axiosRetry(api, { retries: 3, retryDelay: axiosRetry.exponentialDelay, onRetry });
    return {
      name: 'axios-retry',
      setUp: 'axiosRetry(api, { retries: 3, retryDelay: axiosRetry.exponentialDelay })',
      api,
    };
  },

  (baseURL, diary) => {
    const api = client(baseURL);
    // Hooks and logger look on; all that steers is the default.
    const resilience = attachResilience(api, { hooks: diary.hooks, logger: diary.logger });
    return { name: 'axios-resilience', setUp: 'attachResilience(api): its defaults', api, resilience };
  },
];
