/** An object, a list too, but not a function. */
export const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** What an object shows through a Proxy before it: getters and methods of its class, with private fields, run on itself alone. */
export function memberOf(object: object, key: PropertyKey): unknown {
  const value: unknown = Reflect.get(object, key);
  // Its class is no method, and what it was given by itself may have to stay what it is.
  const isMethod = typeof value === 'function' && key !== 'constructor' && !Object.hasOwn(object, key);
  return isMethod ? value.bind(object) : value;
}
