import type { AnswerStep } from './step.js';

/** The default of Node's servers; clients mostly keep idle connections longer. */
const SHORT_SECONDS = 5;

/** Whether the connection may be used again, and for how long. */
export const keepAlive: AnswerStep = {
  name: 'keep-alive',
  ofAnswer: true,
  async look({ response, complete }, { connection: socket }) {
    const connection = String(response.headers.connection ?? '');
    const field = String(response.headers['keep-alive'] ?? '');
    const seconds = Number(/\btimeout=(\d{1,9})\b/.exec(field)?.[1] ?? Number.NaN);
    const wantsClose = /\bclose\b/i.test(connection);
    // By the next turn, a FIN that came with the answer has been read.
    await new Promise((resolve) => setImmediate(resolve));
    const isOpen = complete && socket?.readableEnded === false && !socket.destroyed;
    const facts = { keepsAlive: !wantsClose && isOpen, timeoutSeconds: Number.isNaN(seconds) ? null : seconds };
    if (!complete && !wantsClose) {
      return { lines: ['not known: the body was not read to its end'], facts: { ...facts, keepsAlive: null } };
    }
    if (!facts.keepsAlive) return { lines: ['no: the connection is closed after the answer'], notes: [COSTLY], facts };
    if (Number.isNaN(seconds)) return { lines: ['yes, for a time that the server does not tell'], facts };
    return { lines: [`yes, for ${seconds} s`], notes: [seconds <= SHORT_SECONDS && stale(seconds)], facts };
  },
};

const COSTLY = 'Each request needs a connection of its own: slower, and costly with TLS.';

const stale = (seconds: number): string =>
  `Connections idle for ${seconds} s are closed by the server: have the agent give them up before, or requests that reuse one are reset.`;
