import type { InternalAxiosRequestConfig } from 'axios';
import { normal, targetOf } from '../base/url.js';
import { applyOverride, type ResolvedPolicy } from './resolve.js';
import type { ResiliencePolicy } from './types.js';

/** A policy for all URLs that begin with a prefix. */
interface Rule {
  readonly prefix: string;
  readonly policy: ResolvedPolicy;
}

export type Rules = readonly Rule[];

/** The longest prefix first, so that the first match is the one that counts. */
export function resolveRules(rules: ResiliencePolicy['rules'] = {}, base: ResolvedPolicy): Rules {
  const resolved = Object.entries(rules).map(([prefix, override]) => ({
    prefix: normalPrefix(prefix),
    policy: applyOverride(base, override),
  }));
  return Object.freeze(resolved.sort((a, b) => b.prefix.length - a.prefix.length));
}

/** The policy of the longest prefix of a request's URL, as Python's requests chooses among mounted adapters. */
export function ruleFor(config: InternalAxiosRequestConfig, rules: Rules): ResolvedPolicy | undefined {
  if (rules.length === 0) return undefined;
  const [origin, path] = normal(targetOf(config)) ?? ['', ''];
  return rules.find(({ prefix }) => begins(prefix.startsWith('/') ? path : origin + path, prefix))?.policy;
}

/** In the spelling of the URLs that it is compared with. */
function normalPrefix(prefix: string): string {
  const [origin, path] = normal(prefix) ?? ['', prefix];
  return prefix.startsWith('/') ? path : origin + path;
}

/** Whole segments only: `https://api.test` is no prefix of `https://api.test.example`. */
export function begins(url: string, prefix: string): boolean {
  if (url.slice(0, prefix.length).toLowerCase() !== prefix.toLowerCase()) return false;
  return prefix.endsWith('/') || url.length === prefix.length || '/?#'.includes(url.charAt(prefix.length));
}
