/** An object, a list too, but not a function. */
export const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
