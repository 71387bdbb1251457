import { wallClock } from './clock.js';

/** A random UUID (RFC 9562 §5.4). `crypto.randomUUID` is missing in pages that are not served over TLS. */
export function randomUuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(36));
  return 'xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx'.replace(/[xy]/g, (digit, at: number) => {
    const bits = (bytes[at] ?? 0) & 15;
    // The variant: 8, 9, a or b.
    return (digit === 'x' ? bits : (bits & 3) | 8).toString(16);
  });
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
