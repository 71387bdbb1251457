import { wallClock } from './clock.js';

/** A random UUID (RFC 9562 §5.4), also where `crypto.randomUUID` is missing: pages that are not served over TLS. */
export function randomUuid(): string {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

let prefix = '';
let count = 0;

/**
 * Names a call in events and logs: unique in this process by counting, across processes by a random start, or by its time where
 * there is no `crypto` (React Native): never by draws that a test may have scripted.
 */
export function nextCallId(): string {
  prefix ||= globalThis.crypto ? randomUuid().slice(0, 8) : wallClock().toString(16).slice(-8);
  count++;
  return `${prefix}-${count.toString(36)}`;
}
