/**
 * Node, where this is Node. Its modules are asked for and not imported: a bundler for browsers would have to find them, even
 * where none is used.
 */
export const node = (): NodeJS.Process | undefined =>
  typeof process === 'undefined' || !process.getBuiltinModule ? undefined : process;
