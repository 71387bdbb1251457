import { isObject } from '../base/object.js';

/** As much of a form of the `form-data` package (which `axios.postForm` makes in Node) as is looked at. */
interface Form {
  getBuffer(): Uint8Array;
  getHeaders(): Readonly<Record<string, string>>;
  hasKnownLength(): boolean;
  getLengthSync(): number;
}

/** A larger form is not held twice in memory for the sake of a retry. */
const MOST_BYTES = 1_048_576;

export interface FormCopy {
  readonly data: Uint8Array;
  readonly contentType: string | undefined;
}

/** Such a form is a stream, and gone once it was sent: a copy, if all its parts are in memory. */
export function copyOfForm(data: unknown): FormCopy | undefined {
  if (!isForm(data)) return undefined;
  try {
    const length = data.hasKnownLength() ? data.getLengthSync() : Infinity;
    if (length > MOST_BYTES) return undefined;
    const copy = { data: data.getBuffer(), contentType: data.getHeaders()['content-type'] };
    // One that was sent before has kept its length, and lost its parts.
    return length && copy.data.length !== length ? undefined : copy;
  } catch {
    // One of its parts is a stream whose length was given.
    return undefined;
  }
}

const isForm = (data: unknown): data is Form =>
  isObject(data) &&
  ['getBuffer', 'getHeaders', 'hasKnownLength', 'getLengthSync'].every(
    (name) => typeof Reflect.get(data, name) === 'function',
  );
