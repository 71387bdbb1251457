import type http from 'node:http';
import { describe, expect, test } from '@jest/globals';
import axios from 'axios';
import { placeAt } from '../../src/diagnose/place.js';
import { environmentProxy, proxyFor } from '../../src/diagnose/proxy.js';
import { ownEnvironment } from '../helpers/environment.js';

ownEnvironment();

/** Where axios would connect, asked of axios: its transport is told, and sends nothing. */
async function whereAxiosGoes(url: string): Promise<unknown> {
  let host: unknown;
  const transport = {
    request(options: http.RequestOptions) {
      host = options.hostname ?? options.host;
      throw new Error('not sent');
    },
  };
  await axios({ url, adapter: 'http', transport }).catch(() => {});
  return host;
}

describe('NO_PROXY is read as axios reads it', () => {
  test.each([
    ['', 'http://api.example.com/'],
    ['*', 'http://api.example.com/'],
    ['api.example.com', 'http://api.example.com/'],
    ['example.com', 'http://api.example.com/'],
    ['.example.com', 'http://api.example.com/'],
    ['.example.com', 'http://example.com/'],
    ['*.example.com', 'http://api.example.com/'],
    ['*example.com', 'http://badexample.com/'],
    ['API.Example.COM', 'http://api.example.com/'],
    ['api.example.com.', 'http://api.example.com/'],
    ['localhost other.test,  api.example.com', 'http://api.example.com/'],
    ['localhost,,other.test', 'http://api.example.com/'],
    ['api.example.com:8080', 'http://api.example.com:8080/'],
    ['api.example.com:8080', 'http://api.example.com:8081/'],
    ['api.example.com:80', 'http://api.example.com/'],
    ['münchen.example', 'http://xn--mnchen-3ya.example/'],
    ['localhost', 'http://127.0.0.1/'],
    ['127.0.0.1', 'http://localhost/'],
    ['127.0.0.1', 'http://127.0.0.2/'],
    ['::1', 'http://[::1]/'],
    ['[::1]:8080', 'http://[::1]:8080/'],
    ['[::1]:8080', 'http://[::1]:8081/'],
    ['10.0.0.0/8', 'http://10.20.30.40/'],
    ['10.0.0.0/8', 'http://11.0.0.1/'],
    ['10.16.0.0/12', 'http://10.31.255.255/'],
    ['10.16.0.0/12', 'http://10.32.0.0/'],
    ['10.0.0.0/33', 'http://10.0.0.0/'],
    ['0.0.0.0/0', 'http://10.0.0.0/'],
    ['192.168.1.5', 'http://[::ffff:192.168.1.5]/'],
    ['fd00::/8', 'http://[fdab::1]/'],
    ['fd00::/8', 'http://[fe80::1]/'],
    ['2001:db8:a::/47', 'http://[2001:db8:b::1]/'],
    ['2001:db8:a::/48', 'http://[2001:db8:b::1]/'],
    ['10.0.0.0/8', 'http://api.example.com/'],
    ['nonsense/8,1:2:3:4:5:6:7:8:9/8', 'http://api.example.com/'],
  ])('%p, for %s', async (list, url) => {
    Object.assign(process.env, { http_proxy: 'http://203.0.113.9:3128', no_proxy: list });
    const host = proxyFor(undefined, placeAt(url))?.host ?? placeAt(url)?.host;
    expect(host).toBe(String(await whereAxiosGoes(url)).replace(/^\[|\]$/g, ''));
  });

  test('the entry that matched is named, and the lower-case variable wins', () => {
    Object.assign(process.env, {
      HTTPS_PROXY: 'http://u:p@proxy:3128',
      NO_PROXY: 'b.test',
      no_proxy: 'a.test, .b.test',
    });
    const target = placeAt('https://api.b.test/');
    expect(environmentProxy(target)).toEqual({
      variable: 'HTTPS_PROXY',
      url: 'http://u:p@proxy:3128',
      bypass: '.b.test',
    });
    expect(environmentProxy(placeAt('https://c.test/'))?.bypass).toBeUndefined();
    expect(environmentProxy(placeAt('http://c.test/'))).toBeUndefined();
  });
});

test('a proxy without a scheme is taken to speak the one of the request, as axios takes it', async () => {
  Object.assign(process.env, { https_proxy: 'proxy.test:3128', all_proxy: 'http://other.test' });
  expect(proxyFor(undefined, placeAt('https://api.test/'))).toEqual({
    scheme: 'https',
    host: 'proxy.test',
    port: 3128,
    hasCredentials: false,
  });
  expect(proxyFor(undefined, placeAt('http://api.test/'))).toMatchObject({ host: 'other.test', port: 80 });
  expect(await whereAxiosGoes('http://api.test/')).toBe('other.test');
});

test('whether a user and a password are given is known, however they are', () => {
  const given = (configured: unknown) => proxyFor(configured, placeAt('http://api.test/'))?.hasCredentials;
  expect(given({ host: 'proxy.test', auth: { username: 'u', password: 'p' } })).toBe(true);
  expect(given(new URL('http://u:p@proxy.test/'))).toBe(true);
  expect(given({ host: 'proxy.test' })).toBe(false);
  process.env.http_proxy = 'http://u:p@proxy.test/';
  expect(given(undefined)).toBe(true);
  process.env.http_proxy = 'http://proxy.test/?a@b';
  expect(given(undefined)).toBe(false);
});
