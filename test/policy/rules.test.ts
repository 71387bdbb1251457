import { describe, expect, test } from '@jest/globals';
import type { InternalAxiosRequestConfig } from 'axios';
import { resolvePolicy } from '../../src/policy/resolve.js';
import { resolveRules, ruleFor } from '../../src/policy/rules.js';

const BASE = resolvePolicy({ deadline: 1, attemptTimeout: 7 });

/** The deadline of the rule that counts for a request: its prefix is known by that. */
function deadline(config: string | Partial<InternalAxiosRequestConfig>, prefixes: Record<string, number>) {
  const rules = Object.fromEntries(Object.entries(prefixes).map(([prefix, ms]) => [prefix, { deadline: ms }]));
  const request = typeof config === 'string' ? { url: config } : config;
  return ruleFor(request as InternalAxiosRequestConfig, resolveRules(rules, BASE))?.deadline;
}

describe('rules', () => {
  test('none means none', () => {
    const rules = resolveRules(undefined, BASE);
    expect(rules).toEqual([]);
    expect(ruleFor({ url: '/users' } as InternalAxiosRequestConfig, rules)).toBeUndefined();
  });

  test('lay themselves over the policy, and leave the rest of it', () => {
    const [rule] = resolveRules({ '/users': { deadline: 2, retry: false } }, BASE);
    expect(rule?.policy).toMatchObject({ deadline: 2, attemptTimeout: 7, retry: { maxRetries: 0 } });
    expect(BASE.deadline).toBe(1);
  });

  test('a path without its leading slash is the same path', () => {
    expect([deadline('users/7', { '/users': 2 }), deadline('', { '/': 3 })]).toEqual([2, 3]);
  });

  test('a query without anything in it is none', () => {
    expect([deadline('/pay', { '/pay?': 2 }), deadline('/pay?id=1', { '/pay?': 2 })]).toEqual([2, 2]);
  });

  test('the longest prefix wins, wherever it stands', () => {
    const prefixes = { '/users': 2, '/users/slow/one': 4, '/users/slow': 3 };
    const urls = ['/users', '/users/1', '/users/slow', '/users/slow/one', '/orders'];
    expect(urls.map((url) => deadline(url, prefixes))).toEqual([2, 2, 3, 4, undefined]);
  });

  test.each<[string, string, number | undefined]>([
    ['/users', '/users?page=2', 2],
    ['/users', '/users#top', 2],
    ['/users', '/users2', undefined],
    ['/users/', '/users/1', 2],
    ['/users/', '/users', undefined],
    ['https://api.test', 'https://api.test/users', 2],
    ['https://api.test', 'https://api.test.example/users', undefined],
    ['https://api.test', 'https://api.test:8443/users', undefined],
    ['HTTPS://API.test', 'https://api.test/users', 2],
  ])('a prefix ends with a segment: %s, %s: %p', (prefix, url, ms) => {
    expect(deadline(url, { [prefix]: 2 })).toBe(ms);
  });

  test('a path counts at every origin, an origin at its own', () => {
    const prefixes = { '/users': 2, 'https://api.test': 3 };
    const urls = ['https://other.test/users', 'https://api.test/orders', '//cdn.test/users', '/users'];
    expect(urls.map((url) => deadline(url, prefixes))).toEqual([2, 3, 2, 2]);
  });

  test('a request is what its base URL and its URL make together', () => {
    const config = { baseURL: 'https://api.test/v1/', url: '/users' };
    const prefixes = ['/v1/users', 'https://api.test/v1', '/users'];
    expect(prefixes.map((prefix) => deadline(config, { [prefix]: 2 }))).toEqual([2, 2, undefined]);
  });

  test.each([
    ['https://api.test/users', 'https://user:password@api.test/users'],
    ['https://api.test/users', 'https://api.test:443/users'],
    ['https://api.test:443/users', 'https://api.test/users'],
    ['https://api.test/users', ' https://api.test/users'],
    ['https://bücher.test/ä', 'https://xn--bcher-kva.test/%C3%A4'],
    ['/users', '/public/../users'],
    ['/users', 'https://api.test/public/%2e%2e/users'],
    ['/users', 'https:\\\\api.test\\users'],
    ['https://api.test', 'https://api.test\\.other.test/'],
    ['/a/../users', '/users'],
    ['/a b', '/a%20b'],
  ])('count for all spellings of what is sent: %s, %s', (prefix, url) => {
    expect(deadline(url, { [prefix]: 2 })).toBe(2);
  });

  test.each([
    ['/public', '/public/../users'],
    ['https://api.test', 'https://api.test@other.test/users'],
    ['https://api.test/users', 'https://api.test//users'],
  ])('do not count for what is sent elsewhere: %s, %s', (prefix, url) => {
    expect(deadline(url, { [prefix]: 2 })).toBeUndefined();
  });

  test('are frozen, and so is the policy of each', () => {
    const rules = resolveRules({ '/users': {} }, BASE);
    expect([Object.isFrozen(rules), Object.isFrozen(rules[0]?.policy)]).toEqual([true, true]);
  });
});

test('a request whose URL cannot be read falls under no rule', () => {
  expect(deadline('http://[', { '/': 2, 'http://api.test': 3 })).toBeUndefined();
});
