// The API reference, from the comments in src, into api/. `--emit none` only checks them.
// TypeDoc needs TypeScript's JavaScript API, which the native compiler does not have: it is given the last that has one.
import { register } from 'node:module';

const loader = `export const resolve = (specifier, context, next) =>
  next(specifier === 'typescript' ? 'typescript-with-api' : specifier, context);`;
register(`data:text/javascript,${encodeURIComponent(loader)}`);
await import('../../node_modules/typedoc/dist/cli.js');
