import { expect, test } from '@jest/globals';
import { DEFAULTS } from '../../src/policy/defaults.js';
import { type Preset, presets } from '../../src/policy/presets.js';
import type { Backoff } from '../../src/policy/types.js';
import { namesIn, page, rowsOf } from '../helpers/pages.js';
import { membersOf, source } from '../helpers/source.js';

// What the pages list is what the code has, no more and no less.

const firstNames = (rows: string[][]) => rows.flatMap(([first]) => namesIn(first));
const sorted = (names: Iterable<string>) => [...new Set(names)].sort();
const literals = (text: string) => [...text.matchAll(/'(?<name>[\w.-]+)'/g)].map(({ groups }) => groups?.name ?? '');

/** The names that a type of alternatives has. */
function alternatives(path: string, type: string): string[] {
  const [, declared = ''] = source(path).match(new RegExp(`export type ${type} =([^;]+);`)) ?? [];
  return literals(declared);
}

const written = (value: unknown): string => {
  if (Array.isArray(value)) return value.join(', ');
  return typeof value === 'string' ? `'${value}'` : String(value);
};
const flatten = (object: object, path = ''): [string, string][] =>
  Object.entries(object).flatMap(([key, value]) =>
    typeof value === 'object' && !Array.isArray(value)
      ? flatten(value, `${path}${key}.`)
      : [[`${path}${key}`, written(value)] as [string, string]],
  );

test('options.md states every default', () => {
  const rows = rowsOf(page('docs/options.md')).filter(([, value]) => value?.startsWith('`'));
  const stated = rows.map(([option, value]) => [namesIn(option)[0], namesIn(value)[0]]);
  expect(Object.fromEntries(stated)).toEqual(Object.fromEntries(flatten(DEFAULTS)));
});

test('options.md names every preset, and says what it changes', () => {
  const rows = rowsOf(page('docs/options.md'), 'Presets');
  expect(firstNames(rows)).toEqual(Object.keys(presets).map((name) => `presets.${name}`));
  const { interactive, background } = presets;
  const seconds = (ms: unknown) => Number(ms) / 1_000;
  const minutes = (ms: unknown) => seconds(ms) / 60;
  const retriesOf = ({ retry, connectTimeout }: Preset) => {
    const { baseDelay, maxDelay } = Object(retry?.backoff) as Backoff;
    return `${retry?.maxRetries} retries (backoff ${baseDelay} to ${maxDelay} ms), ${seconds(connectTimeout)} s to connect`;
  };
  expect(rows.slice(0, 3).map(([, , changes]) => changes)).toEqual([
    'nothing',
    `${retriesOf(interactive)}, ${seconds(interactive.attemptTimeout)} s an attempt, ${seconds(interactive.deadline)} s in all, honours a Retry-After of up to ${seconds(interactive.retry?.maxRetryAfter)} s`,
    `${retriesOf(background)}, a minute an attempt, ${minutes(background.deadline)} minutes in all, honours a Retry-After of up to ${minutes(background.retry?.maxRetryAfter)} minutes`,
  ]);
});

test('hooks.md names every hook, kind of failure, end and counter', () => {
  const hooks = page('docs/hooks.md');
  const declared = membersOf('base/events.ts', 'ResilienceHooks').map(({ name }) => name);
  expect(sorted(firstNames(rowsOf(hooks, 'Hooks')))).toEqual(sorted(declared));
  const told = rowsOf(hooks, 'Hooks').map(([hook = '', , says = '']) => [
    namesIn(hook)[0]?.replace(/^on/, ''),
    namesIn(says),
  ]);
  const events = declared.map((hook) => hook.replace(/^on/, ''));
  expect(told).toEqual(
    events.map((event) => [event, membersOf('base/events.ts', `${event}Event`).map(({ name }) => name)]),
  );
  const ends = ['success', ...alternatives('base/decision.ts', 'StopReason')];
  const rejections = alternatives('base/decision.ts', 'Rejection');
  expect(sorted(firstNames(rowsOf(hooks, 'How a call ended')))).toEqual(sorted([...ends, ...rejections]));
  const failures = alternatives('base/failure.ts', 'FailureKind');
  expect(sorted(firstNames(rowsOf(hooks, 'How an attempt failed')))).toEqual(sorted(failures));
  const [counts = ''] = source('observe/stats.ts').split('export class');
  const counters = [...counts.matchAll(/readonly (?<name>\w+)\??:/g)].map(({ groups }) => groups?.name ?? '');
  expect(sorted(firstNames(rowsOf(hooks, 'Counters')))).toEqual(sorted(counters));
});

test('hooks.md names every field of a report', () => {
  const [, reports = ''] = page('docs/hooks.md').text.split(/^## Reports$|^### How an attempt failed$/m);
  const fields = ['ResilienceReport', 'AttemptRecord'].flatMap((type) => membersOf('base/report.ts', type));
  expect(fields.filter(({ name }) => !new RegExp(`[\`"]${name}\\b`).test(reports))).toEqual([]);
  expect(fields.length).toBeGreaterThan(14);
});

test('errors.md names every code and every cause', () => {
  const errors = page('docs/errors.md');
  expect(sorted(firstNames(rowsOf(errors, 'Errors')))).toEqual(
    sorted(source('base/errors.ts').match(/ERR_[A-Z_]+/g) ?? []),
  );
  const causes = alternatives('diagnose/diagnosis.ts', 'FailureCause');
  expect(sorted(firstNames(rowsOf(errors, 'What went wrong, and what to do')))).toEqual(sorted(causes));
});
