import { safeText } from '../base/excerpt.js';

/** Header fields whose values are no secrets, but common words, which must not be masked everywhere. */
const HARMLESS =
  /^(accept(-.+)?|cache-control|connection|content-type|host|origin|pragma|prefer|sec-(ch|fetch)-.+|user-agent|x-forwarded-(host|port|proto))$/i;

/** Shorter values are part of ordinary words, and protect nothing. */
const SHORTEST = 6;

/** Common words are shorter, most of them. */
const SHORTEST_WITHOUT_DIGITS = 10;

/** All that was given and must not be shown, even if a server sends it back. */
export function secretsIn(headers: readonly (readonly [string, string])[], query: URLSearchParams): string[] {
  const values = headers.filter(([name]) => !HARMLESS.test(name)).flatMap(([, value]) => [value, ...partsOf(value)]);
  // Of a query only what looks like a key: its other values are common words.
  const keys = [...query.values()].filter((value) => /\d/.test(value) || value.length >= SHORTEST_WITHOUT_DIGITS);
  return [...values, ...keys];
}

/** The token after `Bearer`, what `Basic` hides, the values of cookies. */
function partsOf(value: string): string[] {
  const tokens = value.split(/[\s,;]+/).flatMap((part) => [part, part.slice(part.indexOf('=') + 1)]);
  const basic = /^basic\s+(\S+)$/i.exec(value)?.[1];
  const userinfo = basic ? Buffer.from(basic, 'base64').toString() : '';
  return [...tokens, userinfo, userinfo.slice(userinfo.indexOf(':') + 1)].filter(
    (part) => !/^(basic|bearer|digest)$/i.test(part),
  );
}

/** What is never shown, even if a server sends it back. */
export class Secrets {
  readonly #known: string[] = [];

  add(...secrets: string[]): void {
    this.#known.push(...secrets);
  }

  /**
   * Masks the secrets known by now, the longest first (one may hold another), in any case (URLs change it), and
   * percent-encoded as far as anybody may have done that, more than once included.
   */
  conceal(text: string): string {
    const longestFirst = this.#known.filter(({ length }) => length >= SHORTEST).sort((a, b) => b.length - a.length);
    return longestFirst.reduce((rest, secret) => rest.replace(new RegExp(anyForm(secret), 'gi'), 'REDACTED'), text);
  }

  /** Masks first: a text that is cut short could hold half a secret. */
  clean(text: string): string {
    return safeText(this.conceal(text));
  }
}

const anyForm = (secret: string): string =>
  [...secret]
    .map((character) => `(?:${character === ' ' ? '[ +]' : literal(character)}|${encoded(character)})`)
    .join('');

const encoded = (character: string): string =>
  [...Buffer.from(character)].map((byte) => `%(?:25)*${byte.toString(16).padStart(2, '0')}`).join('');

const literal = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
