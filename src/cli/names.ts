import { promises as dns } from 'node:dns';
import { isIP } from 'node:net';
import { now } from '../base/clock.js';
import { time } from '../diagnose/wording.js';
import { failureOnTheWay, systemError } from './failure.js';
import { nextHop, type Step } from './step.js';
import { within } from './within.js';

/** Asks what Node asks for each connection: the system's resolver, for both families. */
export const names: Step = {
  name: 'dns',
  applies: (journey) => isIP(nextHop(journey).host) === 0,
  async look(journey) {
    const { host } = nextHop(journey);
    const families = await Promise.all(
      ([4, 6] as const).map((family) => lookUp(host, family, journey.asked.timeoutMs)),
    );
    journey.addresses = families.flatMap(({ addresses }) => addresses);
    const lines = families.map(({ family, addresses, error, ms }) => {
      const found = addresses.join(', ') || `none (${error?.code})`;
      return journey.clean(`IPv${family}: ${found}, ${time(ms)}`);
    });
    const facts = Object.fromEntries(families.map(({ family, addresses }) => [`ipv${family}`, addresses]));
    if (journey.addresses.length) return { lines, facts };
    const errors = families.map(({ error }) => error);
    return { lines, facts, error: failureOnTheWay(journey, new AggregateError(errors, errors[0]?.message)) };
  },
};

async function lookUp(host: string, family: 4 | 6, ms: number) {
  const startedAt = now();
  const failed = (code: string) =>
    systemError(`getaddrinfo ${code} ${host}`, { code, syscall: 'getaddrinfo', hostname: host });
  try {
    const found = await within<{ address: string }[]>(
      ms,
      () => failed('ETIMEOUT'),
      (resolve, reject) => {
        dns.lookup(host, { family, all: true }).then(resolve, reject);
      },
    );
    if (found.length === 0) throw failed('ENODATA');
    return { family, addresses: found.map(({ address }) => address), error: undefined, ms: now() - startedAt };
  } catch (error) {
    return { family, addresses: [], error: error as NodeJS.ErrnoException, ms: now() - startedAt };
  }
}
