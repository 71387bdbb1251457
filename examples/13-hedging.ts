// One answer in ten is slow: with a hedge its request is sent a second time, and whichever is answered first counts.
import axios from 'axios';
import { attachResilience, type HedgePolicy, reportOf } from 'axios-resilience';
import { scriptedServer } from 'axios-resilience/testing';

await using server = await scriptedServer([(_, n) => ({ delay: n % 10 === 0 ? 1_000 : 5 })]);

async function measure(hedge: HedgePolicy | false): Promise<void> {
  const api = axios.create({ baseURL: server.url });
  attachResilience(api, { hedge });
  const before = server.hits.length;
  const elapsed: number[] = [];
  for (let call = 1; call <= 20; call++) elapsed.push(reportOf(await api.get('/'))?.elapsedMs ?? 0);
  const slow = elapsed.filter((ms) => ms > 900).length;
  const requests = server.hits.length - before;
  console.log(`${hedge ? `hedge after ${hedge.delay} ms` : 'no hedge'}: ${slow} slow calls, ${requests} requests`);
}

await measure(false);
await measure({ delay: 200 });
