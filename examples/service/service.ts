import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import Fastify, { type FastifyServerOptions } from 'fastify';
import { callerOf, callers, DEADLINE_HEADER } from './caller.js';
import { productClient } from './client.js';
import { failureOf, retryAfter } from './failure.js';

export interface ServiceOptions {
  readonly upstreamUrl: string;
  /** @default any that is free */
  readonly port?: number;
  /** As Fastify takes it: pino's options, with a stream where they should go. */
  readonly logger?: FastifyServerOptions['logger'];
}

export interface Service {
  readonly url: string;
  /** Takes no more, answers what is under way, and leaves nothing behind. */
  close(): Promise<void>;
}

const HEADERS = { type: 'object', properties: { [DEADLINE_HEADER]: { type: 'integer', minimum: 1 } } };

export async function startService({ upstreamUrl, port = 0, logger = true }: ServiceOptions): Promise<Service> {
  const app = Fastify({ logger, requestIdHeader: 'x-request-id' });
  const exporter = new PrometheusExporter({ preventServerStart: true });
  const meterProvider = new MeterProvider({ readers: [exporter] });
  const client = productClient({ upstreamUrl, log: app.log, meterProvider });

  app.addHook('preHandler', (request, reply, done) => callers.run(callerOf(request, reply), done));

  app.get<{ Params: { id: string } }>('/products/:id', { schema: { headers: HEADERS } }, ({ params }) =>
    client.product(params.id),
  );

  // 200 also while the upstream is down: to restart this service would not cure that one.
  app.get('/health', () => {
    const { breakers, stats } = client.resilience;
    const circuits = [...breakers].map(([scope, { state, retryInMs, openedBy }]) => {
      return [scope, { state, retryInMs: Math.ceil(retryInMs), openedBy: openedBy?.message }] as const;
    });
    const healthy = circuits.every(([, { state }]) => state === 'closed');
    const { scopes: _, ...calls } = stats();
    return { status: healthy ? 'ok' : 'degraded', circuits: Object.fromEntries(circuits), calls };
  });

  app.get('/metrics', (request, reply) => {
    reply.hijack();
    exporter.getMetricsRequestHandler(request.raw, reply.raw);
  });

  app.setErrorHandler((error, _, reply) => {
    const failure = failureOf(error);
    if (!failure) return reply.send(error);
    const { status, code, retryInMs } = failure;
    const seconds = retryInMs === undefined ? undefined : retryAfter(retryInMs);
    if (seconds) reply.header('retry-after', seconds);
    return reply.code(status).send({ error: code });
  });

  app.addHook('onClose', async () => {
    client.close();
    await meterProvider.shutdown();
  });

  const url = await app.listen({ host: '127.0.0.1', port });
  return { url, close: () => app.close() };
}
