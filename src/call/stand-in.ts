import type { InternalAxiosRequestConfig } from 'axios';
import { type Aborter, LateSignal } from '../base/signal.js';

type Config = InternalAxiosRequestConfig;

/** Puts an attempt's own signal and agents on the config it is sent with. The answer puts back what was there before. */
export function standIn(config: Config, aborter: Aborter, agents: Partial<Config> | undefined): () => void {
  const putBackSignal = replace(config, 'signal', signalOf(config, aborter));
  if (!agents) return putBackSignal;
  const putBack = Object.entries(agents).map(([key, value]) => replace(config, key, plain(value)));
  return () => {
    putBackSignal();
    for (const put of putBack) put();
  };
}

function replace(config: Config, key: string, descriptor: PropertyDescriptor): () => void {
  const before = Object.getOwnPropertyDescriptor(config, key);
  Object.defineProperty(config, key, descriptor);
  return () => {
    if (before) Object.defineProperty(config, key, before);
    else Reflect.deleteProperty(config, key);
  };
}

/** An adapter may read it, in which case it is made, copy it, or put another in its place. */
function signalOf(config: Config, aborter: Aborter): PropertyDescriptor {
  if (!(aborter instanceof LateSignal)) return plain(aborter.signal);
  return {
    get: () => aborter.signal,
    set: (other) => Object.defineProperty(config, 'signal', plain(other)),
    enumerable: true,
    configurable: true,
  };
}

const plain = (value: unknown): PropertyDescriptor => ({ value, writable: true, enumerable: true, configurable: true });
