import { hasCode } from './evidence.js';
import type { Findings } from './finding.js';
import { commands, where, why } from './wording.js';

/** Failures to connect to a Unix socket: a file, with an owner and a mode, where others have a host and a port. */
export const SOCKET_FINDINGS: Partial<Findings> = {
  'connection-refused': (e) => ({
    transient: true,
    summary: `Nothing accepts connections at ${where(e)}${why(e)}.`,
    advice: hasCode(e, /^(ENOENT|ENOTDIR)$/)
      ? [
          `There is no such socket: see that \`socketPath\` is right, and that the server runs and made it: ${commands(e).connect}`,
          'In a container, see that the socket, or its folder, is mounted into it.',
        ]
      : [
          `See whether its server is up (ss -xlp), and whether it is a socket: ${commands(e).connect}`,
          'A server that was killed leaves the file behind: start it again.',
          'If it has just been started, it may not be ready.',
          `Compare: ${commands(e).curl}`,
        ],
  }),
  'connect-timeout': (e) => ({
    transient: true,
    summary: hasCode(e, /^EAGAIN$/)
      ? `The queue of connections to ${where(e)} is full${why(e)}.`
      : `No connection to ${where(e)} stood within the time limit${why(e)}.`,
    advice: ['The server may be too busy to accept, or stopped: ss -xlp', `Compare: ${commands(e).curl}`],
  }),
  unreachable: (e) =>
    hasCode(e, /^(EACCES|EPERM)$/)
      ? {
          transient: false,
          summary: `This process may not connect to ${where(e)}${why(e)}.`,
          advice: [
            `See who may write to it, and who this process is: ${commands(e).connect}, id`,
            'It takes the permission to write to the socket, and to pass each folder above it; SELinux and AppArmor have a say, too.',
            'Add the user to the group of the socket and log in again, or have the server make it for a group of both; whoever is in that of docker.sock is as good as root.',
          ],
        }
      : {
          transient: true,
          summary: `There is no way from this process to ${where(e)}${why(e)}.`,
          advice: [`See what is there: ${commands(e).connect}`, `Compare: ${commands(e).curl}`],
        },
};
