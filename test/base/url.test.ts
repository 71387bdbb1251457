import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { InternalAxiosRequestConfig } from 'axios';
import { originOf, redactedUrl, redactText } from '../../src/base/url.js';

const config = (fields: object) => fields as InternalAxiosRequestConfig;

describe('originOf', () => {
  test.each<[string, object, string]>([
    ['scheme and host', { url: 'http://api.test/users' }, 'http://api.test'],
    ['any other port', { url: 'http://api.test:8080/users' }, 'http://api.test:8080'],
    ['the default port of http goes', { url: 'http://api.test:80/users' }, 'http://api.test'],
    ['the default port of https goes', { url: 'https://api.test:443/users' }, 'https://api.test'],
    ['the port of the other scheme stays', { url: 'http://api.test:443/users' }, 'http://api.test:443'],
    ['letter case is the same host', { url: 'HTTPS://API.Test/Users' }, 'https://api.test'],
    ['userinfo goes', { url: 'https://user:pass@api.test/users' }, 'https://api.test'],
    ['userinfo with an @ goes', { url: 'https://user:p@ss@api.test/users' }, 'https://api.test'],
    ['IPv6', { url: 'http://[::1]:8080/users' }, 'http://[::1]:8080'],
    ['IPv6 has one spelling', { url: 'http://[0:0::0:1]/users' }, 'http://[::1]'],
    ['query right after the host', { url: 'https://api.test?token=secret' }, 'https://api.test'],
    ['fragment right after the host', { url: 'https://api.test#token' }, 'https://api.test'],
    ['slashes in the path', { url: 'https://api.test/a//b' }, 'https://api.test'],
    ['URL in the query', { url: 'https://api.test/a?next=http://other.test/' }, 'https://api.test'],
    ['an object URL, which goes to no server', { url: 'blob:https://api.test/6f1c-4a' }, 'blob://'],
    ['other scheme', { url: 'foo://user:pass@api.test/a' }, 'foo://api.test'],
    ['baseURL', { baseURL: 'https://api.test/v1/', url: '/users' }, 'https://api.test'],
    ['baseURL alone', { baseURL: 'https://api.test/v1' }, 'https://api.test'],
    ['absolute URL over baseURL', { baseURL: 'https://api.test', url: 'https://other.test/a' }, 'https://other.test'],
    [
      'absolute URLs not allowed',
      { baseURL: 'https://api.test', url: 'https://other.test/a', allowAbsoluteUrls: false },
      'https://api.test',
    ],
    ['a URL object', { url: new URL('https://api.test:8443/users') }, 'https://api.test:8443'],
    ['Unix socket', { url: 'http://api.test/users', socketPath: '/run/api.sock' }, 'unix:/run/api.sock'],
    ['relative URL', { url: '/users' }, 'http://localhost'],
    ['relative URL with slashes in its path', { url: '/users//7' }, 'http://localhost'],
    [
      'relative URL with a URL in its query',
      { url: '/callback?token=secret&next=http://other.test/' },
      'http://localhost',
    ],
    ['relative baseURL', { baseURL: '/api', url: 'users//7' }, 'http://localhost'],
    ['no URL', {}, 'http://localhost'],
    ['empty URL', { url: '' }, 'http://localhost'],
    ['garbage', { url: ':::' }, 'http://localhost'],
    ['garbage with userinfo', { url: 'http://user:pass@bad host/users' }, 'invalid URL'],
  ])('%s', (_, fields, origin) => {
    expect(originOf(config(fields))).toBe(origin);
  });

  test('no part of a password that was not escaped is in it', () => {
    const origins = ['/', '?', '#'].map((char) => originOf(config({ url: `https://user:pa${char}ss@api.test/` })));
    expect(origins.filter((origin) => origin.includes('pa'))).toEqual([]);
  });

  test('nor is it where `origin` keeps it, as React Native’s does', () => {
    const origin = jest.spyOn(URL.prototype, 'origin', 'get').mockReturnValue('https://user:pass@native.test');
    const named = originOf(config({ url: 'https://user:pass@native.test/users' }));
    origin.mockRestore();
    expect(named).toBe('https://native.test');
  });

  test('calls to two hosts by turns keep their origins', () => {
    const origins = ['a', 'b', 'a'].map((host) => originOf(config({ url: `https://${host}.test/` })));
    expect(origins).toEqual(['https://a.test', 'https://b.test', 'https://a.test']);
  });
});

describe('redactedUrl', () => {
  test.each<[string, object, string]>([
    ['plain', { url: 'https://api.test/users/7' }, 'https://api.test/users/7'],
    ['baseURL and URL', { baseURL: 'https://api.test/v1/', url: '/users' }, 'https://api.test/v1/users'],
    ['relative', { url: '/users?a=1' }, 'http://localhost/users?a=REDACTED'],
    ['userinfo', { url: 'https://user:secret@api.test/' }, 'https://api.test/'],
    ['userinfo with an @', { url: 'https://user:se@cret@api.test/' }, 'https://api.test/'],
    ['userinfo in baseURL', { baseURL: 'https://user:secret@api.test', url: 'a' }, 'https://api.test/a'],
    ['query', { url: 'https://api.test/?a=secret&b=secret' }, 'https://api.test/?a=REDACTED&b=REDACTED'],
    ['query right after the host', { url: 'https://api.test?a=secret' }, 'https://api.test/?a=REDACTED'],
    ['query with = in its value', { url: '/?a=sec=ret' }, 'http://localhost/?a=REDACTED'],
    ['escaped query', { url: '/?na%20me=sec%26ret' }, 'http://localhost/?na%20me=REDACTED'],
    ['fragment', { url: 'https://api.test/#access_token=secret' }, 'https://api.test/'],
    ['fragment after a query', { url: '/?a=secret#b=secret' }, 'http://localhost/?a=REDACTED'],
    ['fragment over lines', { url: '/a#sec\nret' }, 'http://localhost/a'],
    [
      'params',
      { url: '/a', params: { key: 'secret', list: ['secret'] } },
      'http://localhost/a?key=REDACTED&list=REDACTED',
    ],
    ['URLSearchParams', { url: '/a', params: new URLSearchParams('key=secret') }, 'http://localhost/a?key=REDACTED'],
    ['query and params', { url: '/a?b=secret', params: { c: 'secret' } }, 'http://localhost/a?b=REDACTED&c=REDACTED'],
    ['no params', { url: '/a', params: null }, 'http://localhost/a'],
    ['a URL object', { url: new URL('https://user:secret@api.test/a?b=secret') }, 'https://api.test/a?b=REDACTED'],
    ['no URL', {}, 'http://localhost/'],
  ])('%s', (_, fields, url) => {
    expect(redactedUrl(config(fields))).toBe(url);
  });

  test('what URLSearchParams cannot read, as that of React Native throws at a stray %, is left off', () => {
    const real = globalThis.URLSearchParams;
    class Strict extends real {
      constructor(query: string) {
        super(decodeURIComponent(query));
      }
    }
    Object.assign(globalThis, { URLSearchParams: Strict });
    const url = redactedUrl(config({ url: 'https://api.test/a?q=100%', params: { page: 1 } }));
    Object.assign(globalThis, { URLSearchParams: real });
    expect(url).toBe('https://api.test/a');
  });

  test('no part of a password that was not escaped is in it', () => {
    const urls = ['/', '?', '#'].map((char) => redactedUrl(config({ url: `https://user:pa${char}ss@api.test/` })));
    expect(urls.filter((url) => /pa|ss/.test(url))).toEqual([]);
  });
});

describe('where a URL tells nothing but its `href`, as in React Native before 0.80', () => {
  /** Throws as that does. */
  class Bare {
    readonly href: string;
    constructor(url: string, base = '') {
      this.href = /^[a-z]+:/i.test(url) ? url : `${base}${url}`;
    }
    get origin(): never {
      throw new Error('URL.origin is not implemented');
    }
    get pathname(): never {
      throw new Error('URL.pathname is not implemented');
    }
  }
  const real = globalThis.URL;
  beforeAll(() => void Object.assign(globalThis, { URL: Bare }));
  afterAll(() => void Object.assign(globalThis, { URL: real }));

  test('hosts have their origins', () => {
    const urls = ['https://user:pass@one.test/a', 'http://two.test:8080?a=1', 'https://one.test'];
    expect(urls.map((url) => originOf(config({ url })))).toEqual([
      'https://one.test',
      'http://two.test:8080',
      'https://one.test',
    ]);
  });

  test('and people read of them without userinfo and values', () => {
    const target = config({ url: 'https://user:pass@one.test/a?b=secret#c', params: { d: 1 } });
    expect(redactedUrl(target)).toBe('https://one.test/a?b=REDACTED&d=REDACTED');
  });
});

describe('redactText', () => {
  test.each([
    ['connect ECONNREFUSED 127.0.0.1:80', 'connect ECONNREFUSED 127.0.0.1:80'],
    ['what? a = b & c', 'what? a = b & c'],
    ['mail to user@api.test', 'mail to user@api.test'],
    ['at https://user:secret@api.test/a', 'at https://api.test/a'],
    ['at https://user:se@cret@api.test/a', 'at https://api.test/a'],
    ['https://u:secret@a.test and https://u:secret@b.test', 'https://a.test and https://b.test'],
    ['at /a?b=secret&c=secret', 'at /a?b=REDACTED&c=REDACTED'],
    ['at "/a?b=secret"', 'at "/a?b=REDACTED"'],
    ["at '/a?b=secret', again", "at '/a?b=REDACTED again"],
    ['(at /a?b=secret)', '(at /a?b=REDACTED'],
    ['at /a?b=sec=ret', 'at /a?b=REDACTED'],
    ['at /a#b=secret&c=secret', 'at /a#b=REDACTED&c=REDACTED'],
    ['at /a?#b=secret', 'at /a?#b=REDACTED'],
    ['at /a?b=sec)ret&c=1', 'at /a?b=REDACTED&c=REDACTED'],
  ])('%s', (text, redacted) => {
    expect(redactText(text)).toBe(redacted);
  });
});
