import type { Random } from './random.js';
import type { Scope } from './scope.js';

/** Isolates one of the circuits by hand now and then, for a moment. Returns the way to end that. */
export function isolateNowAndThen(scopes: readonly Scope[], random: Random): () => void {
  let hold: { dispose(): void } | undefined;
  let timer: NodeJS.Timeout | undefined;
  const wait = (act: () => void, ms: number) => {
    timer = setTimeout(act, ms);
  };
  const isolate = (): void => {
    hold = random.pick(scopes).isolate();
    wait(release, random.between(5, 100));
  };
  const release = (): void => {
    hold?.dispose();
    wait(isolate, random.between(50, 300));
  };
  release();
  return () => {
    clearTimeout(timer);
    hold?.dispose();
  };
}
