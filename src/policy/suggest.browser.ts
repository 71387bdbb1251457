/** In the place of suggest.ts where what is loaded counts more: the options there are. */
export const suggestion = (_name: string, rules: object): string => ` (known: ${Object.keys(rules).join(', ')})`;
