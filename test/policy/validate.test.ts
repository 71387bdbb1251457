import { describe, expect, test } from '@jest/globals';
import { validateHooks, validateOverride, validatePolicy } from '../../src/policy/validate.js';

const MS = 'must be milliseconds, > 0 and ≤ 2147483647, got';
const MS_OR_OFF = 'must be milliseconds, > 0 and ≤ 2147483647, or false, got';
const MS_OR_0 = 'must be milliseconds, ≥ 0 and ≤ 2147483647, got';
const WHOLE = 'must be a whole number ≥ 0, got';
const COUNT = 'must be a whole number ≥ 1, got';
const SHARED = 'must be false: a request can pass by what is shared, not change it, got';
const PREFIX = "must begin with 'http://', 'https://' or '/', got";
const LOGGER = 'must be a logger with warn() and error(), or false, got';

type Bad = [value: unknown, message: string, type: ErrorConstructor];

const refusals =
  (validate: (value: unknown) => void) =>
  (value: unknown): Error[] => {
    try {
      validate(value);
      return [];
    } catch (error) {
      return [error as Error];
    }
  };

const unreadable = (thrown: unknown) => ({
  get deadline(): number {
    throw thrown;
  },
});

const titled = (rows: Bad[]) => rows.map(([value, message, type]) => [message, value, type] as const);

const HOOKS =
  'onRetry, onSuccess, onGiveUp, onEnd, onReject, onStateChange, onSaturation, onHedge, onCoolDown, onBudgetExhausted';

class Counting {
  retries = 0;

  onRetry() {
    this.retries++;
  }
}

class Misspelt {
  onRetri() {}
}

class Wrong {
  onRetry = 1;
}

describe('validatePolicy refuses', () => {
  test('idempotency keys that it could not draw, as in React Native without a package for that', () => {
    const own = Object.getOwnPropertyDescriptor(globalThis, 'crypto') as PropertyDescriptor;
    Reflect.deleteProperty(globalThis, 'crypto');
    const messages = [true, false, () => 'k'].map((idempotencyKey) =>
      refusals(validatePolicy)({ retry: { idempotencyKey } }).map(({ message }) => message),
    );
    Object.defineProperty(globalThis, 'crypto', own);
    expect(messages).toEqual([
      ['`retry.idempotencyKey` must be a function where there is no crypto.getRandomValues, got true'],
      [],
      [],
    ]);
  });

  test.each(
    titled([
      [undefined, '`policy` must be an object, got undefined', TypeError],
      [null, '`policy` must be an object, got null', TypeError],
      [false, '`policy` must be an object, got false', TypeError],
      [3, '`policy` must be an object, got 3', TypeError],
      [[], '`policy` must be an object, got []', TypeError],
      [new Map(), '`policy` must be a plain object, got an object', TypeError],

      [{ deadline: 0 }, `\`deadline\` ${MS_OR_OFF} 0`, RangeError],
      [{ deadline: -1 }, `\`deadline\` ${MS_OR_OFF} -1`, RangeError],
      [{ deadline: Number.NaN }, `\`deadline\` ${MS_OR_OFF} NaN`, RangeError],
      [{ deadline: Infinity }, `\`deadline\` ${MS_OR_OFF} Infinity`, RangeError],
      [{ deadline: 2 ** 31 }, `\`deadline\` ${MS_OR_OFF} 2147483648`, RangeError],
      [{ deadline: '30s' }, `\`deadline\` ${MS_OR_OFF} "30s"`, TypeError],
      [{ deadline: '1000' }, `\`deadline\` ${MS_OR_OFF} "1000"`, TypeError],
      [{ deadline: 10n }, `\`deadline\` ${MS_OR_OFF} 10`, TypeError],
      [{ deadline: true }, `\`deadline\` ${MS_OR_OFF} true`, TypeError],
      [{ deadline: null }, `\`deadline\` ${MS_OR_OFF} null`, TypeError],
      [{ attemptTimeout: 0 }, `\`attemptTimeout\` ${MS_OR_OFF} 0`, RangeError],
      [{ attemptTimeout: '5' }, `\`attemptTimeout\` ${MS_OR_OFF} "5"`, TypeError],
      [{ attemptTimeout: {} }, `\`attemptTimeout\` ${MS_OR_OFF} an object`, TypeError],
      [{ deadline: 'x'.repeat(80) }, `\`deadline\` ${MS_OR_OFF} "${'x'.repeat(80)}"`, TypeError],
      [{ deadline: 'x'.repeat(81) }, `\`deadline\` ${MS_OR_OFF} "${'x'.repeat(79)}…"`, TypeError],

      [{ retry: -1 }, `\`retry\` ${WHOLE} -1`, RangeError],
      [{ retry: 1.5 }, `\`retry\` ${WHOLE} 1.5`, RangeError],
      [{ retry: Number.NaN }, `\`retry\` ${WHOLE} NaN`, RangeError],
      [{ retry: Infinity }, `\`retry\` ${WHOLE} Infinity`, RangeError],
      [{ retry: true }, '`retry` must be a number, an object or false, got true', TypeError],
      [{ retry: '3' }, '`retry` must be a number, an object or false, got "3"', TypeError],
      [{ retry: null }, '`retry` must be a number, an object or false, got null', TypeError],
      [{ retry: [3] }, '`retry` must be a number, an object or false, got [3]', TypeError],
      [{ retry: { maxRetries: -1 } }, `\`retry.maxRetries\` ${WHOLE} -1`, RangeError],
      [{ retry: { maxRetries: '3' } }, `\`retry.maxRetries\` ${WHOLE} "3"`, TypeError],
      [{ retry: { maxRetries: false } }, `\`retry.maxRetries\` ${WHOLE} false`, TypeError],
      [{ retry: { limits: 3 } }, '`retry.limits` must be an object, got 3', TypeError],
      [{ retry: { limits: [1, [2], 'c'] } }, '`retry.limits` must be an object, got [1, a list, "c"]', TypeError],
      [
        { retry: { limits: Array.from({ length: 12 }, (_, i) => i) } },
        '`retry.limits` must be an object, got [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]',
        TypeError,
      ],
      [{ retry: { limits: { connect: -1 } } }, `\`retry.limits.connect\` ${WHOLE} -1`, RangeError],
      [{ retry: { limits: { read: 0.5 } } }, `\`retry.limits.read\` ${WHOLE} 0.5`, RangeError],
      [{ retry: { limits: { status: '1' } } }, `\`retry.limits.status\` ${WHOLE} "1"`, TypeError],

      [
        { retry: { methods: 'GET' } },
        '`retry.methods` must be a list of methods or a record by method, got "GET"',
        TypeError,
      ],
      [{ retry: { methods: new Set(['GET']) } }, '`retry.methods` must be a plain object, got an object', TypeError],
      [
        { retry: { methods: null } },
        '`retry.methods` must be a list of methods or a record by method, got null',
        TypeError,
      ],
      [{ retry: { methods: 7 } }, '`retry.methods` must be a list of methods or a record by method, got 7', TypeError],
      [{ retry: { methods: ['GET', 7] } }, '`retry.methods[1]` must be an HTTP method, got 7', TypeError],
      [{ retry: { methods: [''] } }, '`retry.methods[0]` must be an HTTP method, got ""', TypeError],
      [{ retry: { methods: ['*'] } }, '`retry.methods[0]` must be an HTTP method, got "*"', TypeError],
      [{ retry: { methods: { '*': true } } }, '`retry.methods` must be an HTTP method, got "*"', TypeError],
      [{ retry: { methods: ['GET, PUT'] } }, '`retry.methods[0]` must be an HTTP method, got "GET, PUT"', TypeError],
      [{ retry: { methods: { 'A B': true } } }, '`retry.methods` must be an HTTP method, got "A B"', TypeError],
      [{ retry: { methods: { POST: 1 } } }, '`retry.methods.POST` must be true, false or an object, got 1', TypeError],
      [
        { retry: { methods: { POST: { maxRetries: -1 } } } },
        `\`retry.methods.POST.maxRetries\` ${WHOLE} -1`,
        RangeError,
      ],
      [
        { retry: { methods: { POST: { statuses: [99] } } } },
        '`retry.methods.POST.statuses[0]` must be a status from 100 to 599, got 99',
        RangeError,
      ],
      [
        { retry: { methods: { POST: { retries: 1 } } } },
        '`retry.methods.POST.retries` is not an option; did you mean `maxRetries`?',
        TypeError,
      ],

      [{ retry: { statuses: 503 } }, '`retry.statuses` must be a list of statuses, got 503', TypeError],
      [
        { retry: { statuses: new Set([503]) } },
        '`retry.statuses` must be a list of statuses, got an object',
        TypeError,
      ],
      [
        { retry: { statuses: [503, '502'] } },
        '`retry.statuses[1]` must be a status from 100 to 599, got "502"',
        TypeError,
      ],
      [{ retry: { statuses: [600] } }, '`retry.statuses[0]` must be a status from 100 to 599, got 600', RangeError],
      [{ retry: { statuses: [500.5] } }, '`retry.statuses[0]` must be a status from 100 to 599, got 500.5', RangeError],

      [{ retry: { backoff: 100 } }, '`retry.backoff` must be an object or a function, got 100', TypeError],
      [{ retry: { backoff: false } }, '`retry.backoff` must be an object or a function, got false', TypeError],
      [{ retry: { backoff: { baseDelay: -1 } } }, `\`retry.backoff.baseDelay\` ${MS_OR_0} -1`, RangeError],
      [{ retry: { backoff: { baseDelay: Number.NaN } } }, `\`retry.backoff.baseDelay\` ${MS_OR_0} NaN`, RangeError],
      [{ retry: { backoff: { maxDelay: Infinity } } }, `\`retry.backoff.maxDelay\` ${MS_OR_0} Infinity`, RangeError],
      [{ retry: { backoff: { maxDelay: '1s' } } }, `\`retry.backoff.maxDelay\` ${MS_OR_0} "1s"`, TypeError],
      [
        { retry: { backoff: { jitter: true } } },
        "`retry.backoff.jitter` must be 'full', 'equal', 'decorrelated' or 'none', got true",
        TypeError,
      ],
      [
        { retry: { backoff: { jitter: 'Full' } } },
        "`retry.backoff.jitter` must be 'full', 'equal', 'decorrelated' or 'none', got \"Full\"",
        TypeError,
      ],
      [{ retry: { respectRetryAfter: 1 } }, '`retry.respectRetryAfter` must be true or false, got 1', TypeError],
      [{ retry: { maxRetryAfter: -1 } }, `\`retry.maxRetryAfter\` ${MS_OR_0} -1`, RangeError],
      [{ retry: { maxRetryAfter: '60' } }, `\`retry.maxRetryAfter\` ${MS_OR_0} "60"`, TypeError],
      [
        { retry: { idempotencyKey: 'abc' } },
        '`retry.idempotencyKey` must be true, false or a function, got "abc"',
        TypeError,
      ],
      [{ retry: { retryResponse: true } }, '`retry.retryResponse` must be a function, got true', TypeError],
      [
        { retry: { retryResponse: async () => true } },
        '`retry.retryResponse` must be a function, got AsyncFunction',
        TypeError,
      ],
      [
        { retry: { backoff: async () => 1 } },
        '`retry.backoff` must be an object or a function, got AsyncFunction',
        TypeError,
      ],
      [
        { retry: { idempotencyKey: async () => 'k' } },
        '`retry.idempotencyKey` must be true, false or a function, got AsyncFunction',
        TypeError,
      ],
      [{ scope: async () => 's' }, "`scope` must be 'origin', 'instance' or a function, got AsyncFunction", TypeError],
      [{ retry: { shouldRetry: false } }, '`retry.shouldRetry` must be a function, got false', TypeError],
      [{ retry: { beforeRetry: {} } }, '`retry.beforeRetry` must be a function, got an object', TypeError],

      [{ retry: { budget: true } }, '`retry.budget` must be an object or false, got true', TypeError],
      [{ retry: { budget: { ratio: 1.1 } } }, '`retry.budget.ratio` must be ≥ 0 and ≤ 1, got 1.1', RangeError],
      [{ retry: { budget: { ratio: -0.1 } } }, '`retry.budget.ratio` must be ≥ 0 and ≤ 1, got -0.1', RangeError],
      [{ retry: { budget: { ratio: '20%' } } }, '`retry.budget.ratio` must be ≥ 0 and ≤ 1, got "20%"', TypeError],
      [{ retry: { budget: { reserve: -1 } } }, `\`retry.budget.reserve\` ${COUNT.replace('1', '0')} -1`, RangeError],
      [{ hedge: 0 }, `\`hedge\` ${MS_OR_OFF} 0`, RangeError],
      [{ hedge: true }, '`hedge` must be a number, an object or false, got true', TypeError],
      [{ hedge: {} }, '`hedge` must have a delay or a quantile, got an object', TypeError],
      [{ hedge: { quantile: 0 } }, '`hedge.quantile` must be > 0 and < 1, got 0', RangeError],
      [{ hedge: { quantile: 1 } }, '`hedge.quantile` must be > 0 and < 1, got 1', RangeError],
      [{ hedge: { quantile: 95 } }, '`hedge.quantile` must be > 0 and < 1, got 95', RangeError],
      [{ coolDown: 'no' }, '`coolDown` must be true or false, got "no"', TypeError],

      [{ breaker: true }, '`breaker` must be an object or false, got true', TypeError],
      [{ breaker: 5 }, '`breaker` must be an object or false, got 5', TypeError],
      [{ breaker: { failureRatio: 0 } }, '`breaker.failureRatio` must be > 0 and ≤ 1, got 0', RangeError],
      [{ breaker: { failureRatio: 50 } }, '`breaker.failureRatio` must be > 0 and ≤ 1, got 50', RangeError],
      [{ breaker: { failureRatio: Number.NaN } }, '`breaker.failureRatio` must be > 0 and ≤ 1, got NaN', RangeError],
      [{ breaker: { failureRatio: '50%' } }, '`breaker.failureRatio` must be > 0 and ≤ 1, got "50%"', TypeError],
      [{ breaker: { minimumCalls: 0 } }, `\`breaker.minimumCalls\` ${COUNT} 0`, RangeError],
      [{ breaker: { window: 0 } }, `\`breaker.window\` ${MS} 0`, RangeError],
      [{ breaker: { consecutive: 0 } }, `\`breaker.consecutive\` ${COUNT} 0`, RangeError],
      [{ breaker: { minimumDuration: -1 } }, `\`breaker.minimumDuration\` ${MS_OR_0} -1`, RangeError],
      [{ breaker: { openFor: 0 } }, `\`breaker.openFor\` ${MS} 0`, RangeError],
      [{ breaker: { maxOpenFor: -5 } }, `\`breaker.maxOpenFor\` ${MS} -5`, RangeError],
      [{ breaker: { countRateLimit: 'yes' } }, '`breaker.countRateLimit` must be true or false, got "yes"', TypeError],
      [{ breaker: { successThreshold: 0 } }, `\`breaker.successThreshold\` ${COUNT} 0`, RangeError],
      [{ breaker: { successThreshold: 1.5 } }, `\`breaker.successThreshold\` ${COUNT} 1.5`, RangeError],
      [{ breaker: { successThreshold: '2' } }, `\`breaker.successThreshold\` ${COUNT} "2"`, TypeError],
      [{ breaker: { slowCallDuration: 0 } }, `\`breaker.slowCallDuration\` ${MS_OR_OFF} 0`, RangeError],
      [{ breaker: { slowCallDuration: Number.NaN } }, `\`breaker.slowCallDuration\` ${MS_OR_OFF} NaN`, RangeError],
      [{ breaker: { slowCallDuration: true } }, `\`breaker.slowCallDuration\` ${MS_OR_OFF} true`, TypeError],

      [{ bulkhead: 0 }, `\`bulkhead\` ${COUNT} 0`, RangeError],
      [{ bulkhead: Number.NaN }, `\`bulkhead\` ${COUNT} NaN`, RangeError],
      [{ bulkhead: true }, '`bulkhead` must be a number, an object or false, got true', TypeError],
      [{ bulkhead: { limit: 0 } }, `\`bulkhead.limit\` ${COUNT} 0`, RangeError],
      [{ bulkhead: { limit: 1, queue: -1 } }, `\`bulkhead.queue\` ${WHOLE} -1`, RangeError],
      [{ bulkhead: { limit: 1, queue: Infinity } }, `\`bulkhead.queue\` ${WHOLE} Infinity`, RangeError],
      [{ bulkhead: { limit: 1, countStreams: 1 } }, '`bulkhead.countStreams` must be true or false, got 1', TypeError],

      [{ scope: 'host' }, "`scope` must be 'origin', 'instance' or a function, got \"host\"", TypeError],
      [{ scope: false }, "`scope` must be 'origin', 'instance' or a function, got false", TypeError],
      [{ rules: 3 }, '`rules` must be a record of overrides by URL prefix, got 3', TypeError],
      [{ rules: { users: {} } }, `\`rules\` ${PREFIX} "users"`, TypeError],
      [{ rules: { '//api.test': {} } }, `\`rules\` ${PREFIX} "//api.test"`, TypeError],
      [{ rules: { 'ftp://api.test/http://': {} } }, `\`rules\` ${PREFIX} "ftp://api.test/http://"`, TypeError],
      [{ rules: { 'https://': {} } }, `\`rules\` ${PREFIX} "https://"`, TypeError],
      [{ rules: { 'https://[': {} } }, `\`rules\` ${PREFIX} "https://["`, TypeError],
      [{ rules: { '/users': { deadline: 0 } } }, `\`rules['/users'].deadline\` ${MS_OR_OFF} 0`, RangeError],
      [{ hooks: () => {} }, '`hooks` must be an object, got a function', TypeError],
      [{ hooks: [] }, '`hooks` must be an object, got []', TypeError],
      [{ hooks: new Map() }, `\`hooks\` must have a hook, got an object`, TypeError],
      [{ hooks: Promise.resolve({}) }, `\`hooks\` must have a hook, got an object`, TypeError],
      [{ hooks: new Misspelt() }, `\`hooks\` must have a hook, got an object`, TypeError],
      [{ hooks: new Wrong() }, '`hooks.onRetry` must be a function, got 1', TypeError],
      [{ hooks: { onRetry: true } }, '`hooks.onRetry` must be a function, got true', TypeError],
      [{ hooks: { onSaturation: 'warn' } }, '`hooks.onSaturation` must be a function, got "warn"', TypeError],
      [{ hooks: { onGiveUp: null } }, '`hooks.onGiveUp` must be a function, got null', TypeError],
      [{ logger: true }, `\`logger\` ${LOGGER} true`, TypeError],
      [{ logger: null }, `\`logger\` ${LOGGER} null`, TypeError],
      [{ logger: () => {} }, `\`logger\` ${LOGGER} a function`, TypeError],
      [{ logger: { warn: () => {} } }, `\`logger\` ${LOGGER} an object`, TypeError],
    ]),
  )('%s', (message, policy, type) => {
    const [error] = refusals(validatePolicy)(policy);
    expect(error?.message).toBe(message);
    expect(error).toBeInstanceOf(type);
  });
});

describe('what throws when it is read', () => {
  test.each<[string, unknown]>([
    ['an error', new Error('none of your business')],
    ['no error', 'none of your business'],
  ])('%s is the cause of a TypeError', (_, thrown) => {
    const [error] = refusals(validatePolicy)(unreadable(thrown));
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toMatchObject({ message: '`policy` cannot be read', cause: thrown });
  });
});

describe('validatePolicy names the option that was meant', () => {
  test.each([
    [{ retrys: 3 }, '`retrys` is not an option; did you mean `retry`?'],
    [{ retries: 3 }, '`retries` is not an option; did you mean `retry`?'],
    [{ Retry: 3 }, '`Retry` is not an option; did you mean `retry`?'],
    [{ bulkheads: 3 }, '`bulkheads` is not an option; did you mean `bulkhead`?'],
    [{ retry: { retries: 3 } }, '`retry.retries` is not an option; did you mean `maxRetries`?'],
    [{ retry: { maxRetry: 3 } }, '`retry.maxRetry` is not an option; did you mean `maxRetries`?'],
    [{ timeout: 1_000 }, '`timeout` is not an option; did you mean `attemptTimeout` or `deadline`?'],
    [{ circuitBreaker: {} }, '`circuitBreaker` is not an option; did you mean `breaker`?'],
    [{ budget: false }, '`budget` is not an option; did you mean `retry.budget`?'],
    [{ retry: { backoff: { delay: 3 } } }, '`retry.backoff.delay` is not an option; did you mean `baseDelay`?'],
    [{ delay: 3 }, '`delay` is not an option; did you mean `hedge.delay` or `retry.backoff.baseDelay`?'],
    [{ retry: { delay: 3 } }, '`retry.delay` is not an option; did you mean `backoff.baseDelay`?'],
    [{ cooldown: false }, '`cooldown` is not an option; did you mean `coolDown`?'],
    [{ retry: { budget: { ration: 1 } } }, '`retry.budget.ration` is not an option; did you mean `ratio`?'],
    [{ retry: { method: ['GET'] } }, '`retry.method` is not an option; did you mean `methods`?'],
    [{ retry: { limits: { stat: 3 } } }, '`retry.limits.stat` is not an option; did you mean `status`?'],
    [{ retry: { backoff: { basedelay: 3 } } }, '`retry.backoff.basedelay` is not an option; did you mean `baseDelay`?'],
    [{ breaker: { openfor: 3 } }, '`breaker.openfor` is not an option; did you mean `openFor`?'],
    [{ bulkhead: { limits: 3 } }, '`bulkhead.limits` is not an option; did you mean `limit`?'],
    [{ maxRetries: 3 }, '`maxRetries` is not an option; did you mean `retry.maxRetries`?'],
    [{ idempotencyKey: true }, '`idempotencyKey` is not an option; did you mean `retry.idempotencyKey`?'],
    [{ onRetry: () => {} }, '`onRetry` is not an option; did you mean `hooks.onRetry` or `retry`?'],
    [{ limit: 3 }, '`limit` is not an option; did you mean `bulkhead.limit`?'],
    [{ retry: { deadline: 3 } }, '`retry.deadline` is not an option; it is one of the policy itself'],
    [{ retry: { hedge: 3 } }, '`retry.hedge` is not an option; it is one of the policy itself'],
    [{ retry: { onRetry: () => {} } }, '`retry.onRetry` is not an option; it is one of `hooks`'],
    [{ idempotent: true }, '`idempotent` is not an option; it is one of the `resilience` of a request'],
    [
      { rules: { '/a': { logger: console } } },
      "`rules['/a'].logger` is not an option; it is one of the policy that `attachResilience` gets",
    ],
    [{ retryDelay: () => 1 }, '`retryDelay` is not an option; it is one of axios-retry: see docs/migration.md'],
    [
      { retry: { statusCodesToRetry: [[500, 599]] } },
      '`retry.statusCodesToRetry` is not an option; it is one of retry-axios: see docs/migration.md',
    ],
    [{ retry: { jitter: 'full' } }, '`retry.jitter` is not an option; did you mean `backoff.jitter`?'],
    [{ retry: { status: [503] } }, '`retry.status` is not an option; did you mean `limits.status` or `statuses`?'],
    [
      { rules: { '/a': { maxRetries: 3 } } },
      "`rules['/a'].maxRetries` is not an option; did you mean `retry.maxRetries`?",
    ],
    [{ hooks: { onRetrys: () => {} } }, '`hooks.onRetrys` is not an option; did you mean `onRetry`?'],
  ])('%j', (policy, message) => {
    const [error] = refusals(validatePolicy)(policy);
    expect(error?.message).toBe(message);
    expect(error).toBeInstanceOf(TypeError);
  });

  test.each([
    [{ hooks: { toString: () => {} } }, `\`hooks.toString\` is not an option (known: ${HOOKS})`],
    [
      { breaker: { threshold: 3 } },
      '`breaker.threshold` is not an option (known: failureRatio, minimumCalls, window, consecutive, minimumDuration, openFor, maxOpenFor, successThreshold, countRateLimit, slowCallDuration)',
    ],
    [{ bulkhead: { x: 3 } }, '`bulkhead.x` is not an option (known: limit, queue, countStreams)'],
    [{ bulkhead: { toString: 3 } }, '`bulkhead.toString` is not an option (known: limit, queue, countStreams)'],
    [
      { retry: { limits: { constructor: 3 } } },
      '`retry.limits.constructor` is not an option (known: connect, read, status)',
    ],
  ])('%j: or all there are, if none is near', (policy, message) => {
    expect(refusals(validatePolicy)(policy).map((error) => error.message)).toEqual([message]);
  });
});

describe('validatePolicy takes', () => {
  const fn = () => undefined;
  test.each<[string, unknown]>([
    ['nothing', {}],
    [
      'undefined for every option',
      Object.fromEntries(
        'deadline retry breaker bulkhead scope hooks logger'.split(' ').map((name) => [name, undefined]),
      ),
    ],
    [
      'undefined within options',
      { retry: { maxRetries: undefined, limits: { read: undefined } }, breaker: { window: undefined } },
    ],
    [
      'false for what can be switched off',
      { deadline: false, attemptTimeout: false, retry: false, breaker: false, bulkhead: false, logger: false },
    ],
    [
      'no limit where that is the default',
      {
        retry: {
          limits: {
            connect: Infinity,
            read: Infinity,
            status: Infinity,
          },
        },
      },
    ],
    ['short forms', { retry: 0, bulkhead: 1 }],
    ['a policy that is a module', Object.create(null, { [Symbol.toStringTag]: { value: 'Module' } })],
    ['all of the traffic as budget', { retry: { budget: { ratio: 1, reserve: 0 } } }],
    ['none of the traffic as budget', { retry: { budget: { ratio: 0 } } }],
    ['hedging after a time', { hedge: { delay: 5 } }],
    ['hedging by a quantile', { hedge: { quantile: 0.5 } }],
    ['idempotency keys of its own making', { retry: { idempotencyKey: true } }],
    ['no idempotency keys', { retry: { idempotencyKey: false } }],
    [
      'rules by path and by origin',
      { rules: { '/users': {}, 'HTTP://api.test': { retry: 1 }, 'https://b.test/v1': {} } },
    ],
    ['the scope that is the default', { scope: 'origin' }],
    ['the longest time a timer keeps', { deadline: 2_147_483_647, attemptTimeout: 0.5 }],
    [
      'zeros where they mean something',
      {
        retry: { maxRetries: 0, maxRetryAfter: 0, backoff: { baseDelay: 0, maxDelay: 0 } },
        bulkhead: { limit: 1, queue: 0 },
      },
    ],
    ['methods in any letter case, and ones nobody knows', { retry: { methods: ['get', 'Put', 'PROPFIND', 'X-NEW'] } }],
    [
      'a record of methods',
      { retry: { methods: { get: true, POST: false, patch: { statuses: [503], maxRetries: 1 }, PUT: undefined } } },
    ],
    ['an empty list of statuses', { retry: { statuses: [] } }],
    ['every status there is', { retry: { statuses: [100, 599] } }],
    ['full jitter', { retry: { backoff: { jitter: 'full' } } }],
    ['equal jitter', { retry: { backoff: { jitter: 'equal' } } }],
    ['decorrelated jitter', { retry: { backoff: { jitter: 'decorrelated' } } }],
    ['no jitter', { retry: { backoff: { jitter: 'none' } } }],
    [
      'functions',
      { scope: fn, retry: { backoff: fn, idempotencyKey: fn, retryResponse: fn, shouldRetry: fn, beforeRetry: fn } },
    ],
    [
      'all hooks',
      { hooks: { onRetry: fn, onSuccess: fn, onGiveUp: fn, onReject: fn, onStateChange: fn, onSaturation: fn } },
    ],
    [
      'the whole breaker',
      {
        breaker: {
          failureRatio: 1,
          minimumCalls: 1,
          window: 1,
          consecutive: 1,
          minimumDuration: 0,
          openFor: 1,
          maxOpenFor: 1,
          successThreshold: 1,
          countRateLimit: true,
          slowCallDuration: 0.5,
        },
      },
    ],
    ['slow calls that count for nothing', { breaker: { slowCallDuration: false } }],
    ['the whole bulkhead', { bulkhead: { limit: 1, queue: 0, countStreams: true } }],
    ['scope by name', { scope: 'instance' }],
    ['console', { logger: console }],
    ['hooks of a class with fields of its own', { hooks: new Counting() }],
    ['hooks of a class with others of its own', { hooks: Object.create(new Counting(), { of: { value: 'mine' } }) }],
    ['hooks without a prototype', { hooks: Object.assign(Object.create(null), { onRetry: fn }) }],
    ['a logger that is a function', { logger: Object.assign(() => {}, { warn: fn, error: fn }) }],
  ])('%s', (_, policy) => {
    expect(refusals(validatePolicy)(policy)).toEqual([]);
  });
});

describe('what is inherited', () => {
  class Settings {
    get retry() {
      return 'often';
    }
  }
  const message = "`retry` must be the object's own, not inherited";

  test.each([[new Settings()], [Object.create({ retry: 'often' })]])('is refused: %p', (policy) => {
    expect(refusals(validatePolicy)(policy).map((error) => error.message)).toEqual([message]);
    expect(refusals(validateOverride)(policy).map((error) => error.message)).toEqual([
      message.replace('retry', 'resilience.retry'),
    ]);
    const nested = { rules: { '/': policy } };
    expect(refusals(validatePolicy)(nested).map((error) => error.message)).toEqual([
      "`rules['/'].retry` must be the object's own, not inherited",
    ]);
  });
});

describe('validateOverride', () => {
  test.each(
    titled([
      [true, '`resilience` must be an object or false, got true', TypeError],
      [null, '`resilience` must be an object or false, got null', TypeError],
      [[], '`resilience` must be an object or false, got []', TypeError],
      [{ deadline: 0 }, `\`resilience.deadline\` ${MS_OR_OFF} 0`, RangeError],
      [{ retry: { maxRetries: -1 } }, `\`resilience.retry.maxRetries\` ${WHOLE} -1`, RangeError],
      [{ breaker: {} }, `\`resilience.breaker\` ${SHARED} an object`, TypeError],
      [{ breaker: true }, `\`resilience.breaker\` ${SHARED} true`, TypeError],
      [{ bulkhead: 5 }, `\`resilience.bulkhead\` ${SHARED} 5`, TypeError],
      [{ scope: '' }, '`resilience.scope` must be a name, got ""', TypeError],
      [{ scope: () => 'a' }, '`resilience.scope` must be a name, got a function', TypeError],
      [{ hooks: { onRetry: 1 } }, '`resilience.hooks.onRetry` must be a function, got 1', TypeError],
      [{ retry: { budget: { ratio: 0.5 } } }, `\`resilience.retry.budget\` ${SHARED} an object`, TypeError],
      [{ coolDown: true }, `\`resilience.coolDown\` ${SHARED} true`, TypeError],
      [{ idempotent: 'yes' }, '`resilience.idempotent` must be true or false, got "yes"', TypeError],
      [{ idempotant: true }, '`resilience.idempotant` is not an option; did you mean `idempotent`?', TypeError],
    ]),
  )('refuses: %s', (message, override, type) => {
    const [error] = refusals(validateOverride)(override);
    expect(error?.message).toBe(message);
    expect(error).toBeInstanceOf(type);
  });

  test('does not know a logger: that is the instance’s', () => {
    expect(() => validateOverride({ logger: false })).toThrow(/^`resilience.logger` is not an option/);
  });

  test.each([
    {},
    { breaker: false, bulkhead: false },
    { deadline: 5, attemptTimeout: false, retry: 2, scope: 'search', idempotent: true, hooks: {} },
  ])('takes %j', (override) => {
    expect(refusals(validateOverride)(override)).toEqual([]);
  });
});

describe('validateHooks', () => {
  test.each(
    titled([
      [undefined, '`hooks` must be an object, got undefined', TypeError],
      [{ onRetry: 1 }, '`hooks.onRetry` must be a function, got 1', TypeError],
      [{ onretry: () => {} }, '`hooks.onretry` is not an option; did you mean `onRetry`?', TypeError],
    ]),
  )('refuses: %s', (message, hooks, type) => {
    const [error] = refusals(validateHooks)(hooks);
    expect(error?.message).toBe(message);
    expect(error).toBeInstanceOf(type);
  });

  test('names them when they cannot be read', () => {
    const [error] = refusals(validateHooks)(unreadable(new Error('none')));
    expect(error?.message).toBe('`hooks` cannot be read');
  });

  test('takes some of the hooks', () => {
    expect(refusals(validateHooks)({ onRetry: () => {}, onGiveUp: undefined })).toEqual([]);
  });
});
