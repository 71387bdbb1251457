import { wallClock } from './clock.js';

/** A random UUID (RFC 9562 §5.4), also where `crypto.randomUUID` is missing: pages that are not served over TLS. */
export function randomUuid(): string {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  // Version 4, and the variant: in full, which leaves 120 bits to chance instead of 122.
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-4$3-8$4-$5');
}

let prefix = '';
let count = 0;

/**
 * Names a call in events and logs: unique in this process by counting, across processes by a random start; where there is no
 * `crypto` (React Native), by its time, since a test may count what else is drawn.
 */
export function nextCallId(): string {
  prefix ||= globalThis.crypto ? randomUuid().slice(0, 8) : wallClock().toString(16).slice(-8);
  count++;
  return `${prefix}-${count.toString(36)}`;
}
