import { bulkhead, ConsecutiveBreaker, circuitBreaker, handleAll, type IPolicy, wrap } from 'cockatiel';
import CircuitBreaker from 'opossum';
import { noop } from './adapters.js';
import { bare, OURS, ours, type Send } from './contenders.js';
import type { Figure, Series } from './figure.js';
import { cost, heapUsed, inParallel } from './measure.js';

/** As people write it: one of each per host, in a Map. */
function perHost<T>(make: () => T): (url: string) => T {
  const made = new Map<string, T>();
  return (url) => {
    const { host } = new URL(url);
    const known = made.get(host) ?? make();
    made.set(host, known);
    return known;
  };
}

const policy = (): IPolicy =>
  wrap(bulkhead(256, 10_000), circuitBreaker(handleAll, { halfOpenAfter: 1_000, breaker: new ConsecutiveBreaker(5) }));

const LANES: readonly { readonly name: string; make(): Send }[] = [
  {
    name: 'cockatiel in a Map',
    make() {
      const send = bare.make({ adapter: noop });
      const policyOf = perHost(policy);
      return (url) => policyOf(url).execute(() => send(url));
    },
  },
  {
    name: 'opossum in a Map',
    make() {
      const send = bare.make({ adapter: noop });
      const breakerOf = perHost(() => new CircuitBreaker(send, {}));
      return (url) => breakerOf(url).fire(url) as ReturnType<Send>;
    },
  },
  { name: OURS, make: () => ours.make({ adapter: noop }) },
];

const BEYOND = `beyond 10,000 scopes: ${OURS}`;

export const origins: Figure = {
  name: 'origins',
  title: 'Heap of what is kept for hosts that were called once, up to 100,000 (quick: 30,000)',
  async measure({ quick }) {
    const series: Series[] = [];
    for (const { name, make } of LANES) {
      const send = make();
      await send('http://first.test/');
      const before = await heapUsed();
      await visit(send, 0, 10_000);
      const few = (await heapUsed()) - before;
      series.push({ row: `10,000 scopes: ${name}`, unit: 'MB', values: [few / 1e6] });
      // The others would need gigabytes.
      if (name !== OURS) continue;
      const rest = quick ? 20_000 : 90_000;
      const { cpuUs } = await cost(() => visit(send, 10_000, rest));
      const more = (await heapUsed()) - before - few;
      series.push(
        { row: BEYOND, unit: 'bytes per further origin', values: [more / rest] },
        { row: BEYOND, unit: 'µs CPU per call', values: [cpuUs / rest] },
      );
    }
    return series;
  },
};

const visit = (send: Send, from: number, count: number) =>
  inParallel(count, 10, (index) => send(`http://host-${from + index}.test/`));
