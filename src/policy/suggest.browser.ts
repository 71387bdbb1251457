/** Replaces suggest.ts in bundles for browsers, where size counts more: lists the known options. */
export const suggestion = (_name: string, checks: object): string => ` (known: ${Object.keys(checks).join(', ')})`;
