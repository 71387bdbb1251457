import { describe, expect, test } from '@jest/globals';
import { AxiosHeaders, type InternalAxiosRequestConfig } from 'axios';
import { mayTunnel } from '../../src/call/tunnel.js';
import { ownEnvironment } from '../helpers/environment.js';

const PROXY = { host: 'proxy.test', port: 3128 };
const asks = (config: Partial<InternalAxiosRequestConfig> = {}) =>
  mayTunnel({ headers: new AxiosHeaders(), url: 'https://api.test:8443/', ...config });

ownEnvironment();

describe('axios may make a tunnel', () => {
  test('by the proxy option', () => {
    expect([asks(), asks({ proxy: PROXY }), asks({ proxy: PROXY, socketPath: '/socket' })]).toEqual([
      false,
      true,
      false,
    ]);
  });

  test.each([
    ['https_proxy', true],
    ['HTTPS_PROXY', true],
    ['all_proxy', true],
    ['ALL_PROXY', true],
    ['http_proxy', false],
    ['HTTP_PROXY', false],
  ])('by the environment: %s %p', (name, expected) => {
    process.env[name] = 'http://proxy.test';
    const redirected = asks({ url: 'http://api.test/' });
    expect([asks(), redirected, asks({ proxy: false }), asks({ socketPath: '/socket' })]).toEqual([
      expected,
      expected,
      false,
      false,
    ]);
  });

  test.each([
    ['', true],
    ['other.test', true],
    ['other.test, API.test', false],
    ['other.test api.test', false],
    ['.test', false],
    ['*.test', false],
    ['test', true],
    ['*', false],
    // Looked at no closer.
    ['api.test:8443', true],
    ['10.0.0.0/8', true],
  ])('but for what NO_PROXY names: %p %p', (list, expected) => {
    Object.assign(process.env, { HTTPS_PROXY: 'http://proxy.test', NO_PROXY: list });
    expect(asks()).toBe(expected);
  });

  test('though NO_PROXY names the http target, which may redirect to another; but not if it names all', () => {
    Object.assign(process.env, { HTTPS_PROXY: 'http://proxy.test', NO_PROXY: 'api.test' });
    const named = asks({ url: 'http://api.test/' });
    process.env.NO_PROXY = '*';
    expect([named, asks({ url: 'http://api.test/' })]).toEqual([true, false]);
  });

  test('to a target that is no URL', () => {
    process.env.HTTPS_PROXY = 'http://proxy.test';
    expect(asks({ url: 'http://[' })).toBe(true);
  });
});
