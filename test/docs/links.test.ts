import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { packedFiles } from '../helpers/packed.js';
import { pages, root } from '../helpers/pages.js';

/** As GitHub makes them of headings. */
const anchorsOf = (text: string) =>
  [...text.replaceAll(/^```[\s\S]*?^```$/gm, '').matchAll(/^#+ (?<heading>.+)$/gm)].map(({ groups }) =>
    (groups?.heading ?? '')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

/** The relative ones. */
const linksOf = ({ path, text }: { path: string; text: string }) =>
  [...text.matchAll(/\]\((?<target>[^)]+)\)/g)]
    .map(({ groups }) => groups?.target ?? '')
    .filter((target) => !/^https?:/.test(target))
    .map((target) => ({ path, target }));
const links = pages.flatMap(linksOf);

test('every link in the README and the docs leads somewhere', () => {
  const dead = links.filter(({ path, target }) => {
    const [file = '', anchor] = target.split('#');
    const to = file ? join(root, dirname(path), file) : join(root, path);
    if (!existsSync(to)) return true;
    return (
      anchor !== undefined && (statSync(to).isDirectory() || !anchorsOf(readFileSync(to, 'utf8')).includes(anchor))
    );
  });
  expect(dead).toEqual([]);
  expect(links.length).toBeGreaterThan(40);
});

test('every link in the package leads to a file or a folder of the package', () => {
  const packed = packedFiles();
  const texts = packed.filter((path) => path.endsWith('.md'));
  const all = texts.flatMap((path) => linksOf({ path, text: readFileSync(join(root, path), 'utf8') }));
  const dead = all.filter(({ path, target }) => {
    const [file = ''] = target.split('#');
    const to = file ? join(dirname(path), file) : path;
    return !packed.some((name) => name === to || name.startsWith(`${to}/`));
  });
  expect(dead).toEqual([]);
  expect(texts).toEqual(expect.arrayContaining(pages.map(({ path }) => path)));
  expect(all.length).toBeGreaterThan(links.length);
});

test('every page of the docs is one click from the README', () => {
  const reached = links.filter(({ path }) => path === 'README.md').map(({ target }) => target.split('#')[0]);
  const lost = pages.map(({ path }) => path).filter((path) => path !== 'README.md' && !reached.includes(path));
  expect(lost).toEqual([]);
});
