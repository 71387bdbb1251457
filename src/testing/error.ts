/** Of any realm: in Jest, an error of Node's own is none of the `Error` that tests have. */
export const isError = (it: unknown): it is Error =>
  it instanceof Error || /^\[object (Error|DOMException)\]$/.test(Object.prototype.toString.call(it));
