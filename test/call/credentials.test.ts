import { describe, expect, test } from '@jest/globals';
import { AxiosHeaders, type InternalAxiosRequestConfig } from 'axios';
import { watchCredentials } from '../../src/call/credentials.js';

type Config = InternalAxiosRequestConfig;

/** The header names and `auth` that a request still has after a hook changed it. */
function left(hook: Partial<Config> | ((config: Config) => void), more: Partial<Config> = {}): unknown[] {
  const headers = new AxiosHeaders({ authorization: 'Bearer old', Cookie: 'id=1', 'X-Trace': 't' });
  const config: Config = { url: 'https://api.test/users', auth: { username: 'u', password: 'p' }, headers, ...more };
  const given = { ...config, headers: new AxiosHeaders(config.headers) };
  const leaveBehind = watchCredentials(config);
  if (typeof hook === 'function') hook(config);
  else Object.assign(config, hook);
  leaveBehind(given);
  return [Object.keys(config.headers.toJSON()), config.auth?.username];
}

const ALL = ['authorization', 'Cookie', 'X-Trace'];

describe('watchCredentials', () => {
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

  test.each<[string, (headers: AxiosHeaders) => unknown]>([
    ['set', (headers) => headers.set('authorization', 'Bearer old')],
    ['set by its own method', (headers) => headers.setAuthorization('Bearer old')],
    ['taken off and set', (headers) => headers.delete('authorization') && headers.set('authorization', 'Bearer old')],
  ])('and so does what it has %s anew, to what it was', (_how, renew) => {
    const turned = left((config) => {
      config.url = 'https://backup.test/';
      renew(config.headers as AxiosHeaders);
      config.auth = { username: 'u', password: 'p' };
    });
    expect([(turned[0] as string[]).sort(), turned[1]]).toEqual([['X-Trace', 'authorization'], 'u']);
  });

  test.each<[string, (config: Config) => unknown]>([
    ['normalises', ({ headers }) => headers.normalize(false)],
    ['sets all at once', ({ headers }) => headers.set({ ...headers, 'X-Trace': 'u' })],
    ['sets as JSON', ({ headers }) => headers.set(headers.toJSON())],
    ['assigns to themselves', ({ headers }) => Object.assign(headers, { ...headers })],
    ['clones', ({ headers }) => structuredClone(headers)],
    ['copies', (config) => Object.assign(config, { headers: new AxiosHeaders({ ...config.headers }) })],
  ])('but not with the headers that it %s, a list of cookies among them', (_how, change) => {
    const cookies = new AxiosHeaders({ authorization: 'Bearer old', 'X-Trace': 't' }).set('Cookie', ['id=1', 'b=2']);
    const turned = left(
      (config) => {
        config.url = 'https://backup.test/';
        change(config);
      },
      { headers: cookies },
    );
    expect(turned).toEqual([['X-Trace'], undefined]);
  });

  test('but not what it has only taken over into headers of its own', () => {
    const turned = left((config) => {
      config.url = 'https://backup.test/';
      config.headers = new AxiosHeaders({ ...config.headers, 'X-Region': 'b' });
    });
    expect(turned).toEqual([['X-Trace', 'X-Region'], undefined]);
  });

  test('whoever looks at a field has its value, and leaves no trace', () => {
    const headers = new AxiosHeaders({ Authorization: 'Bearer old' });
    const config: Config = { url: 'https://api.test/', headers };
    const leaveBehind = watchCredentials(config);
    const seen = [config.headers.get('Authorization'), config.headers.toJSON(), config.headers instanceof AxiosHeaders];
    leaveBehind(config);
    expect([seen, config.headers === headers]).toEqual([['Bearer old', { Authorization: 'Bearer old' }, true], true]);
  });

  test('back at its first origin, a request has what it came with, unless the hook has others', () => {
    const given: Config = {
      url: 'https://api.test/',
      headers: new AxiosHeaders({ Authorization: 'Bearer old', Cookie: 'id=1', Host: 'api' }),
      auth: { username: 'u', password: 'p' },
    };
    const config = { ...given, headers: new AxiosHeaders(given.headers) };
    const turn = (url: string, hook = () => {}) => {
      const leaveBehind = watchCredentials(config);
      config.url = url;
      hook();
      leaveBehind(given);
      return [config.headers.toJSON(), config.auth?.username];
    };
    expect(turn('https://backup.test/', () => config.headers.set('Cookie', 'id=2'))).toEqual([
      { Cookie: 'id=2' },
      undefined,
    ]);
    expect(turn('https://api.test/users', () => config.headers.set('Cookie', 'id=3'))).toEqual([
      { Authorization: 'Bearer old', Cookie: 'id=3', Host: 'api' },
      'u',
    ]);
  });

  test('does not mind a request without credentials', () => {
    const config: Config = { url: 'https://api.test/users', headers: new AxiosHeaders({ 'X-Trace': 't' }) };
    const leaveBehind = watchCredentials(config);
    const given = { ...config };
    config.url = 'https://backup.test/';
    leaveBehind(given);
    expect([config.headers.toJSON(), 'auth' in config]).toEqual([{ 'X-Trace': 't' }, false]);
  });
});
