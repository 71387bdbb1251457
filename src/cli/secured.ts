import { isIP, type Socket } from 'node:net';
import tls, { type DetailedPeerCertificate, type TLSSocket } from 'node:tls';
import { authority, type Place } from '../diagnose/place.js';
import { systemError } from './failure.js';
import type { Journey } from './step.js';
import { within } from './within.js';

/** Starts TLS over the connection, and verifies the certificate whatever the environment says. */
export async function secured(
  journey: Journey,
  { host, port }: Place,
  onCertificate: (certificate: DetailedPeerCertificate, socket: TLSSocket) => void = () => {},
): Promise<void> {
  const { timeoutMs } = journey.asked;
  const socket = tls.connect({
    socket: journey.connection as Socket,
    host,
    ...(isIP(host) === 0 && { servername: host }),
    ALPNProtocols: ['http/1.1'],
    rejectUnauthorized: true,
  });
  // Before it is verified: a certificate that is refused can no longer be read afterwards.
  socket.prependListener('secure', () => {
    const certificate: DetailedPeerCertificate | null = socket.getPeerCertificate(true);
    if (certificate?.raw) onCertificate(certificate, socket);
  });
  socket.on('error', () => {});
  const at = authority({ host, port });
  const late = () =>
    systemError(`TLS handshake with ${at} not done within ${timeoutMs} ms`, {
      code: 'ETIMEDOUT',
      syscall: 'connect',
      address: host,
      port,
    });
  await within<void>(timeoutMs, late, (resolve, reject) => {
    socket.once('secureConnect', resolve).once('error', reject);
    socket.once('close', () =>
      reject(
        systemError('Client network socket disconnected before secure TLS connection was established', {
          code: 'ECONNRESET',
        }),
      ),
    );
  });
  journey.connection = socket;
}
