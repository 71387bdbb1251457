import { describe, expect, test } from '@jest/globals';
import { AxiosError } from 'axios';
import { classify } from '../../src/base/failure.js';
import { diagnose } from '../../src/index.js';
import { fc } from '../helpers/seeded.js';

const boom = () => {
  throw new Error('boom');
};
const revoked = () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
};

const CODES = [
  ...['ERR_CIRCUIT_OPEN', 'ERR_COOLING_DOWN', 'ERR_BULKHEAD_FULL', 'ERR_DEADLINE_EXCEEDED', 'ERR_CANCELED', 'EMFILE'],
  ...[
    'ERR_INVALID_URL',
    'EAI_AGAIN',
    'ENOTFOUND',
    'CERT_HAS_EXPIRED',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'EPROTO',
    'ENOENT',
  ],
  ...[
    'ECONNREFUSED',
    'ETIMEDOUT',
    'EHOSTUNREACH',
    'EADDRNOTAVAIL',
    'ECONNRESET',
    'HPE_INVALID_CONSTANT',
    'Z_BUF_ERROR',
  ],
  ...['ERR_FR_TOO_MANY_REDIRECTS', 'ERR_FR_REDIRECTION_FAILURE', 'ERR_FR_MAX_BODY_LENGTH_EXCEEDED', 'ERR_PROXY_TUNNEL'],
  ...['UND_ERR_SOCKET', 'ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_BAD_RESPONSE', 'ERR_NETWORK', 'EACCES'],
];
const MESSAGES = [
  'socket hang up',
  'Network Error',
  'aborted',
  'Proxy connection ended',
  'maxContentLength size of 1 exceeded',
  'SECRET',
];

/** What a terminal, a log or a shell would take for its own, and what is simply too much. */
const evil = fc.oneof(
  fc.constantFrom(
    'a\nERROR forged',
    '\u001b[31mred\u001b]0;title\u0007',
    '\u202e\u200b',
    '\u2028',
    '$(reboot)',
    '`reboot`',
    "'; reboot;'",
    '|x',
    '-oProxyCommand=x',
    '--help',
  ),
  fc.constantFrom('x'.repeat(1e5), '?'.repeat(1e5), '//'.repeat(5e4), ';'.repeat(1e5), `"${'a'.repeat(1e5)}`),
  fc.string({ unit: 'binary' }),
);
const secrets = fc.constantFrom('https://u:SECRET@api.test/?token=SECRET', 'at //u:SECRET@api.test', '/a?b=SECRET&c');
const words = fc.oneof(
  { weight: 2, arbitrary: evil },
  secrets,
  fc.constantFrom('api.test', '::1', '127.0.0.1', ...MESSAGES),
);
const odd = fc.oneof(
  fc.anything({ withBigInt: true, withNullPrototype: true, maxDepth: 1 }),
  fc.constantFrom(Symbol('a'), boom, Number.NaN, -1, 1e308, Infinity),
);
const text = fc.oneof({ weight: 4, arbitrary: words }, { weight: 1, arbitrary: odd });
const number = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(0, 80, 443, 8080, 65_536) },
  { weight: 1, arbitrary: odd },
);
const statuses = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(200, 304, 400, 401, 404, 407, 429, 500, 503) },
  { weight: 1, arbitrary: odd },
);

const fieldsOf = <T extends Record<string, fc.Arbitrary<unknown>>>(fields: T) =>
  fc.record(fields, { requiredKeys: [] });

const configs = fieldsOf({
  url: text,
  baseURL: text,
  method: text,
  timeout: number,
  data: text,
  socketPath: text,
  proxy: fc.oneof(odd, fieldsOf({ host: text, hostname: text, port: number, protocol: text })),
  params: fc.oneof(odd, fc.dictionary(words, words, { maxKeys: 2 })),
});
const responses = fieldsOf({
  status: statuses,
  data: fc.oneof(words, odd, fc.constant('The plain HTTP request was sent to HTTPS port')),
  headers: fc.oneof(
    odd,
    fieldsOf({ 'retry-after': fc.oneof(text, fc.constantFrom('7', 'Thu, 01 Jan 2026 00:00:30 GMT')) }),
  ),
});
const requests = fieldsOf({
  reusedSocket: fc.oneof(fc.boolean(), odd),
  socket: fc.oneof(odd, fieldsOf({ readableEnded: fc.boolean(), errored: odd })),
  writableFinished: fc.boolean(),
  res: odd,
  _currentUrl: text,
  _redirectCount: number,
});
const links = {
  name: fc.oneof(text, fc.constantFrom('SyntaxError', 'TimeoutError', 'AbortError', 'AxiosError')),
  message: text,
  code: fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...CODES) }, { weight: 1, arbitrary: text }),
  syscall: fc.oneof(fc.constantFrom('connect', 'getaddrinfo'), text),
  address: text,
  hostname: text,
  host: text,
  port: fc.oneof(number, text),
  input: text,
  scope: text,
  retryInMs: number,
  deadline: number,
  data: text,
  rawPacket: fc.oneof(odd, fc.constant(Uint8Array.of(21))),
  isAxiosError: fc.oneof(fc.boolean(), odd),
  status: statuses,
  config: fc.oneof({ weight: 4, arbitrary: configs }, { weight: 1, arbitrary: odd }),
  response: fc.oneof({ weight: 2, arbitrary: responses }, { weight: 1, arbitrary: odd }),
  request: fc.oneof({ weight: 4, arbitrary: requests }, { weight: 1, arbitrary: odd }),
};

/** Error-like objects, with causes of their own; `asError` makes real errors of some. */
const { error: errors } = fc.letrec<{ error: object }>((tie) => ({
  error: fc
    .tuple(
      fieldsOf(links),
      fc.option(fc.oneof({ depthSize: 'small' }, odd, tie('error')), { nil: undefined, depthSize: 'small' }),
      fc.option(fc.array(fc.oneof({ depthSize: 'small' }, odd, tie('error')), { maxLength: 3 }), { nil: undefined }),
      fc.boolean(),
    )
    .map(([fields, cause, parts, asError]) => {
      const all = { ...fields, ...(cause !== undefined && { cause }), ...(parts && { errors: parts }) };
      return asError ? Object.defineProperties(new Error(), Object.getOwnPropertyDescriptors(all)) : all;
    }),
}));

const monsters: readonly (() => unknown)[] = [
  revoked,
  () => new Proxy({}, { get: boom, has: boom, getPrototypeOf: boom, ownKeys: boom }),
  () => new Proxy(new Error('a'), { get: (target, key) => (key === 'cause' ? boom() : Reflect.get(target, key)) }),
  () => ({
    get message() {
      return boom();
    },
    get code() {
      return boom();
    },
    get config() {
      return boom();
    },
    cause: revoked(),
  }),
  () => {
    const error: { cause?: unknown; errors?: unknown } = new Error('cycle');
    error.cause = error;
    error.errors = [error, { cause: error }];
    return error;
  },
  () => new Proxy({}, { get: (_, key, self) => (key === 'cause' || key === 'errors' ? [self] : 'a') }),
  () => new AggregateError(new Array(1e5).fill(new Error('a'))),
  () => ({ errors: new Array(2 ** 32 - 1) }),
  () => ({ errors: Object.assign(new Array(1e9), [new Error('a')]) }),
  () => Array.from({ length: 100 }).reduce((cause) => new Error('a', { cause }), new Error('b')),
  () => new AxiosError('a', 'b', { url: new URL('https://u:SECRET@a.test/') } as never),
  () => Object.create(null),
  () => undefined,
  () => null,
  () => Symbol('a'),
  () => 10n,
  () => boom,
];
const thrown: fc.Arbitrary<() => unknown> = fc.oneof(
  { weight: 6, arbitrary: errors.map((error) => () => error) },
  { weight: 1, arbitrary: fc.constantFrom(...monsters) },
  { weight: 1, arbitrary: odd.map((value) => () => value) },
);

const LINE = /^[^\p{Cc}\p{Cf}\u2028\u2029]*$/u;

describe('diagnose, whatever was thrown', () => {
  test('answers in a few short lines, without control characters or secrets', () => {
    const causes = new Set<string>();
    fc.assert(
      fc.property(thrown, (make) => {
        const { cause, transient, summary, advice } = diagnose(make());
        causes.add(cause);
        expect(typeof transient).toBe('boolean');
        for (const said of [summary, ...advice]) {
          expect(said).toMatch(LINE);
          expect(said).not.toContain('SECRET@');
          expect(said).not.toMatch(/=SECRET/);
        }
        expect(summary.length).toBeLessThan(4_000);
        expect(advice.length).toBeLessThan(20);
        expect(advice.join().length).toBeLessThan(6_000);
      }),
      { numRuns: 500 },
    );
    expect(causes.size).toBeGreaterThan(15);
  });

  test('gives no command that a shell would take for another', () => {
    const commands = /\b(?:curl -v|nc -vz|getent hosts|openssl s_client -connect|ip route get)( [^,]*)/g;
    fc.assert(
      fc.property(errors, (error) => {
        for (const said of diagnose(error).advice) {
          const found = [...said.matchAll(commands)].map(([, rest = '']) =>
            rest.replace(/ <\/dev\/null \| openssl x509.*| -o \/dev\/null| -w '%\{time_.*'/g, ''),
          );
          for (const rest of found) expect(rest).not.toMatch(/[$`;|&<>'"\\]| -o| --help/);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('says the same twice, and changes nothing', () => {
    fc.assert(
      fc.property(errors, (error) => {
        const first = diagnose(error);
        expect(diagnose(Object.freeze(error))).toEqual(first);
        expect(Object.isFrozen(first) && Object.isFrozen(first.advice)).toBe(true);
      }),
    );
  });
});

test('what is no error at all has a kind, and a long list of causes is not followed', () => {
  fc.assert(
    fc.property(fc.constantFrom(...monsters.slice(4)), (make) => {
      expect(typeof classify(make())).toBe('string');
    }),
  );
});
