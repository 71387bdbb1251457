import axios, { type AxiosInstance } from 'axios';
import axiosRetry from 'axios-retry';
import { attachResilience, type ResiliencePolicy } from '../../src/index.js';

/** What the clients of a fleet do about failures. */
export interface Contender {
  readonly name: string;
  readonly equip: (instance: AxiosInstance) => void;
}

const ours =
  (policy: ResiliencePolicy) =>
  (instance: AxiosInstance): void =>
    void attachResilience(instance, policy);

/** Our retries and nothing that protects the server: breaker, budget and cool-down are added to it below. */
const WITHOUT: ResiliencePolicy = { breaker: false, coolDown: false, retry: { budget: false } };

export const WITHOUT_RETRIES = 'no retry';
export const DEFAULTS = 'ours, defaults';

export const CONTENDERS: readonly Contender[] = [
  { name: WITHOUT_RETRIES, equip: () => {} },
  { name: 'axios-retry', equip: (instance) => axiosRetry(instance as Parameters<typeof axiosRetry>[0]) },
  { name: 'ours, retries alone', equip: ours(WITHOUT) },
  { name: 'ours, with budget', equip: ours({ breaker: false, coolDown: false }) },
  { name: 'ours, with breaker', equip: ours({ coolDown: false, retry: { budget: false } }) },
  { name: 'ours, with cool-down', equip: ours({ breaker: false, retry: { budget: false } }) },
  { name: DEFAULTS, equip: ours({}) },
];

export const client = (contender: Contender, adapter: unknown, timeout: number): AxiosInstance => {
  const instance = axios.create({ adapter: adapter as never, timeout, baseURL: 'http://api.test' });
  contender.equip(instance);
  return instance;
};
