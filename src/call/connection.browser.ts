import type { ConnectionWatch as Watch } from './connection.js';

/** In the place of connection.ts where there are no agents to stand in for: browsers keep their connections to themselves. */
export class ConnectionWatch implements Pick<Watch, 'hops' | 'reused' | 'agent' | 'end'> {
  readonly hops = 1;
  readonly reused = false;

  agent(): undefined {
    return undefined;
  }

  end(): void {}
}
