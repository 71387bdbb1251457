const isFunction = (value: unknown): boolean => typeof value === 'function';
const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isPlain = (value: unknown): boolean => Object.prototype.toString.call(value) === '[object Object]';

const OPTIONS: Readonly<Record<string, readonly [rule: string, holds: (value: unknown) => boolean]>> = {
  meterProvider: ['a MeterProvider', (value) => isFunction((Object(value) as { getMeter?: unknown }).getMeter)],
  spanEvents: ['true or false', (value) => typeof value === 'boolean'],
  attributes: ['a plain object', isPlain],
  scope: ['a function', isFunction],
};

/** Throws a TypeError for the first thing wrong with what is to be measured, or how. */
export function validateTelemetry(resilience: unknown, options: unknown): void {
  const { subscribe, stats } = Object(resilience) as { subscribe?: unknown; stats?: unknown };
  must('resilience', 'what attachResilience() gave back', isFunction(subscribe) && isFunction(stats), resilience);
  must('options', 'an object', isObject(options), options);
  for (const [name, value] of Object.entries(options as object)) {
    const known = Object.hasOwn(OPTIONS, name) ? OPTIONS[name] : undefined;
    if (!known) {
      throw new TypeError(`\`options.${name}\` is not an option (known: ${Object.keys(OPTIONS).join(', ')})`);
    }
    if (value !== undefined) must(`options.${name}`, known[0], known[1](value), value);
  }
}

function must(path: string, rule: string, holds: boolean, value: unknown): void {
  if (holds) return;
  const got = typeof value === 'string' ? JSON.stringify(value.slice(0, 80)) : isObject(value) ? 'an object' : value;
  throw new TypeError(`\`${path}\` must be ${rule}, got ${String(isFunction(got) ? 'a function' : got)}`);
}
