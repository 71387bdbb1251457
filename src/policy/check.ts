import { MAX_TIMER_MS } from '../base/clock.js';
import { isObject } from '../base/object.js';
import { suggestion } from './suggest.js';

/** Checks one value; throws a TypeError or RangeError that names path, rule and value. */
export type Check = (value: unknown, path: string) => void;

/** One for each option, so that none can be forgotten. */
export type Checks<T> = Readonly<Record<keyof T, Check>>;

export const isFunction = (value: unknown): boolean => typeof value === 'function';
/** `AsyncFunction` and the like. */
const tagOf = (value: unknown): string | undefined => (value as { [Symbol.toStringTag]?: string })[Symbol.toStringTag];
/** A function whose answer is there at once. */
export const isSyncFunction = (value: unknown): boolean => isFunction(value) && !tagOf(value);
export const isNumber = (value: unknown): boolean => typeof value === 'number';
export const isRecord = (value: unknown): value is object => isObject(value) && !Array.isArray(value);

export const number =
  (rule: string, holds: (value: number) => boolean): Check =>
  (value, path) => {
    if (typeof value !== 'number') throw new TypeError(message(path, rule, value));
    if (!holds(value)) throw new RangeError(message(path, rule, value));
  };

export const whole = (least: number): Check =>
  number(`must be a whole number ≥ ${least}`, (value) => Number.isSafeInteger(value) && value >= least);

export const typed =
  (rule: string, holds: (value: unknown) => boolean): Check =>
  (value, path) => {
    if (!holds(value)) throw new TypeError(message(path, rule, value));
  };

/** Something that has these methods, whatever else it is. */
export const having = (rule: string, ...methods: string[]): Check =>
  typed(rule, (value) => methods.every((name) => isFunction(Object(value)[name])));

export const fn = typed('must be a function', isFunction);
export const syncFn = typed('must be a function', isSyncFunction);
export const bool = typed('must be true or false', (value) => typeof value === 'boolean');

/** Passes these values, and checks all others. */
export const or =
  (check: Check, ...others: unknown[]): Check =>
  (value, path) => {
    if (!others.includes(value)) check(value, path);
  };

export const milliseconds = (above: '>' | '≥', otherwise = ''): Check =>
  number(
    `must be milliseconds, ${above} 0 and ≤ ${MAX_TIMER_MS}${otherwise}`,
    (value) => (value > 0 || (value === 0 && above === '≥')) && value <= MAX_TIMER_MS,
  );

export const orFalse = (check: Check): Check => or(check, false);

export const either =
  (first: Check, applies: (value: unknown) => boolean, second: Check): Check =>
  (value, path) =>
    (applies(value) ? first : second)(value, path);

export const object =
  (checks: Readonly<Record<string, Check>>, expected = 'an object', fieldsOf = fields): Check =>
  (value, path) => {
    if (!isRecord(value)) throw new TypeError(message(path, `must be ${expected}`, value));
    const at = (name: string) => (path ? `${path}.${clip(name)}` : clip(name));
    const inherited = fieldsOf === fields && Object.keys(checks).find((name) => isInherited(name, value));
    if (inherited) throw new TypeError(`\`${at(inherited)}\` must be the object's own, not inherited`);
    for (const [name, field] of fieldsOf(value, path)) {
      const check = Object.hasOwn(checks, name) ? checks[name] : undefined;
      if (!check) throw new TypeError(`\`${at(name)}\` is not an option${suggestion(clip(name), checks)}`);
      if (field !== undefined) check(field, at(name));
    }
  };

/** What is set on `Object.prototype` is on every object, and was not meant as an option. */
const isInherited = (name: string, value: object): boolean =>
  name in value && !Object.hasOwn(value, name) && !(name in Object.prototype);

export const list =
  (check: Check, expected: string): Check =>
  (value, path) => {
    if (!Array.isArray(value)) throw new TypeError(message(path, `must be ${expected}`, value));
    // By index, which sees holes: of a list of a thousand million, the first is refused at once.
    for (let i = 0; i < value.length; i++) check(value[i], `${path}[${i}]`);
  };

/** The fields of a plain object. A Map, a Promise or a Date would pass for an object without options, and is refused. */
export function fields(value: object, path: string): [name: string, value: unknown][] {
  const isOptions =
    Object.prototype.toString.call(value) === '[object Object]' || Object.getPrototypeOf(value) === null;
  if (!isOptions) throw new TypeError(message(path, 'must be a plain object', value));
  return Object.entries(value);
}

/** Runs a check. An error that is no rule's is a getter's or a Proxy's, and becomes the cause of one that names the path. */
export function readable(path: string, check: () => void): void {
  try {
    check();
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('`')) throw error;
    throw new TypeError(`\`${path}\` cannot be read`, { cause: error });
  }
}

/** Names path, rule and value. */
export function message(path: string, rule: string, value: unknown): string {
  return `\`${path}\` ${rule}, got ${show(value)}`;
}

/** As much of a name or value as a message shows. */
export const clip = (text: string): string => (text.length > 80 ? `${text.slice(0, 79)}…` : text);

function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(clip(value));
  if (isFunction(value)) return tagOf(value) ?? 'a function';
  if (Array.isArray(value)) {
    const shown = value.slice(0, 10).map((item) => (Array.isArray(item) ? 'a list' : show(item)));
    return `[${clip(shown.join(', '))}]`;
  }
  return isRecord(value) ? 'an object' : clip(String(value));
}
