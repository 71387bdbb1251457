import axios, { AxiosError, type CreateAxiosDefaults } from 'axios';
import { attachResilience } from 'axios-resilience';
import { ConsecutiveBreaker, circuitBreaker, handleAll } from 'cockatiel';
import CircuitBreaker from 'opossum';
import { noop } from './adapters.js';
import { bare, logger, OURS, type Send } from './contenders.js';
import type { Figure } from './figure.js';
import { against, type Costs, inParallel, interleaved, ratio } from './measure.js';

const URL = 'http://api.test/users/1';
const STORM = 10_000;

interface Refusing {
  readonly name: string;
  /** Resolves to what refuses every call. */
  open(defaults: CreateAxiosDefaults): Promise<Send>;
}

/** Nothing that goes through axios is refused for less: a request interceptor throws an error made beforehand. */
const floor: Refusing = {
  name: 'request interceptor that throws',
  async open(defaults) {
    const api = axios.create(defaults);
    const error = new AxiosError('refused');
    const refuse = () => {
      throw error;
    };
    api.interceptors.request.use(refuse, undefined, { synchronous: true });
    return (url) => api.get(url);
  },
};

const contenders: readonly Refusing[] = [
  floor,
  {
    name: 'cockatiel around axios',
    async open(defaults) {
      const send = bare.make(defaults);
      const breaker = circuitBreaker(handleAll, { halfOpenAfter: 1_000, breaker: new ConsecutiveBreaker(5) });
      breaker.isolate();
      return (url) => breaker.execute(() => send(url));
    },
  },
  {
    name: 'opossum around axios',
    async open(defaults) {
      const breaker = new CircuitBreaker(bare.make(defaults), { resetTimeout: 3_600_000 });
      breaker.open();
      return (url) => breaker.fire(url);
    },
  },
  {
    name: OURS,
    async open(defaults) {
      const api = axios.create(defaults);
      const { breakers } = attachResilience(api, { logger });
      await api.get(URL);
      for (const breaker of breakers.values()) breaker.isolate();
      return (url) => api.get(url);
    },
  },
];

export const openCircuit: Figure = {
  name: 'open-circuit',
  title: 'A call that an open circuit refuses',
  processes: 2,
  async measure({ quick }) {
    const sends = await Promise.all(
      contenders.map(async ({ name, open }) => ({ name, send: await open({ adapter: noop }) })),
    );
    const oneByOne = await interleaved(
      sends.map(({ name, send }) => ({ name, run: () => inParallel(400, 1, () => refused(send)) })),
      { calls: 400, warmUps: 3, rounds: quick ? 8 : 40 },
    );
    const storm = await interleaved(
      sends.map(({ name, send }) => ({ name, run: () => stall(send, STORM) })),
      { calls: STORM, warmUps: quick ? 0 : 1, rounds: quick ? 2 : 6 },
    );
    return [
      { row: floor.name, unit: 'µs CPU', values: (oneByOne.get(floor.name) ?? []).map(({ cpuUs }) => cpuUs) },
      ...ratios(oneByOne, 'cpuUs', '', '× CPU of that'),
      {
        row: `10,000 at once: ${floor.name}`,
        unit: 'ms of stall',
        values: (storm.get(floor.name) ?? []).map(({ wallUs }) => (wallUs * STORM) / 1_000),
      },
      ...ratios(storm, 'wallUs', '10,000 at once: ', '× stall of that'),
    ];
  },
};

const ratios = (costs: Costs, of: 'cpuUs' | 'wallUs', prefix: string, unit: string) =>
  contenders
    .slice(1)
    .map(({ name }) => ({ row: prefix + name, unit, values: against(costs, name, floor.name, of, ratio) }));

/** Begins so many calls in one turn; resolves when the event loop gets to its next one. */
async function stall(send: Send, calls: number): Promise<void> {
  for (let i = 0; i < calls; i++) void refused(send);
  await new Promise((resolve) => setImmediate(resolve));
}

/** A lane that does not refuse would be measured as something else. */
async function refused(send: Send): Promise<void> {
  let answered = true;
  await send(URL).catch(() => {
    answered = false;
  });
  if (answered) throw new Error('the circuit is not open');
}
