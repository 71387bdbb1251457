/// <reference lib="esnext.disposable" preserve="true" />
import { loopback } from './loopback.js';
import { answer, serverTrouble } from './perform.js';
import type { Loopback } from './received.js';
import { Playbook, type Script } from './script.js';

/** A server that plays a script, and what it has seen. */
export interface ScriptedServer extends Loopback {
  /** Replaces what is left of the script. */
  script(next: Script): void;
  /** `await using server = …` closes it by itself. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * The same script over a real socket, on 127.0.0.1 and in Node only: for what an adapter cannot show, such as connections
 * that are lost, streams, agents and axios's own adapters.
 *
 * @throws TypeError or RangeError if a step is none, or none that a server can play: path, rule and value are named
 */
export async function scriptedServer(script: Script = [200]): Promise<ScriptedServer> {
  let playbook = new Playbook(script, serverTrouble);
  const server = await loopback((req, res, hit, n) => void answer(playbook, req, res, hit, n));
  return Object.assign(server, {
    script: (next: Script) => {
      playbook = new Playbook(next, serverTrouble);
    },
    [Symbol.asyncDispose]: () => server.close(),
  });
}
