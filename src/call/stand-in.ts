import type { InternalAxiosRequestConfig } from 'axios';
import { type Aborter, LateSignal } from '../base/signal.js';

type Config = InternalAxiosRequestConfig;

/**
 * Puts an attempt's own signal on the config it is sent with. What it returns puts back what was there before, if the adapter has
 * not frozen it.
 */
export const standIn = (config: Config, aborter: Aborter): (() => void) =>
  aborter instanceof LateSignal ? lend(config, aborter) : put(config, 'signal', aborter.signal);

/** By plain assignment: descriptors cost more than all the rest of this. */
export function put<Key extends keyof Config>(config: Config, key: Key, value: Config[Key]) {
  if (value === undefined) return nothing;
  const had = Object.hasOwn(config, key);
  const before = config[key];
  config[key] = value;
  return (): void => {
    if (had) Reflect.set(config, key, before);
    else Reflect.deleteProperty(config, key);
  };
}

const nothing = (): void => {};

/** Leads from a config, and from a Proxy or an heir of it, to the aborter of the attempt it is sent for. */
const ABORTER = Symbol('axios-resilience.aborter');

interface Lent extends Config {
  [ABORTER]?: LateSignal;
}

/** One for all: accessors that are made for each attempt cost 0.7 µs more. */
const LATE: PropertyDescriptor & ThisType<Lent> = {
  get() {
    return this[ABORTER]?.signal;
  },
  set(other: Config['signal']) {
    define(this, other);
  },
  enumerable: true,
  configurable: true,
};

/** An adapter may read it (it is made then), copy the config with it, or put another in its place. */
function lend(config: Lent, aborter: LateSignal): () => void {
  const had = Object.hasOwn(config, 'signal');
  const before = config.signal;
  config[ABORTER] = aborter;
  Object.defineProperty(config, 'signal', LATE);
  return () => {
    Reflect.deleteProperty(config, ABORTER);
    if (had) define(config, before);
    else Reflect.deleteProperty(config, 'signal');
  };
}

const define = (config: Config, value: Config['signal']) =>
  Reflect.defineProperty(config, 'signal', { value, writable: true, enumerable: true, configurable: true });
