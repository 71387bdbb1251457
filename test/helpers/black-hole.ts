import { type ChildProcess, spawn } from 'node:child_process';
import net from 'node:net';

export interface BlackHole {
  readonly port: number;
  close(): void;
}

// Listens with room for one connection and never accepts: what comes after those the kernel took is not answered.
const SCRIPT = `
  const server = require('node:net').createServer();
  server.listen({ host: '127.0.0.1', port: 0, backlog: 1 }, () => {
    process.stdout.write(String(server.address().port));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000);
  });
`;

/** A port on loopback whose SYNs go unanswered, as behind a firewall that drops them. */
export async function blackHole(): Promise<BlackHole> {
  const child: ChildProcess = spawn(process.execPath, ['-e', SCRIPT], { stdio: ['ignore', 'pipe', 'inherit'] });
  const port = await new Promise<number>((resolve) => {
    child.stdout?.once('data', (text: Buffer) => resolve(Number(text)));
  });
  const fillers: net.Socket[] = [];
  // Until one no longer connects, the hole is not full.
  for (let full = false; !full && fillers.length < 20; ) {
    const filler = net.connect(port, '127.0.0.1');
    filler.on('error', () => {});
    fillers.push(filler);
    full = await new Promise<boolean>((resolve) => {
      const timer = setTimeout(() => resolve(true), 150);
      filler.once('connect', () => {
        clearTimeout(timer);
        resolve(false);
      });
    });
  }
  return {
    port,
    close() {
      for (const filler of fillers) filler.destroy();
      child.kill('SIGKILL');
    },
  };
}
