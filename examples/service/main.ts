import { startService } from './service.js';
import { startUpstream } from './upstream.js';

const { PORT = '3000', UPSTREAM_PORT = '3001' } = process.env;
const upstream = await startUpstream(Number(UPSTREAM_PORT));
const service = await startService({ upstreamUrl: upstream.url, port: Number(PORT) });
console.log(`service ${service.url}, upstream ${upstream.url}`);

// Nobody calls process.exit(): the process ends because nothing is left to do.
const shutDown = async () => {
  await service.close();
  await upstream.close();
};
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void shutDown());
