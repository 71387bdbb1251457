import type { IncomingMessage, ServerResponse } from 'node:http';
import { loopback } from '../../src/testing/loopback.js';
import { answer, serverTrouble } from '../../src/testing/perform.js';
import type { Loopback, ServerHit } from '../../src/testing/received.js';
import { type Step as KitStep, Playbook } from '../../src/testing/script.js';

export type { ServerHit as Hit } from '../../src/testing/received.js';

/** A step of the testing kit's, or what only its own tests need. */
export type Step =
  | Exclude<KitStep, (...args: never) => unknown>
  /** Answers 200, then sends a byte every so many milliseconds, for ever. */
  | { dripEveryMs: number }
  | ((req: IncomingMessage, res: ServerResponse, hit: number) => void);

export interface FlakyServer extends Loopback {
  /** Replaces what is left of the script. */
  script(...steps: Step[]): void;
}

/** The testing kit's server, its steps one by one. */
export async function flakyServer(...steps: Step[]): Promise<FlakyServer> {
  let rest = steps;
  const server = await loopback((req, res, hit, n) => {
    const step = (rest.length > 1 ? rest.shift() : rest[0]) ?? 200;
    if (typeof step === 'function') step(req, res, n);
    else void answer(new Playbook([kitStep(step)], serverTrouble), req, res, hit, n);
  });
  return Object.assign(server, {
    script: (...next: Step[]) => {
      rest = next;
    },
  });
}

function kitStep(step: Exclude<Step, (...args: never) => unknown>): KitStep {
  if (typeof step !== 'object' || !('dripEveryMs' in step)) return step;
  return { drip: step.dripEveryMs, headers: { 'content-type': 'text/plain' }, body: '.'.repeat(100_000) };
}

/** Method and path of each: `GET /users?page=2`. */
export const requestsIn = (hits: readonly ServerHit[]): string[] => hits.map(({ method, url }) => `${method} ${url}`);

/** A port on loopback where nothing listens. */
export async function deadPort(): Promise<number> {
  const server = await flakyServer();
  await server.close();
  return server.port;
}
