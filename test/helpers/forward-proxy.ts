import http from 'node:http';
import net, { type AddressInfo, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

export interface ForwardProxy {
  readonly url: string;
  /** Of each request in absolute form its method and URL, of each tunnel its target. */
  readonly asked: readonly string[];
  readonly openSockets: number;
  close(): Promise<void>;
}

/** A proxy on 127.0.0.1 that passes requests on, and makes tunnels, unless it is told what to do when it is asked for one. */
export async function forwardProxy(instead?: (client: Duplex) => unknown): Promise<ForwardProxy> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const watch = (socket: Socket) => {
    sockets.add(socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy()));
  };
  const server = http
    .createServer((req, res) => {
      const { method, url = '', headers } = req;
      asked.push(`${method} ${url}`);
      const onward = http.request(url, { method, headers }, (answer) =>
        answer.pipe(res.writeHead(answer.statusCode ?? 502, answer.headers)),
      );
      req.pipe(onward);
    })
    .on('connection', watch)
    .on('connect', ({ url = '' }, client) => {
      asked.push(`CONNECT ${url}`);
      if (instead) return void instead(client);
      const target = new URL(`http://${url}`);
      const upstream = net.connect(Number(target.port), target.hostname, () => {
        client.write('HTTP/1.1 200 Connection established\r\n\r\n');
        upstream.pipe(client).pipe(upstream);
      });
      watch(upstream);
      upstream.on('close', () => client.destroy());
      client.on('close', () => upstream.destroy());
    });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    get openSockets() {
      return sockets.size;
    },
    close() {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
