import { causesOf } from '../base/causes.js';
import { isObject } from '../base/object.js';
import type { ResilienceReport } from '../base/report.js';
import type { Recorder } from './recorder.js';

/** A constructor that returns its argument: a class derived from it puts its private fields on any object. */
const Given = function given(object: object) {
  return object;
} as unknown as new (
  object: object,
) => object;

/** Keeps a recorder in a private field: hidden as in a WeakMap, for a sixth of the memory, and no work for the collector. */
class Filed extends Given {
  #recorder: Recorder;

  private constructor(object: object, recorder: Recorder) {
    super(object);
    this.#recorder = recorder;
  }

  static put(object: object, recorder: Recorder): void {
    if (#recorder in object) object.#recorder = recorder;
    else if (Object.isExtensible(object)) new Filed(object, recorder);
    else frozen.set(object, recorder);
  }

  static get(object: object): Recorder | undefined {
    return #recorder in object ? object.#recorder : frozen.get(object);
  }
}

/** For objects that cannot be extended: engines are about to refuse private fields to them. */
const frozen = new WeakMap<object, Recorder>();

/** Shared with other copies of this package: an application may load its ESM and its CommonJS build. */
const KEY = Symbol.for('axios-resilience.filed');
const shared = globalThis as { [KEY]?: Pick<typeof Filed, 'put' | 'get'> };
shared[KEY] ??= Filed;
const filed = shared[KEY];

/** Makes a report findable by `key`: a call's config, by which its response and errors lead to it, or a bare error. */
export function fileReport(key: unknown, recorder: Recorder): void {
  if (isObject(key)) filed.put(key, recorder);
}

/** Makes the report that `other` leads to findable by `key` too: an error that stands for another. */
export function shareReport(key: object, other: object): void {
  const recorder = filed.get(other);
  if (recorder) filed.put(key, recorder);
}

/**
 * What happened on the way to a response or an error, whichever the call settled with, or `undefined` if neither came
 * through an attached instance. An error of one's own has the report of its `cause`. An error that axios made of a good response
 * (one that would not parse) has its report too, and so has what hooks and the functions of a policy are given while the call
 * runs.
 */
export function reportOf(settled: unknown): ResilienceReport | undefined {
  for (const link of causesOf(settled)) {
    const { config } = link as { config?: unknown };
    const recorder = filed.get(link) ?? filed.get(Object(config));
    if (recorder) return recorder.report;
  }
  return undefined;
}
