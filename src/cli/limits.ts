import { wallClock } from '../base/clock.js';
import { time } from '../diagnose/wording.js';
import { DEFAULTS } from '../policy/defaults.js';
import { retryAfterMs } from '../retry/retry-after.js';
import type { AnswerStep } from './step.js';

const FIELDS = /^(retry-after(-ms)?|x-ms-retry-after-ms|ratelimit(-.+)?|x-rate-?limit-.+)$/;
/** A server may send hundreds. */
const MOST = 12;

/** What the server says of limits, and when to come back. */
export const limits: AnswerStep = {
  name: 'limits',
  ofAnswer: true,
  look({ response }, { clean }) {
    const fields = Object.entries(response.headers as Record<string, unknown>)
      .filter(([name]) => FIELDS.test(name))
      .slice(0, MOST)
      .map(([name, value]) => [clean(name), clean(String(value))] as const);
    if (!fields.length) return { lines: ['none told'], facts: { fields: {}, retryAfterMs: null } };
    const ms = retryAfterMs(response.headers, response.status, wallClock());
    const isWanted = ms !== undefined && ms > 0;
    const isSaid = fields.some(([name]) => name.includes('retry-after'));
    return {
      lines: fields.map(([name, value]) => `${name}: ${value}`),
      notes: [
        isWanted && `The server asks to be left alone for ${time(ms)}; ${heeded(response.status)}`,
        isWanted &&
          ms > MAX_WAIT &&
          isRetried(response.status) &&
          `That is longer than maxRetryAfter, ${time(MAX_WAIT)} by default: a call ends instead.`,
        isSaid && ms === undefined && 'Its Retry-After cannot be read, and is ignored.',
      ],
      facts: { fields: Object.fromEntries(fields), retryAfterMs: ms ?? null },
    };
  },
};

const isRetried = (status: number): boolean => DEFAULTS.retry.statuses.includes(status);

function heeded(status: number): string {
  if (status === 429 || status === 503) return 'attachResilience heeds that.';
  return isRetried(status)
    ? 'attachResilience heeds that for the call itself, if it is sent again, and holds no other back.'
    : `attachResilience holds no call back for that after a ${status}.`;
}

const MAX_WAIT = DEFAULTS.retry.maxRetryAfter;
