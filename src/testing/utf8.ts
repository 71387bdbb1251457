import { node } from './node.js';

/** Jest's jsdom has no TextEncoder. */
export function utf8(text: string): Uint8Array<ArrayBuffer> {
  const Encoder = globalThis.TextEncoder ?? node()?.getBuiltinModule('node:util').TextEncoder;
  return new Encoder().encode(text);
}
