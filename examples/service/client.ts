import { Agent } from 'node:http';
import type { MeterProvider } from '@opentelemetry/api';
import axios, { type InternalAxiosRequestConfig } from 'axios';
import { attachResilience, type ResilienceHandle, type ResilienceLogger, reportOf } from 'axios-resilience';
import { attachTelemetry } from 'axios-resilience/opentelemetry';
import type { FastifyBaseLogger } from 'fastify';
import { callers, DEADLINE_HEADER, remainingMs } from './caller.js';

export interface Product {
  readonly id: string;
  readonly price: number;
}

/** `stale` is what the upstream said some time ago; it does not answer now. */
export interface ProductAnswer {
  readonly product: Product;
  readonly source: 'upstream' | 'stale';
  readonly ageMs: number;
}

export interface ProductClient {
  readonly resilience: ResilienceHandle;
  product(id: string): Promise<ProductAnswer>;
  close(): void;
}

interface Options {
  readonly upstreamUrl: string;
  readonly log: FastifyBaseLogger;
  readonly meterProvider: MeterProvider;
}

/** Most answers kept for bad times; beyond it the oldest goes. */
const MOST_KEPT = 1_000;

export function productClient({ upstreamUrl, log, meterProvider }: Options): ProductClient {
  const httpAgent = new Agent({ keepAlive: true });
  const api = axios.create({ baseURL: upstreamUrl, httpAgent, proxy: false });
  const kept = new Map<string, { product: Product; at: number }>();

  const resilience = attachResilience(api, {
    retry: { maxRetries: 2, beforeRetry: tellTimeLeft },
    bulkhead: { limit: 20, queue: 20 },
    fallback: (_, { url = '' }) => kept.get(url)?.product,
    logger: logOf(log),
  });
  api.interceptors.request.use(onBehalfOfCaller);
  const stopTelemetry = attachTelemetry(resilience, { meterProvider });

  return {
    resilience,
    async product(id) {
      const url = `/products/${encodeURIComponent(id)}`;
      const response = await api.get<Product>(url);
      const product = response.data;
      if (reportOf(response)?.fallback) {
        return { product, source: 'stale', ageMs: Date.now() - (kept.get(url)?.at ?? 0) };
      }
      kept.delete(url);
      kept.set(url, { product, at: Date.now() });
      if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value as string);
      return { product, source: 'upstream', ageMs: 0 };
    },
    close() {
      stopTelemetry();
      resilience.detach();
      httpAgent.destroy();
    },
  };
}

/** Once for each call: its time is the caller's, and it ends with them. */
function onBehalfOfCaller(config: InternalAxiosRequestConfig): InternalAxiosRequestConfig {
  const caller = callers.getStore();
  if (!caller || config.resilience === false) return config;
  config.signal = caller.signal;
  config.resilience = { ...config.resilience, deadline: remainingMs(caller) };
  config.headers.set('x-request-id', caller.requestId);
  tellTimeLeft(config);
  return config;
}

/** Before each attempt: the upstream need not work longer than anybody waits. */
function tellTimeLeft({ headers }: InternalAxiosRequestConfig): void {
  const caller = callers.getStore();
  if (caller) headers.set(DEADLINE_HEADER, remainingMs(caller));
}

/** What is logged on behalf of a request carries its id. */
function logOf(log: FastifyBaseLogger): ResilienceLogger {
  const current = () => callers.getStore()?.log ?? log;
  return {
    debug: (fields, message) => current().debug(fields, message),
    info: (fields, message) => current().info(fields, message),
    warn: (fields, message) => current().warn(fields, message),
    error: (fields, message) => current().error(fields, message),
  };
}
