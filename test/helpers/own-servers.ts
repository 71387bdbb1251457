import type { AddressInfo, Server, Socket } from 'node:net';
import { afterEach } from '@jest/globals';

export interface OwnServers {
  /** The port of a server that now listens. */
  listening(server: Server, host?: string): Promise<number>;
  /** Destroyed with the servers' own connections. */
  readonly sockets: Set<Socket>;
}

/** Servers that live as long as their test, and so do their connections. */
export function ownServers(): OwnServers {
  const open: Server[] = [];
  const sockets = new Set<Socket>();
  afterEach(() => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
    for (const server of open.splice(0)) server.close();
  });
  return {
    sockets,
    async listening(server, host = '127.0.0.1') {
      open.push(server);
      for (const event of ['connection', 'secureConnection']) {
        server.on(event, (socket: Socket) => {
          sockets.add(socket);
          socket.on('error', () => {});
        });
      }
      await new Promise<void>((resolve) => server.listen(0, host, resolve));
      return (server.address() as AddressInfo).port;
    },
  };
}
