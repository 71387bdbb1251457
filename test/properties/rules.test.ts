import { describe, expect, test } from '@jest/globals';
import type { InternalAxiosRequestConfig } from 'axios';
import { resolvePolicy } from '../../src/policy/resolve.js';
import { resolveRules, ruleFor } from '../../src/policy/rules.js';
import { fc } from '../helpers/seeded.js';

const BASE = resolvePolicy({});

const segments = fc.array(fc.constantFrom('a', 'b', 'ab', 'A', 'ä', '%61', '.', '..', '%2e%2E', 'a b', '', 'a.b'), {
  maxLength: 4,
});
const paths = segments.map((parts) => `/${parts.join('/')}`).filter((path) => !path.startsWith('//'));
const origins = fc.constantFrom(
  'https://api.test',
  'https://API.test:443',
  'http://api.test',
  'https://api.test.example',
  'https://[::1]:8',
);
const suffixes = fc.constantFrom('', '/', '?a=1', '#a', '/..', '/./b', '2', '/a?b=/../..');
const prefixes = fc.oneof(
  paths,
  origins,
  fc.tuple(origins, paths).map((parts) => parts.join('')),
);
const urls = fc
  .tuple(fc.oneof(origins, fc.constant('')), paths, suffixes)
  .map((parts) => parts.join(''))
  .filter((url) => !url.startsWith('//'));

/** The prefix that counts, by a deadline that stands for it. */
function counting(list: readonly string[], url: string): string | undefined {
  const rules = resolveRules(Object.fromEntries(list.map((prefix, i) => [prefix, { deadline: i + 1 }])), BASE);
  const policy = ruleFor({ url } as InternalAxiosRequestConfig, rules);
  return policy && list[policy.deadline - 1];
}

/** What a reader would do by hand: origin and segments of both, of which the prefix has a part. */
function isPrefix(prefix: string, url: string): boolean {
  const [p, u] = [prefix, url].map((text) => new URL(text, 'http://localhost')) as [URL, URL];
  if (!prefix.startsWith('/') && p.origin !== u.origin) return false;
  const [inPrefix, inUrl] = [p, u].map(({ pathname }) => pathname.toLowerCase().split('/')) as [string[], string[]];
  if (inPrefix.at(-1) === '') {
    inPrefix.pop();
    if (inUrl.length <= inPrefix.length) return false;
  }
  return inPrefix.every((segment, i) => segment === inUrl[i]);
}

const lists = fc.uniqueArray(prefixes, { minLength: 1, maxLength: 5 });

describe('of the rules for a request', () => {
  test('one counts if its prefix has the same origin, if any, and the first segments of the path that is sent', () => {
    let counted = 0;
    fc.assert(
      fc.property(prefixes, urls, (prefix, url) => {
        const counts = isPrefix(prefix, url);
        if (counts) counted++;
        expect(counting([prefix], url)).toBe(counts ? prefix : undefined);
      }),
      { numRuns: 1_000 },
    );
    expect(counted).toBeGreaterThan(100);
  });

  test('the longest of those that would count alone does, in whatever order they stand', () => {
    const length = (prefix: string) => {
      const { href, pathname } = new URL(prefix, 'http://localhost');
      return (prefix.startsWith('/') ? pathname : href).length;
    };
    let chosen = 0;
    fc.assert(
      fc.property(lists, urls, (list, url) => {
        const alone = list.filter((prefix) => counting([prefix], url) !== undefined);
        const found = counting(list, url);
        expect(found === undefined).toBe(alone.length === 0);
        if (found === undefined) return;
        if (alone.length > 1) chosen++;
        expect(length(found)).toBe(Math.max(...alone.map(length)));
        expect(length(counting([...list].reverse(), url) ?? '')).toBe(length(found));
      }),
      { numRuns: 1_000 },
    );
    expect(chosen).toBeGreaterThan(50);
  });

  test('a path that is sent by another name (dots, escaped or not) is no way around one', () => {
    const detours = fc.constantFrom('', '/x/..', '/x/%2e%2e', '/x/.%2E', '/.', '/%2e', '/x/y/../..');
    fc.assert(
      fc.property(
        detours,
        detours,
        suffixes.filter((suffix) => !/^(2|\/\.\.)/.test(suffix)),
        (before, between, suffix) => {
          expect(counting(['/pay/now'], `${before}/pay${between}/now${suffix}`)).toBe('/pay/now');
        },
      ),
    );
  });

  test('for junk, too, one counts or none does', () => {
    const junk = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(null, undefined, 7, {}, [], Symbol('a')));
    fc.assert(
      fc.property(lists, junk, (list, url) => {
        const found = counting(list, url as string);
        return found === undefined || list.includes(found);
      }),
    );
  });
});
