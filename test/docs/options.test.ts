import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { DEFAULTS } from '../../src/policy/defaults.js';
import { namesIn, page, root, rowsOf } from '../helpers/pages.js';
import { membersOf } from '../helpers/source.js';

// Types, comments, pages and code tell of the same options, and of the same defaults.

const TYPES = 'policy/types.ts';
const PARTS = {
  '': 'ResiliencePolicy',
  'retry.': 'RetryPolicy',
  'retry.limits.': 'RetryLimits',
  'retry.backoff.': 'Backoff',
  'retry.budget.': 'RetryBudgetPolicy',
  'hedge.': 'HedgePolicy',
  'breaker.': 'BreakerPolicy',
  'bulkhead.': 'BulkheadPolicy',
};
const options = Object.entries(PARTS).flatMap(([path, type]) =>
  membersOf(TYPES, type).map(({ name, stated }) => ({ name: `${path}${name}`, stated })),
);
const names = options.map(({ name }) => name);

const optionsPage = page('docs/options.md');
const tables = rowsOf(optionsPage)
  .flatMap(([first]) => namesIn(first))
  .filter((name) => !name.startsWith('presets.'));

const defaultOf = (path: string): unknown =>
  path.split('.').reduce<unknown>((value, key) => Object(value)[key], DEFAULTS);

const section = (heading: string): string =>
  optionsPage.text.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';

describe('docs/options.md', () => {
  test('has every option of the types', () => {
    const missing = names.filter((name) => !tables.some((row) => row === name || row.startsWith(`${name}.`)));
    expect(missing).toEqual([]);
    expect(names.length).toBeGreaterThan(45);
  });

  test('has no other, and each once', () => {
    expect(tables.filter((row) => !names.includes(row))).toEqual([]);
    expect(new Set(tables).size).toBe(tables.length);
  });

  test('names all that a request may change', () => {
    const named = namesIn(section('Per request')).map((name) => name.replace(/: .*/, ''));
    const missing = membersOf(TYPES, 'ResilienceOverride').filter(({ name }) => !named.includes(name));
    expect(missing).toEqual([]);
  });
});

test('the comments in the types state the defaults', () => {
  const literal = /^(?:[\d_.]+|Infinity|true|false|'\w+')/;
  const valueIn = (text: string) => (text.startsWith("'") ? text.slice(1, -1) : JSON.parse(text.replaceAll('_', '')));
  const stated = options.flatMap(({ name, stated }) => {
    const [text] = literal.exec(stated ?? '') ?? [];
    return text && typeof defaultOf(name) !== 'object'
      ? [[name, text === 'Infinity' ? Infinity : valueIn(text)] as const]
      : [];
  });
  expect(stated).toEqual(stated.map(([name]) => [name, defaultOf(name)]));
  const single = names.filter((name) => !['object', 'undefined'].includes(typeof defaultOf(name)));
  const elsewhere = single.filter((name) => !stated.some(([known]) => known === name));
  // It is that of openFor.
  expect(elsewhere).toEqual(['breaker.maxOpenFor']);
});

test('the README states the defaults', () => {
  const { text } = page('README.md');
  const { deadline, attemptTimeout, connectTimeout, retry, breaker, bulkhead } = DEFAULTS;
  const said = [
    `up to ${retry.maxRetries} times`,
    `| ${retry.methods.join(' ')} |`,
    `\n| ${retry.statuses.filter((status) => status !== 413).join(', ')} |`,
    `deadline ${deadline / 1_000} s`,
    `attemptTimeout ${attemptTimeout / 1_000} s`,
    `connectTimeout ${connectTimeout / 1_000} s`,
    `after ${breaker.consecutive} failures in a row`,
    `at least ${breaker.minimumCalls} attempts`,
    `${bulkhead.limit} attempts in flight, ${bulkhead.queue.toLocaleString('en')} in line`,
  ];
  expect(said.filter((words) => !text.includes(words))).toEqual([]);
});

test('docs/opentelemetry.md has every option of attachTelemetry', () => {
  const stated = rowsOf(page('docs/opentelemetry.md'))
    .filter((row) => row.length === 3)
    .flatMap(([first]) => namesIn(first))
    .filter((name) => !name.startsWith('axios_resilience.'));
  expect(stated).toEqual(membersOf('opentelemetry/attach.ts', 'TelemetryOptions').map(({ name }) => name));
});

describe('docs/testing.md', () => {
  const testing = page('docs/testing.md');

  test('names all that a step may say, and a clock and a hit have', () => {
    const code = namesIn(testing.text.replaceAll(/^```[\s\S]*?^```$/gm, '')).join('\n');
    const members = [
      ...membersOf('testing/script.ts', 'Answer'),
      ...membersOf('testing/clock.ts', 'FakeClock'),
      ...membersOf('testing/clock.ts', 'FakeClockOptions'),
      ...membersOf('testing/received.ts', 'Hit'),
      ...membersOf('testing/adapter.ts', 'ScriptedAdapter'),
    ];
    expect(members.filter(({ name }) => !new RegExp(`\\b${name}\\b`).test(code))).toEqual([]);
    expect(members.length).toBeGreaterThan(18);
  });
});

test('the API reference has every entry of the package', () => {
  const read = (path: string) => JSON.parse(readFileSync(join(root, path), 'utf8'));
  const entries = Object.keys(read('package.json').exports).filter((name) => name !== './package.json');
  const sources = entries.map((name) => (name === '.' ? 'src/index.ts' : name.replace(/^\.\/(.+)$/, 'src/$1.ts')));
  expect(read('typedoc.json').entryPoints).toEqual(sources);
});
