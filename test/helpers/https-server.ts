import https from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Certificate } from './certificates.js';

export interface HttpsServer {
  readonly url: string;
  /** Method and path of each request. */
  readonly hits: readonly string[];
  /** Connections so far on which TLS stood. */
  readonly connections: number;
  close(): Promise<void>;
}

/** A server on 127.0.0.1, known as localhost, that gives these statuses in turn, and the last one from then on. */
export async function httpsServer(certificate: Certificate, ...statuses: [number, ...number[]]): Promise<HttpsServer> {
  const hits: string[] = [];
  let connections = 0;
  const server = https
    .createServer(certificate, ({ method, url }, res) => {
      const n = hits.push(`${method} ${url}`);
      res.writeHead(statuses[Math.min(n, statuses.length) - 1] ?? 500).end();
    })
    .on('secureConnection', () => {
      connections++;
    });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `https://localhost:${(server.address() as AddressInfo).port}`,
    hits,
    get connections() {
      return connections;
    },
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
