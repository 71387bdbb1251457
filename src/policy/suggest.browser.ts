/** Replaces suggest.ts in bundles for browsers, where size counts more: lists the known options. */
export const suggestion = (_name: string, rules: object): string => ` (known: ${Object.keys(rules).join(', ')})`;
