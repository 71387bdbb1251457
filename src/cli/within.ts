import { after } from '../base/clock.js';

/** Settles as `start` says, or rejects with `late()` after `ms`; cleans up either way. */
export async function within<T>(
  ms: number,
  late: () => Error,
  start: (resolve: (value: T) => void, reject: (error: unknown) => void) => void,
): Promise<T> {
  let cancel = () => {};
  try {
    return await new Promise<T>((resolve, reject) => {
      cancel = after(ms, () => reject(late()));
      start(resolve, reject);
    });
  } finally {
    cancel();
  }
}
