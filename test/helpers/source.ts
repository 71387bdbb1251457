import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './pages.js';

/** The paths of all files of src, from there: `base/clock.ts`. */
export const sourceFiles: readonly string[] = readdirSync(join(root, 'src'), {
  recursive: true,
  encoding: 'utf8',
}).filter((path) => path.endsWith('.ts'));

/** A file of src, as it is written. */
export const source = (path: string): string => readFileSync(join(root, 'src', path), 'utf8');

export interface Member {
  readonly name: string;
  /** What its comment says is the default. */
  readonly stated: string | undefined;
}

/** The members that an interface declares itself, in order. Each has a comment: the API reference sees to that. */
export function membersOf(path: string, type: string): Member[] {
  const declared = new RegExp(`interface ${type} (?:extends [^{]+)?\\{\\n(?<body>[\\s\\S]*?)\\n\\}`).exec(source(path));
  if (!declared) throw new Error(`${path} has no interface ${type}`);
  const members = declared.groups?.body?.matchAll(
    /^ {2}\/\*\*(?<comment>[\s\S]*?)\*\/\n {2}(?:readonly )?(?<name>\w+)[?:(]/gm,
  );
  return [...(members ?? [])].map(({ groups }) => ({
    name: groups?.name ?? '',
    stated: /@default (?<value>.+)/.exec(groups?.comment ?? '')?.groups?.value?.trim(),
  }));
}
