import { describe, expect, test } from '@jest/globals';
import axios, { type InternalAxiosRequestConfig } from 'axios';
import { originOf, portOf, redactedUrl, redactText } from '../../src/base/url.js';
import { fc } from '../helpers/seeded.js';

type Config = Pick<InternalAxiosRequestConfig, 'url' | 'baseURL' | 'allowAbsoluteUrls' | 'params'>;

const as = (config: object) => config as InternalAxiosRequestConfig;

const schemes = fc.constantFrom(
  'http:',
  'https:',
  'HTTP:',
  'hTTps:',
  'ht\ttp:',
  ' https:',
  '\u0000http:',
  'foo:',
  'a+b:',
  '',
);
const slashes = fc.oneof(
  { weight: 6, arbitrary: fc.constant('//') },
  { weight: 1, arbitrary: fc.constantFrom('', '/', '///', '\\\\', '/\\', '\\/', '/\t/', '//\n/', '/////') },
);
const userinfos = fc.constantFrom(
  '',
  '',
  '',
  'user@',
  'user:SECRET@',
  'user:SE@CRET@',
  'user:SE%2FCRET@',
  ':SECRET@',
  '@',
);
const hosts = fc.oneof(
  fc.constantFrom('api.test', 'API.Test', 'api.test.', 'localhost', '127.0.0.1', '127.1', '0x7f.1', '2130706433'),
  fc.constantFrom('[::1]', '[0:0::0:1]', '[::ffff:127.0.0.1]', '[::1', '::1', '[v1.a]'),
  fc.constantFrom(
    'bücher.test',
    'xn--bcher-kva.test',
    'ＡＰＩ.test',
    'a\u00adpi.test',
    '☃.test',
    'a_b.test',
    'a%2eb.test',
  ),
  fc.constantFrom('', 'a b', 'a\tb', 'a<b', 'evil.test\\@api.test', '%', 'api.test%00'),
  fc.domain(),
  fc.ipV6().map((ip) => `[${ip}]`),
);
const ports = fc.oneof(
  fc.constantFrom('', '', '', ':', ':80', ':443', ':080', ':0', ':65535', ':65536', ':-1', ':8 0', ':8\t0', ':x'),
  fc.nat(70_000).map((port) => `:${port}`),
);
const paths = fc.oneof(
  fc.constantFrom('', '/', '/a', '/a//b', '//', '/../..', '/%2e%2e/a', '\\a', '/a b', '/ä', '/a\\b', '/\\evil.test/'),
  fc.webPath(),
  fc.string({ unit: fc.constantFrom(...'/\\?#@:.% \t\nab[]é'), maxLength: 8 }),
);
const queries = fc.constantFrom('', '', '?a=SECRET', '?a=b@c&d=SECRET', '?next=http://other.test/', '#SECRET', '?#/@');
const absolutes = fc.tuple(schemes, slashes, userinfos, hosts, ports, paths, queries).map((parts) => parts.join(''));
const targets = fc.oneof(
  { weight: 4, arbitrary: absolutes },
  { weight: 2, arbitrary: fc.tuple(paths, queries).map((parts) => parts.join('')) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('', 'users', 'users:7', 'localhost:80/a', 'data:,a', 'javascript:a', ':::', '.'),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom(' ', '\t', '\u0000', '\ufeff', '\u00a0'), absolutes).map((p) => p.join('')),
  },
);
const configs: fc.Arbitrary<Config> = fc.record(
  { url: targets, baseURL: targets, allowAbsoluteUrls: fc.boolean() },
  { requiredKeys: ['url'] },
);

/** Where axios sends a request, by its own word; undefined if it refuses to. */
function sentTo(config: Config): URL | undefined {
  try {
    const uri = axios.getUri(config);
    return new URL(uri, /^[^!-\uffff]*ht[^/]*:/i.test(uri) ? undefined : 'http://localhost');
  } catch {
    return undefined;
  }
}

describe('the origin of a request', () => {
  test('is that of the URL axios makes of it, whatever its parts', () => {
    let agreed = 0;
    fc.assert(
      fc.property(configs, (config) => {
        const url = sentTo(config);
        if (!url) return;
        agreed++;
        expect(originOf(as(config))).toBe(url.origin === 'null' ? `${url.protocol}//${url.host}` : url.origin);
        const port = url.port || { 'http:': 80, 'https:': 443 }[url.protocol];
        if (port) expect(portOf(as(config))).toBe(Number(port));
      }),
      { numRuns: 1_000 },
    );
    expect(agreed).toBeGreaterThan(300);
  });

  test('is a short line without secrets, whatever is asked for', () => {
    fc.assert(
      fc.property(configs, (config) => {
        const origin = originOf(as(config));
        expect(origin).not.toMatch(/SE|CRET|[\s\p{Cc}]$/u);
        return /^[^\p{Cc}]*$/u.test(origin);
      }),
      { numRuns: 1_000 },
    );
  });

  test('is told of junk too, where axios can make a URL of it', () => {
    const junk = fc.oneof(
      fc.webUrl().map((url) => new URL(url)),
      fc.constantFrom(null, 0, 7, true, {}, [], /a/),
    );
    fc.assert(
      fc.property(junk, junk, (url, baseURL) => {
        expect(typeof originOf(as({ url, baseURL }))).toBe('string');
        expect(typeof redactedUrl(as({ url, baseURL }))).toBe('string');
      }),
    );
  });
});

/** `a:/user:secret@host` has no userinfo: all of that is its path. And a parameter's name may be anything. */
function isElsewhere(config: Config): boolean {
  const { pathname = '', searchParams = new URLSearchParams() } = sentTo(config) ?? {};
  return [pathname.replace(/\/\/[^/]*@/g, '//'), ...searchParams.keys()].join().includes('SECRET');
}

describe('a URL for people to read', () => {
  const params = fc.oneof(
    fc.dictionary(fc.string({ unit: 'binary', maxLength: 5 }), fc.constant('SECRET'), { maxKeys: 3 }),
    fc.array(fc.tuple(fc.string(), fc.constant('SECRET'))).map((entries) => new URLSearchParams(entries)),
    fc.constantFrom(null, undefined, 'a=SECRET', 7, ['SECRET']),
  );
  const lone = fc.constantFrom('\ud800', 'a\udfffb', '\udc00\ud800').map((name) => ({ [name]: 'SECRET' }));

  test('is one line without userinfo, fragment and query values', () => {
    fc.assert(
      fc.property(configs, fc.oneof(params, lone), (config, params) => {
        const url = redactedUrl(as({ ...config, params }));
        expect(url).toMatch(/^[\x21-\x7e]*$|^invalid URL$/);
        expect(url.startsWith(`${originOf(as(config))}/`) || /^(invalid URL|[a-z\d+.-]+:)$/.test(url)).toBe(true);
        // axios refuses some of what is neither absolute nor relative; there is a path before it all the same.
        const isRefused = config.baseURL !== undefined && !sentTo(config);
        if (!isRefused && !isElsewhere(config)) expect(url).not.toContain('SECRET');
      }),
      { numRuns: 1_000 },
    );
  });

  test('is as long as it was, at most, but for what escapes and masks add', () => {
    fc.assert(
      fc.property(configs, (config) => {
        const given = `${config.baseURL ?? ''}${config.url ?? ''}`;
        expect(redactedUrl(as(config)).length).toBeLessThan(40 + given.length * 15);
      }),
    );
  });
});

describe('text from elsewhere', () => {
  test('has no userinfo and no query value left', () => {
    const words = fc.string({ unit: fc.constantFrom(...'ab ./:'), maxLength: 10 });
    const url = fc
      .tuple(
        fc.constantFrom('https:', 'http:', ''),
        fc.constantFrom('u:SECRET@', 'SECRET@', ''),
        fc.constantFrom('/a', ''),
      )
      .map(([scheme, userinfo, path]) => `${scheme}//${userinfo}api.test${path}?a=SECRET&b?c=SECRET`);
    fc.assert(
      fc.property(words, url, words, (before, url, after) => {
        expect(redactText(`${before} ${url} ${after}`)).not.toContain('SECRET');
      }),
    );
  });
});
