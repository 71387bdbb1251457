import { afterEach, describe, expect, test } from '@jest/globals';
import axios, { type AxiosResponse } from 'axios';
import { attachResilience } from '../../src/index.js';
import { resolvePolicy } from '../../src/policy/resolve.js';
import { resolveRules } from '../../src/policy/rules.js';
import type { ResiliencePolicy } from '../../src/policy/types.js';
import { validateHooks, validateOverride, validatePolicy } from '../../src/policy/validate.js';
import { fc } from '../helpers/seeded.js';

const POLICY = ['deadline', 'attemptTimeout', 'connectTimeout', 'retry', 'hedge', 'breaker', 'bulkhead', 'hooks'];
const PATHS = [
  ...[
    'scope',
    'rules',
    'fallback',
    'logger',
    'coolDown',
    'rules./a',
    'rules./a.retry',
    'rules./a.scope',
    'rules./a.body',
  ],
  ...['retry.maxRetries', 'retry.limits', 'retry.limits.read', 'retry.methods', 'retry.methods.GET', 'retry.methods.0'],
  ...['retry.methods.GET.statuses', 'retry.statuses', 'retry.statuses.0', 'retry.backoff', 'retry.backoff.baseDelay'],
  ...['retry.backoff.jitter', 'retry.respectRetryAfter', 'retry.maxRetryAfter', 'retry.budget', 'retry.budget.ratio'],
  ...[
    'retry.idempotencyKey',
    'retry.shouldRetry',
    'breaker.window',
    'breaker.failureRatio',
    'breaker.slowCallDuration',
  ],
  ...['bulkhead.limit', 'bulkhead.queue', 'hedge.delay', 'hedge.quantile', 'hooks.onRetry', '__proto__', 'constructor'],
  ...[
    'retry.__proto__',
    'retry.constructor',
    'rules.__proto__',
    'retry.methods.__proto__',
    'retry.methods.constructor',
  ],
  ...[
    'hooks.__proto__',
    'toString',
    'retry.prototype',
    'rules.x',
    'rules.//a',
    'retry.methods.a b',
    `retry.${'x'.repeat(1e6)}`,
  ],
];

const boom = () => {
  throw new Error('boom');
};
const revoked = () => {
  const { proxy, revoke } = Proxy.revocable([], {});
  revoke();
  return proxy;
};
const cyclic = () => {
  const list: unknown[] = [1];
  list.push(list, { list }, [list, list]);
  return list;
};
const traps = { get: boom, ownKeys: boom, getPrototypeOf: boom, has: boom, getOwnPropertyDescriptor: boom };
const monsters: readonly (() => unknown)[] = [
  revoked,
  cyclic,
  () => Object.assign({}, { a: 1 }, { self: cyclic() }),
  () => new Proxy({}, traps),
  () => new Proxy({ maxRetries: 3, warn: 1, limit: 1 }, traps),
  () => new Proxy([503], { get: (list, key) => (key === '0' ? boom() : Reflect.get(list, key)) }),
  () => new Proxy({}, { getPrototypeOf: boom }),
  () => ({
    get maxRetries() {
      return boom();
    },
  }),
  () => ({
    get limit() {
      return boom();
    },
    get warn() {
      return boom();
    },
    get delay() {
      return boom();
    },
  }),
  () => ({ toString: boom, valueOf: boom, [Symbol.toPrimitive]: boom }),
  () => [{ toString: boom, [Symbol.toPrimitive]: boom }, Object.create(null), Symbol('a')],
  () => JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'),
  () => JSON.parse('{"__proto__":3}'),
  () => 'x'.repeat(1e6),
  () => ['x'.repeat(1e6), 'line\nbreak\u001b[31m'],
  () => Array.from({ length: 1e5 }, () => 'x'),
  () => 10n ** 5_000n,
  () => -(10n ** 400n),
  () => Symbol('x'.repeat(1e5)),
  () =>
    new (class Policy {
      retry = 3;
      maxRetries = 3;
    })(),
  () => Promise.resolve({ retry: 3 }),
  () => new Map([['retry', 3]]),
  () => Object.create({ retry: 3, maxRetries: 'three' }),
  () => boom,
  () => class {},
  () => -0,
  () => Number.MIN_VALUE,
  () => Number.MAX_VALUE,
  () => 2 ** 53,
  () => document,
];
const document = Object.defineProperty({}, Symbol.toStringTag, { get: boom });

/** axios would clone them, element by element. */
const giants: readonly (() => unknown)[] = [() => new Array(2 ** 32 - 1), () => Object.assign(new Array(1e9), [503])];

/** Makers of junk: fast-check would look into what it makes itself. */
const junk: fc.Arbitrary<() => unknown> = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom(...monsters) },
  {
    weight: 2,
    arbitrary: fc
      .anything({
        key: fc.oneof(
          fc.constantFrom(...POLICY, '__proto__', 'constructor', 'maxRetries', '/a', 'GET', 'limit'),
          fc.string(),
        ),
        maxDepth: 3,
        withBigInt: true,
        withBoxedValues: true,
        withDate: true,
        withMap: true,
        withSet: true,
        withNullPrototype: true,
        withSparseArray: true,
        withTypedArray: true,
        withObjectString: true,
      })
      .map((value) => () => value),
  },
  {
    weight: 1,
    arbitrary: fc
      .oneof(fc.double(), fc.integer(), fc.string({ unit: 'binary' }), fc.constantFrom(null, true, false))
      .map((value) => () => value),
  },
);
const worse = fc.oneof({ weight: 9, arbitrary: junk }, { weight: 1, arbitrary: fc.constantFrom(...giants) });
const places = fc.constantFrom(...POLICY, ...PATHS);

/** `{ retry: { limits: { read: value } } }` of `retry.limits.read`; a number is a place in a list. */
function placed(path: string, value: unknown): object {
  const names = path.startsWith('rules.') ? ['rules', ...path.slice(6).split(/\.(?=[a-z])/)] : path.split('.');
  return names.reduceRight<unknown>((inner, name) => {
    if (/^\d+$/.test(name)) return Array.from({ length: Number(name) + 1 }, () => inner);
    return Object.defineProperty({}, name, { value: inner, enumerable: true, configurable: true, writable: true });
  }, value) as object;
}

const prototypes = [Object, Array, Function, Map, Set, String, Number, Promise].map(({ prototype }) => prototype);
const shapes = () => prototypes.map((prototype) => Reflect.ownKeys(prototype).length);
const before = shapes();

afterEach(() => expect(shapes()).toEqual(before));

/** What a validator made of it: nothing, or an error as it is documented. */
function refusal(validate: (value: unknown) => void, value: unknown): Error | undefined {
  try {
    validate(value);
    return undefined;
  } catch (error) {
    const { name, message } = error as Error;
    expect(['TypeError', 'RangeError']).toContain(name);
    expect(message).toMatch(/^`.*` (must|is not an option|cannot be read)/s);
    expect(message.length).toBeLessThan(600);
    return error as Error;
  }
}

describe('junk as a policy', () => {
  test('is taken, or refused with a TypeError or RangeError that says where it is, in less than 600 characters', () => {
    const counts = { taken: 0, refused: 0 };
    fc.assert(
      fc.property(places, worse, (path, make) => {
        const policy = placed(path, make());
        const error = refusal(validatePolicy, policy);
        counts[error ? 'refused' : 'taken']++;
        if (error?.cause) expect(error.message).toBe('`policy` cannot be read');
        else if (error) expect(error.message).toContain(path.split('.')[0]);
        else resolveRules((policy as ResiliencePolicy).rules, resolvePolicy(policy));
      }),
      { numRuns: 1_000 },
    );
    expect(Math.min(counts.taken, counts.refused)).toBeGreaterThan(20);
  });

  test('as a whole, as an override, as hooks, is too', () => {
    let refused = 0;
    fc.assert(
      fc.property(worse, (make) => {
        const value = make();
        for (const validate of [validatePolicy, validateOverride, validateHooks])
          if (refusal(validate, value)) refused++;
      }),
    );
    expect(refused).toBeGreaterThan(300);
  });

  test('that holds something else than options is not taken for an empty one', () => {
    const others = [
      new Map([['retry', 3]]),
      new Set(),
      new Date(),
      Promise.resolve({}),
      new Error(),
      /a/,
      new Uint8Array(),
      new Boolean(false),
    ];
    for (const other of others) {
      for (const path of [
        'retry',
        'retry.limits',
        'rules',
        'rules./a',
        'breaker',
        'retry.budget',
        'retry.methods.GET',
      ]) {
        expect(refusal(validatePolicy, placed(path, other))?.message).toMatch(/must be a plain object/);
      }
      expect(refusal(validatePolicy, other)).toBeInstanceOf(TypeError);
      expect(refusal(validateOverride, other)).toBeInstanceOf(TypeError);
    }
  });

  test('from JSON pollutes no prototype', () => {
    const names = fc.constantFrom(
      '__proto__',
      'constructor',
      'prototype',
      'polluted',
      'GET',
      '/a',
      ...POLICY,
      'methods',
      'maxRetries',
    );
    const { text } = fc.letrec<{ text: string }>((tie) => ({
      text: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom('true', 'false', '3', '"GET"', 'null', '["GET"]'),
        fc
          .array(fc.tuple(names, tie('text')), { maxLength: 3 })
          .map((entries) => `{${entries.map(([name, held]) => `"${name}":${held}`).join()}}`),
      ),
    }));
    fc.assert(
      fc.property(fc.constantFrom('', 'retry', 'retry.methods', 'rules./a', 'hooks'), text, (path, json) => {
        const policy = path ? (placed(path, JSON.parse(json)) as ResiliencePolicy) : JSON.parse(json);
        if (refusal(validatePolicy, policy)) return;
        const resolved = resolvePolicy(policy);
        resolveRules(policy.rules, resolved);
        for (const made of [resolved, resolved.retry, resolved.retry.limits]) {
          expect(Object.getPrototypeOf(made)).toBe(Object.prototype);
          expect('polluted' in made).toBe(false);
        }
      }),
      { numRuns: 1_000 },
    );
    expect('polluted' in {}).toBe(false);
  });
});

describe('nothing is sent, and nothing left behind', () => {
  const ok = { status: 200, statusText: 'OK', headers: {}, data: 'ok' };

  test('by an instance that junk was to be attached to', () => {
    fc.assert(
      fc.property(places, worse, (path, make) => {
        const instance = axios.create();
        const policy = placed(path, make());
        if (!refusal((given) => attachResilience(instance, given as object), policy)) return;
        expect(instance.interceptors.request).toMatchObject({ handlers: [] });
        expect(Reflect.ownKeys(instance).filter((key) => typeof key === 'symbol')).toEqual([]);
        attachResilience(instance).detach();
      }),
    );
  });

  test('by a request whose override is junk', async () => {
    let sent = 0;
    const api = axios.create({
      adapter: async (config) => {
        sent++;
        return { ...ok, config } as AxiosResponse;
      },
    });
    attachResilience(api, { hooks: {} });
    let refused = 0;
    const overrides = fc.oneof(
      junk,
      fc.tuple(places, junk).map(
        ([path, make]) =>
          () =>
            placed(path, make()),
      ),
    );
    await fc.assert(
      fc.asyncProperty(overrides, async (make) => {
        const resilience = make();
        const sentBefore = sent;
        const end = await api.get('https://api.test/', { resilience } as object).catch((error: unknown) => error);
        if (!(end instanceof Error)) return expect(sent).toBe(sentBefore + 1);
        refused++;
        expect(sent).toBe(sentBefore);
        expect(end.message.length).toBeLessThan(600);
      }),
    );
    expect(refused).toBeGreaterThan(100);
  });
});

test('an instance that is none is refused with a TypeError', () => {
  const part = fc.constantFrom('instance', 'interceptors', 'request', 'use');
  fc.assert(
    fc.property(part, junk, (name, make) => {
      const value = make();
      if (name === 'use' && typeof value === 'function') return;
      const parts = { use: () => 0, [name]: value };
      const request = name === 'request' ? value : { use: parts.use };
      const interceptors = name === 'interceptors' ? value : { request };
      const instance = name === 'instance' ? value : { interceptors, defaults: {} };
      expect(() => attachResilience(instance as never)).toThrow(TypeError);
    }),
  );
});
