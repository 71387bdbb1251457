import net, { type AddressInfo, type Socket } from 'node:net';

export interface Tampered {
  readonly port: number;
  /** Connections so far. */
  readonly connections: number;
  close(): Promise<void>;
}

/** Passes bytes on to a port, untouched but for the first connection: `spoil` may put others in their place. */
export async function tampered(
  port: number,
  from: 'client' | 'server',
  spoil: (bytes: Buffer, nth: number) => Buffer,
): Promise<Tampered> {
  const open = new Set<Socket>();
  let connections = 0;
  const pass = (source: Socket, target: Socket, spoiled: boolean) => {
    let n = 0;
    source.on('data', (bytes) => target.write(spoiled ? spoil(bytes, ++n) : bytes));
    source.on('error', () => target.destroy()).on('close', () => target.destroy());
    open.add(source);
  };
  const server = net.createServer((client) => {
    const upstream = net.connect(port, '127.0.0.1');
    const isFirst = ++connections === 1;
    pass(client, upstream, isFirst && from === 'client');
    pass(upstream, client, isFirst && from === 'server');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    get connections() {
      return connections;
    },
    close() {
      for (const socket of open) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
