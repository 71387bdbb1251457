import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(__dirname, '../..');

/** A fenced block of TypeScript or JavaScript on a page, and what the page says of it. */
export interface Block {
  /** The page and the heading above: `recipes.md: Auth refresh`. A second one below the same heading ends in ` 2`. */
  readonly name: string;
  readonly code: string;
  readonly language: 'ts' | 'js';
  /** `run`: is a program; `test`: is part of the page's tests; else it is only type-checked. */
  readonly how: string;
  /** What the page says that a program prints: the `text output` block after it. */
  readonly output: string | undefined;
}

export interface Page {
  /** From the root of the repository: `docs/recipes.md`. */
  readonly path: string;
  readonly text: string;
  readonly blocks: readonly Block[];
}

export function page(path: string): Page {
  const text = readFileSync(join(root, path), 'utf8');
  return { path, text, blocks: blocksOf(path.replace('docs/', ''), text) };
}

const PART = /^#+ (?<heading>.+)$|^```(?<info>\w.*)\n(?<content>[\s\S]*?)^```$/gm;

function blocksOf(name: string, text: string): Block[] {
  const blocks: Block[] = [];
  const times = new Map<string, number>();
  let heading = '';
  for (const { groups } of text.matchAll(PART)) {
    const { info, content = '' } = groups ?? {};
    const last = blocks.at(-1);
    if (groups?.heading) heading = groups.heading;
    else if (info === 'text output' && last) blocks[blocks.length - 1] = { ...last, output: content };
    else if (info && /^[tj]s\b/.test(info)) {
      const nth = (times.get(heading) ?? 0) + 1;
      times.set(heading, nth);
      const [language, how = ''] = info.split(' ');
      blocks.push({
        name: `${name}: ${heading}${nth > 1 ? ` ${nth}` : ''}`,
        code: content,
        language: language === 'js' ? 'js' : 'ts',
        how,
        output: undefined,
      });
    }
  }
  return blocks;
}

/** The README, and all of docs/. */
export const pages: readonly Page[] = ['README.md', ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`)]
  .filter((path) => path.endsWith('.md'))
  .map(page);

/** The cells of each row of the tables below a heading, or of all of a page, without the head rows. */
export function rowsOf({ path, text }: Page, heading?: string): string[][] {
  const section = heading === undefined ? text : text.split(/^(?=#+ )/m).find((part) => part.includes(` ${heading}\n`));
  if (section === undefined) throw new Error(`${path} has no heading ${heading}`);
  return [...section.matchAll(/^\|[-|]+\|\n(?<body>(?:\|.*\n)+)/gm)].flatMap(({ groups }) =>
    (groups?.body ?? '')
      .trim()
      .split('\n')
      .map((row) =>
        row
          .slice(1, -1)
          .split(/(?<!\\)\|/)
          .map((cell) => cell.trim()),
      ),
  );
}

/** The names in code style in a text: of `` `a`, `b` `` they are a and b. */
export const namesIn = (text: string | undefined): string[] =>
  [...(text ?? '').matchAll(/`(?<name>[^`]+)`/g)].map(({ groups }) => groups?.name ?? '');
