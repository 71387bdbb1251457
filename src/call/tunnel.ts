import type { InternalAxiosRequestConfig } from 'axios';
import { originOf } from '../base/url.js';

/** True if axios's http adapter may lead requests to https targets through a proxy, by itself: by the config or by the environment. */
export function mayTunnel(config: InternalAxiosRequestConfig): boolean {
  const { proxy, socketPath } = config;
  if (proxy === false || socketPath) return false;
  if (proxy) return true;
  const { env } = process;
  if (!(env.https_proxy || env.HTTPS_PROXY || env.all_proxy || env.ALL_PROXY)) return false;
  return !isExempt(originOf(config), env.no_proxy || env.NO_PROXY || '');
}

/** By names and their endings, as every axios reads them. Ports and networks are not looked at: no is the safe answer. */
function isExempt(origin: string, list: string): boolean {
  // That of an http target says nothing of the https one that it may redirect to.
  const host = /^https:/.test(origin) ? new URL(origin).hostname : '';
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => (/^[*.]/.test(entry) ? host.endsWith(entry.replace('*', '')) : host !== '' && host === entry));
}
