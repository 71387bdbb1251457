import { channel } from 'node:diagnostics_channel';
import type { ResilienceHooks } from './base/events.js';
import { having } from './policy/check.js';

const CHANNELS: Readonly<Record<keyof ResilienceHooks, string>> = {
  onRetry: 'retry',
  onSuccess: 'success',
  onGiveUp: 'give-up',
  onEnd: 'end',
  onReject: 'reject',
  onStateChange: 'state-change',
  onSaturation: 'saturation',
  onHedge: 'hedge',
  onCoolDown: 'cool-down',
  onBudgetExhausted: 'budget-exhausted',
};

const handle = having('must be what attachResilience() gave back', 'subscribe');

/** What `attachResilience` gives back, or as much of it as is listened to. */
export interface Subscribable {
  /** As that of a `ResilienceHandle`. */
  subscribe(hooks: ResilienceHooks): () => void;
}

/**
 * Publishes each event on a channel of its own, `axios-resilience:retry` and so on, until stopped by what it returns. An
 * event is made only while its channel has subscribers.
 *
 * @throws TypeError for what is no handle
 */
export function publishEvents(resilience: Subscribable): () => void {
  handle(resilience, 'resilience');
  const hooks: ResilienceHooks = {};
  for (const [hook, name] of Object.entries(CHANNELS)) {
    const events = channel(`axios-resilience:${name}`);
    const publish = (event: object) => events.publish(event);
    Object.defineProperty(hooks, hook, { enumerable: true, get: () => (events.hasSubscribers ? publish : undefined) });
  }
  return resilience.subscribe(hooks);
}
