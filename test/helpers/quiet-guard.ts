import { Guard } from '../../src/guard/guard.js';
import { resolvePolicy } from '../../src/policy/resolve.js';
import type { ResiliencePolicy } from '../../src/policy/types.js';
import type { ManualClock } from './manual-clock.js';

/** A guard of a scope that tells nobody of anything, on a clock of its own and without chance. */
export const quietGuard = ({ now, after }: ManualClock, policy: ResiliencePolicy = {}): Guard =>
  new Guard('test', resolvePolicy(policy), {
    now,
    after,
    random: () => 0,
    onCoolDown: () => {},
    onExhausted: () => {},
    onStateChange: () => {},
    onSaturation: () => {},
  });
