import axios, { AxiosHeaders } from 'axios';
import { Call } from '../../src/call/call.js';
import { Context } from '../../src/call/context.js';
import type { ResiliencePolicy } from '../../src/policy/types.js';

export const CONFIG = { url: 'https://api.test/users', headers: new AxiosHeaders() };

/** A call of CONFIG that is never sent: without a deadline, and with no timer set. */
export function unsentCall(policy: ResiliencePolicy = {}): Call {
  const context = new Context(axios, { deadline: false, ...policy });
  const adapter = { send: () => new Promise<never>(() => {}), isAxiosOwn: false, isNodeHttp: false, isFetch: false };
  const call = new Call(CONFIG, adapter, context.policy, context);
  call.lifetime.dispose();
  return call;
}
