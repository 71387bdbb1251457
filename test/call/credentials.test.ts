import { describe, expect, test } from '@jest/globals';
import { AxiosHeaders, type InternalAxiosRequestConfig } from 'axios';
import { credentialsOf, leaveBehind } from '../../src/call/credentials.js';

type Config = InternalAxiosRequestConfig;

/** The header names and `auth` that a request still has after a hook changed it. */
function left(hook: Partial<Config> | ((config: Config) => void), more: Partial<Config> = {}): unknown[] {
  const headers = new AxiosHeaders({ authorization: 'Bearer old', Cookie: 'id=1', 'X-Trace': 't' });
  const config: Config = { url: 'https://api.test/users', auth: { username: 'u', password: 'p' }, headers, ...more };
  const credentials = credentialsOf(config);
  if (typeof hook === 'function') hook(config);
  else Object.assign(config, hook);
  leaveBehind(credentials, config);
  return [Object.keys(config.headers.toJSON()), config.auth?.username];
}

const ALL = ['authorization', 'Cookie', 'X-Trace'];

describe('leaveBehind', () => {
  test('the name of the one origin is not sent to another', () => {
    const headers = () => new AxiosHeaders({ host: 'api.test' });
    expect(left({ url: 'https://other.test/users' }, { headers: headers() })).toEqual([[], undefined]);
    expect(left({ url: 'https://api.test/orders' }, { headers: headers() })).toEqual([['host'], 'u']);
  });

  test('takes nothing off a request that stays at its origin, whatever its path', () => {
    const paths = ['/other', 'https://api.test:443/users', 'https://API.test?page=2'];
    const config = { baseURL: 'https://api.test' };
    const kept = paths.map((url) => left({ url }, config));
    expect(kept).toEqual([
      [ALL, 'u'],
      [ALL, 'u'],
      [ALL, 'u'],
    ]);
  });

  test.each(['https://backup.test/users', 'http://api.test/users', 'https://api.test:8443/users', '//evil.test/'])(
    'takes the credentials off a request that is turned to %s, and nothing else',
    (url) => {
      expect(left({ url })).toEqual([['X-Trace'], undefined]);
    },
  );

  test('a new base URL is another origin too', () => {
    const relative = { url: '/users', baseURL: 'https://api.test' };
    const turned = left({ baseURL: 'https://backup.test' }, relative);
    expect(turned).toEqual([['X-Trace'], undefined]);
  });

  test('a Unix socket is another origin too', () => {
    expect(left({ socketPath: '/run/api.sock' })).toEqual([['X-Trace'], undefined]);
  });

  test('what the hook renewed goes along', () => {
    const turned = left((config) => {
      config.url = 'https://backup.test/';
      config.headers.set('Authorization', 'Bearer new');
      config.auth = { username: 'backup', password: 'p' };
    });
    expect(turned).toEqual([['authorization', 'X-Trace'], 'backup']);
  });

  test('does not mind a request without credentials', () => {
    const config: Config = { url: 'https://api.test/users', headers: new AxiosHeaders({ 'X-Trace': 't' }) };
    const credentials = credentialsOf(config);
    leaveBehind(credentials, Object.assign(config, { url: 'https://backup.test/' }));
    expect([config.headers.toJSON(), 'auth' in config]).toEqual([{ 'X-Trace': 't' }, false]);
  });
});
