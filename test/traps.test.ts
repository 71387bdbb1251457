import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parseSync } from '@swc/core';

interface Row {
  readonly id: string;
  readonly file: string;
  readonly title: string;
}

/** Rows of a table whose columns are number, subject, file and test. */
function rowsOf(table: string): Row[] {
  const lines = readFileSync(join(__dirname, table), 'utf8').split('\n');
  return lines
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .filter(([, id = '']) => /^[A-N]?\d+$/.test(id))
    .map(([, id = '', , file = '', title = '']) => ({ id, file, title }));
}

type Node = { readonly type?: string } & Readonly<Record<string, unknown>>;

/** The titles of a file's tests; of a table of tests, the title of each row whose first cell is written out. */
function titlesOf(file: string): Set<string> {
  const titles = new Set<string>();
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    const { type, callee, arguments: given } = node as Node;
    if (type === 'CallExpression') {
      const { cases } = testIn(callee as Node);
      const title = literal((given as { expression: Node }[])[0]?.expression);
      if (cases && title !== undefined) {
        titles.add(title);
        for (const name of cases) titles.add(title.replace(/%[a-z]/, name));
      }
    }
    for (const child of Object.values(node)) visit(child);
  };
  visit(parseSync(readFileSync(join(__dirname, file), 'utf8'), { syntax: 'typescript' }));
  return titles;
}

/** `test` has no cases, `test.each([…])` those in the list; anything else is no test. */
function testIn(callee: Node): { cases?: string[] } {
  if (callee.type === 'Identifier') return callee.value === 'test' ? { cases: [] } : {};
  const { object } = (callee.callee ?? {}) as Node;
  if (callee.type !== 'CallExpression' || (object as Node | undefined)?.value !== 'test') return {};
  const [table] = callee.arguments as { expression: Node }[];
  const list =
    table?.expression.type === 'TsConstAssertion' ? (table.expression.expression as Node) : table?.expression;
  const rows = (list?.elements ?? []) as { expression: Node }[];
  return { cases: rows.map(({ expression }) => literal(expression) ?? literal(firstOf(expression))).filter(isText) };
}

const firstOf = ({ elements }: Node): Node | undefined =>
  (elements as { expression: Node }[] | undefined)?.[0]?.expression;

const isText = (text: string | undefined): text is string => text !== undefined;

function literal(node: Node | undefined): string | undefined {
  if (node?.type === 'NumericLiteral') return String(node.value);
  return node?.type === 'StringLiteral' ? (node.value as string) : undefined;
}

const numbers = (from: number, to: number, prefix = '') =>
  Array.from({ length: to - from + 1 }, (_, i) => `${prefix}${String(from + i).padStart(prefix ? 2 : 1, '0')}`);

const TRAPS = [...numbers(1, 57), ...numbers(1, 10, 'D')];

const CASES: Readonly<Record<string, string>> = {
  A: '01 02 03 05 08 09 12 13 14 15 17',
  B: '01 04 05 06 07 09 10 11 12 13',
  C: '01 03 04 06 07 08 09 10 11 12 13',
  D: '01 03 06 09 11 14 15 16 17 18 19 20 21',
  E: '04 05 06 07 08 09 10 11 13',
  F: '01 04 09 10 13 14 15 17 18 19 20 21 22 23 24 25 26 28',
  G: '07 08 09 11 12 14 15',
  H: '06 07 08 09',
  I: '02 03 06 07 09 10 11 12 13 14 15',
  J: '02 03 04 05 06 08',
  K: '04 05 07 08 10 11 12 14 15 16 17',
  L: '06 07 08 09 10',
  M: '03 04 06 07 09 10 11 12 13 15 16',
  N: '03 06 08 09 10',
};

describe.each([
  ['traps.md', TRAPS],
  ['conformance.md', Object.entries(CASES).flatMap(([group, ids]) => ids.split(' ').map((id) => `${group}${id}`))],
])('%s', (table, ids) => {
  const rows = rowsOf(table);

  test('has a row for each', () => {
    expect([...new Set(rows.map(({ id }) => id))]).toEqual(ids);
  });

  test('names tests that are there, or says why there is none', () => {
    const known = new Map<string, Set<string>>();
    const wrong = rows.filter(({ file, title }) => {
      if (file === 'not done') return title === '';
      if (!known.has(file)) known.set(file, titlesOf(file));
      return !known.get(file)?.has(title);
    });
    expect(wrong).toEqual([]);
    expect(rows.filter(({ file }) => file !== 'not done').length).toBeGreaterThanOrEqual(60);
  });
});
