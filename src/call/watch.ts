import type { InternalAxiosRequestConfig } from 'axios';
import type { Outcome } from '../base/outcome.js';
import { watchFetch } from '../base/redirected.js';
import type { Call } from './call.js';
import { ConnectionWatch, type Watch } from './connection.js';
import { connectTimedOut } from './outcomes.js';

/**
 * Watches the connections of an attempt through axios's http adapter: `kill` ends it when none stands in time. Of another, which
 * may be a fetch, it hears of those that fail.
 */
export function watch(call: Call, config: InternalAxiosRequestConfig, kill: (end: Outcome) => void): Watch {
  if (!call.adapter.isNodeHttp) return { end: watchFetch() };
  const fresh = call.outcome?.stale === true;
  const connection = new ConnectionWatch({ limitMs: call.policy.connectTimeout, fresh }, () =>
    kill(connectTimedOut(call, connection.hops)),
  );
  connection.standIn(config);
  return connection;
}
