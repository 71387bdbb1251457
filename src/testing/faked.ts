/** What a fake clock replaces, whole or in part, and what it waits by, which browsers do not have. */
const NEEDED = ['setTimeout', 'clearTimeout', 'setImmediate', 'performance', 'Date'] as const;

/** What `util.promisify` looks for. */
export const PROMISIFIED = Symbol.for('nodejs.util.promisify.custom');

/**
 * By what fakes are known: those of sinon, which Jest and Vitest have as well, and ours carry their clock; those of `node:test`
 * are a Date that says so, and timers bound to a private method; the legacy ones of Jest are mocks that can be promisified,
 * unlike a spy's.
 */
const MARKS: readonly ((it: object) => boolean)[] = [
  (it) => 'clock' in it,
  (it) => 'isMock' in it,
  (it) => (it as { name?: string }).name?.startsWith('bound #') ?? false,
  (it) => '_isMockFunction' in it && PROMISIFIED in it,
];

/** The name of what somebody has faked already, if it bears a mark of that. */
export const whatIsFaked = (): string | undefined =>
  NEEDED.find((name) => {
    const it: object | undefined = globalThis[name];
    return it && MARKS.some((bears) => bears(it));
  });
