import type { InternalAxiosRequestConfig } from 'axios';
import type { Outcome } from '../base/outcome.js';
import type { Call } from './call.js';
import { ConnectionWatch } from './connection.js';
import { connectTimedOut } from './outcomes.js';

/** Watches the connections of an attempt, if it goes through axios's http adapter; `kill` ends it when none stands in time. */
export function watch(
  call: Call,
  config: InternalAxiosRequestConfig,
  kill: (end: Outcome) => void,
): ConnectionWatch | undefined {
  if (!call.adapter.isNodeHttp) return undefined;
  const fresh = call.outcome?.stale === true;
  const connection = new ConnectionWatch({ limitMs: call.policy.connectTimeout, fresh }, () =>
    kill(connectTimedOut(call, connection.hops)),
  );
  connection.standIn(config);
  return connection;
}
