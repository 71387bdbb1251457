import { unawaited } from '../base/thenable.js';
import { reportListenerFailure } from '../observe/log.js';
import { type Check, fields, isRecord, message, object, or, readable, typed, whole } from '../policy/check.js';
import type { HttpMethod, ResiliencePolicy, RetryPolicy } from '../policy/types.js';

/** The rest of the policy. Where it and the options carried over set the same thing, the options win. */
export type BasePolicy = Readonly<Omit<ResiliencePolicy, 'retry' | 'hooks'>> & {
  /** What no option sets. */
  readonly retry?: RetryPolicy | undefined;
  /** Those carried over are in the policy: give others to `subscribe()` of what `attachResilience` returns. */
  readonly hooks?: never;
};

/** PURGE, and what is registered as a method. */
const EVERY_METHOD: readonly HttpMethod[] = [
  'GET HEAD OPTIONS TRACE PUT DELETE QUERY POST PATCH LINK UNLINK PURGE',
  'ACL BASELINE-CONTROL BIND CHECKIN CHECKOUT COPY LABEL LOCK MERGE MKACTIVITY MKCALENDAR MKCOL MKREDIRECTREF MKWORKSPACE',
  'MOVE ORDERPATCH PROPFIND PROPPATCH REBIND REPORT SEARCH UNBIND UNCHECKOUT UNLOCK UPDATE UPDATEREDIRECTREF VERSION-CONTROL',
].flatMap((line) => line.split(' '));

/** What a plugin sends again: with a predicate, whatever that says; else by its method. */
export const retriedBy = (predicate: unknown): RetryPolicy => ({
  methods: predicate ? EVERY_METHOD : ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'],
  // Plugins look at errors only, so no status may turn an answer that axios accepts into a failure.
  statuses: [],
});

export const retries = whole(0);

/** Checks names and types only: `attachResilience` checks the policy that comes of them in full. */
export function validate(options: unknown, checks: Readonly<Record<string, Check>>, base: unknown): void {
  readable('options', () => object(checks)(options, 'options'));
  readable('base', () => {
    if (!isRecord(base)) throw new TypeError(message('base', 'must be an object', base));
    const { hooks, retry } = Object.fromEntries(fields(base, 'base'));
    typed('must be given to subscribe() of what attachResilience returns', () => hooks === undefined)(
      hooks,
      'base.hooks',
    );
    or(typed('must be an object', isRecord), undefined)(retry, 'base.retry');
  });
}

/** Calls `listener` and never awaits it. That it failed is said once, by the name it has in the plugin's options. */
export function listening<Args extends unknown[]>(
  option: string,
  listener: (...args: Args) => unknown,
  { logger }: BasePolicy,
): (...args: Args) => void {
  let isSaid = false;
  const failed = (error: unknown) => {
    if (!isSaid) void reportListenerFailure(logger || console, option, error);
    isSaid = true;
  };
  return (...args) => {
    try {
      unawaited(listener(...args), failed);
    } catch (error) {
      failed(error);
    }
  };
}
