import { describe, expect, test } from '@jest/globals';
import { parseSync } from '@swc/core';
import { AxiosError, type InternalAxiosRequestConfig } from 'axios';
import { originOf, redactedUrl, redactText } from '../../src/base/url.js';
import { diagnose } from '../../src/index.js';
import { logListener } from '../../src/observe/log.js';
import { resolvePolicy } from '../../src/policy/resolve.js';
import { resolveRules, ruleFor } from '../../src/policy/rules.js';
import { validatePolicy } from '../../src/policy/validate.js';
import { parseHttpDate } from '../../src/retry/http-date.js';
import { retryAfterMs } from '../../src/retry/retry-after.js';
import { source, sourceFiles } from '../helpers/source.js';

const LENGTH = 20_000;
/** `diagnose` looks at no more of a text than its first 4,000 characters. */
const LENGTH_IN_DIAGNOSE = 4_000;
/** Where a step of a scan takes a nanosecond, a scan for each character takes 200 ms or more, and one scan 20 µs. */
const LIMIT_MS = 100;

/** All regular expressions in the source, as they are written. */
function expressionsIn(file: string): RegExp[] {
  const found: RegExp[] = [];
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    const { type, pattern, flags } = node as { type?: string; pattern?: string; flags?: string };
    if (type === 'RegExpLiteral') found.push(new RegExp(pattern ?? '', flags));
    Object.values(node).forEach(visit);
  };
  visit(parseSync(source(file), { syntax: 'typescript' }));
  return found;
}

/** What begins like a match and then goes on for long: pieces of the expression, and the characters it names, over and over. */
function textsFor({ source }: RegExp, length: number): string[] {
  const plain = source.replace(
    /\\([dws])/gi,
    (_, set: string) => ({ d: '0', w: 'a', s: ' ' })[set.toLowerCase()] ?? '',
  );
  const words = (plain.match(/[\w "@:/?;,.=-]{2,}/g) ?? []).slice(0, 6);
  const chars = [...new Set(plain.replace(/[^\x20-\x7e]/g, ''))];
  const pumps = [...new Set([...chars, ...words, ' ', 'a', '0', '/', '?', '://'])];
  return ['', ...words].flatMap((start) =>
    pumps.map((pump) => `${start}${pump.repeat(Math.ceil(length / pump.length))}\u0000`),
  );
}

/** The shortest of three, so that a pause of the machine is not taken for work. */
function shortest(work: () => unknown): number {
  let shortest = Infinity;
  for (let i = 0; i < 3 && shortest > LIMIT_MS; i++) {
    const startedAt = performance.now();
    work();
    shortest = Math.min(shortest, performance.now() - startedAt);
  }
  return shortest;
}

const isSlow = (expression: RegExp, length: number): boolean =>
  textsFor(expression, length).some((text) => shortest(() => text.replace(expression, '')) > LIMIT_MS);

describe('the regular expressions in src', () => {
  test('take time as their text is long, not as its square', () => {
    let looked = 0;
    const slow = sourceFiles.flatMap((file) => {
      const length = file.startsWith('diagnose') ? LENGTH_IN_DIAGNOSE : LENGTH;
      const expressions = expressionsIn(file);
      looked += expressions.length;
      return expressions
        .filter((expression) => isSlow(expression, length))
        .map((expression) => `${file}: ${expression}`);
    });
    expect(slow).toEqual([]);
    expect(looked).toBeGreaterThan(50);
  });

  test('would be found out if they did not', () => {
    expect(isSlow(/\/+$/, LENGTH)).toBe(true);
  });
});

describe('a million characters are read to the end', () => {
  const pumps = [
    '/',
    '?',
    '//',
    '?a',
    '&',
    '@',
    ' ',
    '\t',
    '\\',
    '0',
    '9',
    ',',
    ';',
    'r=0;t=1,',
    '"',
    ':',
    '-',
    '.',
    '%',
    '[',
    'http:',
    '../',
  ];
  const texts = pumps.map((pump) => `${pump.repeat(Math.ceil(1e6 / pump.length))}\u0000!`);
  const config = (fields: object) => fields as InternalAxiosRequestConfig;
  const rules = resolveRules({ '/a': {}, 'https://api.test': {} }, resolvePolicy({}));
  const listener = logListener({ warn: () => {}, error: () => {} });
  const tolerant = (work: () => unknown) => {
    try {
      work();
    } catch (error) {
      expect(error).toBeInstanceOf(TypeError);
    }
  };

  test.each<[string, (text: string) => unknown]>([
    ['as an URL', (url) => originOf(config({ url }))],
    ['as a base URL', (baseURL) => originOf(config({ baseURL, url: 'a' }))],
    ['as the path of one to read', (path) => redactedUrl(config({ url: `https://api.test/a${path}` }))],
    ['as a URL that rules are for', (path) => ruleFor(config({ url: `https://api.test/a${path}` }), rules)],
    ['as text from elsewhere', redactText],
    ['as Retry-After', (text) => retryAfterMs({ 'retry-after': text, date: text }, 503, 0)],
    ['as a rate limit', (text) => retryAfterMs({ ratelimit: text }, 429, 0)],
    ['as a reset', (text) => retryAfterMs({ 'x-ratelimit-reset': text, 'x-ratelimit-remaining': text }, 429, 0)],
    ['as a date', (text) => parseHttpDate(`Thu, ${text}`, 0)],
    [
      'as a message',
      (text) => diagnose(new AxiosError(text, text, config({ url: text, baseURL: text, method: text }))),
    ],
    ['as a message in the log', (text) => listener.onRetry?.({ error: new Error(text) } as never)],
    ['as a method', (text) => tolerant(() => validatePolicy({ retry: { methods: [text] } }))],
    ['as the name of a method', (text) => tolerant(() => validatePolicy({ retry: { methods: { [text]: true } } }))],
    ['as an option', (text) => tolerant(() => validatePolicy({ [text]: 1 }))],
    ['as a prefix', (text) => tolerant(() => validatePolicy({ rules: { [`/${text}`]: 1 } }))],
  ])('%s', (_, read) => {
    let slowest = 0;
    for (const text of texts) {
      const startedAt = performance.now();
      read(text);
      slowest = Math.max(slowest, performance.now() - startedAt);
    }
    // The square of a million is a quarter of an hour.
    expect(slowest).toBeLessThan(5_000);
  });
});
