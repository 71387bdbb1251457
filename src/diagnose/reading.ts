import { MAX_LENGTH } from '../base/excerpt.js';

/** A property that throws when it is read counts as absent. */
export function read(from: unknown, key: string): unknown {
  return tried(() => (from as Record<string, unknown> | null | undefined)?.[key], undefined);
}

export function text(from: unknown, key: string): string {
  const value = read(from, key);
  return typeof value === 'string' ? value.slice(0, MAX_LENGTH) : '';
}

export function figure(from: unknown, key: string): number | undefined {
  const value = read(from, key);
  return typeof value === 'number' ? value : undefined;
}

export const number = (from: unknown, key: string): number => figure(from, key) ?? 0;

/** Errors come from anywhere: getters throw, proxies are revoked. */
export function tried<T>(look: () => T, otherwise: T): T {
  try {
    return look();
  } catch {
    return otherwise;
  }
}
