import net, { isIP } from 'node:net';
import { now } from '../base/clock.js';
import { authority } from '../diagnose/place.js';
import { time } from '../diagnose/wording.js';
import { failureOnTheWay, systemError } from './failure.js';
import { nextHop, type Step } from './step.js';
import { within } from './within.js';

/** A name may have hundreds of addresses. */
const MOST = 8;

/** Tries each address, and keeps the first connection that stands. */
export const connect: Step = {
  name: 'tcp',
  async look(journey) {
    const { host, port } = nextHop(journey);
    const known = isIP(host) ? [host] : journey.addresses;
    const addresses = known.slice(0, MOST);
    const tries = await Promise.all(addresses.map((address) => tryTo(address, port, journey.asked.timeoutMs)));
    const [first, ...others] = tries.flatMap(({ socket }) => socket ?? []);
    for (const socket of others) socket.destroy();
    const lines = tries.map(({ at, error, ms }) =>
      journey.clean(error ? `${at}: ${error.message}` : `${at}: connected, ${time(ms)}`),
    );
    const left = known.length - addresses.length;
    const facts = {
      addresses: tries.map(({ host, error }) => ({
        address: host,
        port,
        connected: !error,
        code: error?.code ?? null,
      })),
    };
    const all = { lines: left ? [...lines, `${left} more, not tried`] : lines, facts };
    const errors = tries.flatMap(({ error }) => error ?? []);
    if (!first) return { ...all, error: failureOnTheWay(journey, new AggregateError(errors, errors[0]?.message)) };
    journey.connection = first;
    const some = `${errors.length} of ${tries.length} addresses`;
    return {
      ...all,
      notes: [
        errors.length > 0 &&
          `${some} cannot be connected to: a request that tries one of them first is slow, or fails with \`family\` set.`,
      ],
    };
  },
};

async function tryTo(host: string, port: number, ms: number) {
  const startedAt = now();
  const at = authority({ host, port });
  const late = () =>
    systemError(`connect ETIMEDOUT ${at}`, { code: 'ETIMEDOUT', syscall: 'connect', address: host, port });
  const socket = net.connect({ host, port });
  // An error between two steps must not end the process; the next step will meet it.
  socket.on('error', () => {});
  try {
    await within<void>(ms, late, (resolve, reject) => socket.once('connect', resolve).once('error', reject));
    return { host, at, socket, error: undefined, ms: now() - startedAt };
  } catch (error) {
    socket.destroy();
    return { host, at, socket: undefined, error: error as NodeJS.ErrnoException, ms: now() - startedAt };
  }
}
