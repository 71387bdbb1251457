import axios from 'axios';
import { attachResilience, type ResilienceHandle, type ResiliencePolicy } from 'axios-resilience';
import { type Script, type ScriptedServer, scriptedServer } from 'axios-resilience/testing';
import { eventually } from '../helpers/settled.js';

const NOW = { backoff: () => 0, budget: false } as const;

/**
 * Makes calls end in every way there is to tell of, each time against a server of its own. Resolves while one call is still
 * held, and `end` lets that end.
 */
export async function everything(attach: (resilience: ResilienceHandle) => unknown) {
  const servers: ScriptedServer[] = [];
  const against = async (script: Script, policy: ResiliencePolicy) => {
    const server = await scriptedServer(script);
    servers.push(server);
    const api = axios.create({ baseURL: server.url, proxy: false });
    const resilience = attachResilience(api, { breaker: false, ...policy });
    attach(resilience);
    /** Calls in turn. */
    const calls = async (...urls: string[]) => {
      for (const url of urls) await api.get(url).catch(() => {});
    };
    return { api, resilience, calls, port: server.port };
  };

  const plain = await against([200, 503, 200, 404, 503], { retry: { ...NOW, maxRetries: 1 } });
  await plain.calls('/users/1?token=hunter2', '/users/2', '/users/3', '/users/4');
  await plain.api.post('/orders').catch(() => {});
  await plain.api.request({ method: 'PURGE', url: '/' }).catch(() => {});

  const failing = { consecutive: 1, minimumDuration: 0, openFor: 60_000 };
  const broken = await against([503], { retry: false, breaker: failing });
  await broken.calls('/1', '/2', '/3');

  const narrow = await against([{ delay: 20 }], { bulkhead: { limit: 1, queue: 1 } });
  await Promise.all(['/1', '/2', '/3'].map((url) => narrow.calls(url)));

  const limited = await against([{ status: 429, headers: { 'retry-after-ms': '20' } }, 200], { retry: NOW });
  await limited.calls('/1', '/2');

  const slow = await against(['hang', 200], { hedge: 20, attemptTimeout: 200 });
  await slow.calls('/');

  const spent = await against([503], { retry: { backoff: () => 0, budget: { reserve: 0 } } });
  const controller = new AbortController();
  const held = spent.api.get('/', { signal: controller.signal }).catch(() => {});
  await eventually(() => spent.resilience.stats().held === 1);

  return {
    ports: [plain, broken, narrow, limited, slow, spent].map(({ port }) => port),
    end: async () => {
      controller.abort();
      await held;
      await Promise.all(servers.map((server) => server.close()));
    },
  };
}
