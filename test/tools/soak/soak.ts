import { makeCall } from './calls.js';
import { followEventLoop } from './event-loop.js';
import { Random } from './random.js';
import type { Rule, Violation } from './rules.js';
import { type Plan, Scope } from './scope.js';
import { stepClock } from './stepped-clock.js';

const BREAKER = { consecutive: 5, minimumDuration: 20, openFor: 60, maxOpenFor: 240, window: 2_000 };
const RETRY = { backoff: { baseDelay: 5, maxDelay: 50 } };

const PLANS: readonly Plan[] = [
  { name: 'retries', limit: 8, queue: 40, policy: { attemptTimeout: 200, retry: RETRY, breaker: BREAKER } },
  {
    name: 'in order',
    limit: 3,
    queue: 40,
    policy: { attemptTimeout: 150, retry: false, coolDown: false, breaker: BREAKER },
  },
  {
    name: 'streams',
    limit: 4,
    queue: 4,
    countStreams: true,
    policy: { attemptTimeout: 200, retry: RETRY, breaker: BREAKER },
  },
  { name: 'hedged', limit: 8, queue: 40, policy: { attemptTimeout: 200, retry: RETRY, breaker: BREAKER, hedge: 30 } },
  {
    name: 'slow calls count',
    limit: 6,
    queue: 40,
    policy: { attemptTimeout: 200, retry: RETRY, breaker: { ...BREAKER, slowCallDuration: 80, successThreshold: 2 } },
  },
];

/** So many clients of each scope, one call after the other each. */
const CLIENTS = 16;

/** Whatever has not settled by then never will: no deadline is as long. */
const GRACE_MS = 5_000;

export interface Soaked {
  readonly seconds: number;
  readonly seed: number;
  readonly clockSteps: number;
  readonly figures: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly violations: readonly Violation[];
}

/** Calls for so long, and says which rules did not hold. */
export async function soak(seconds: number, seed: number): Promise<Soaked> {
  const random = new Random(seed);
  const loop = followEventLoop();
  const clock = stepClock(random);
  const watch = watchProcess();
  const scopes = PLANS.map((plan) => new Scope(plan, random, loop));
  for (const scope of scopes) await scope.open();

  const until = performance.now() + seconds * 1_000;
  let calls = 0;
  const client = async (scope: Scope): Promise<void> => {
    while (performance.now() < until) {
      const wasSent = await makeCall(calls++, scope, random, loop);
      // Whoever was refused comes back later.
      await pause(random.between(0, wasSent ? 30 : 150));
    }
  };
  const clients = scopes.flatMap((scope) => Array.from({ length: CLIENTS }, () => client(scope)));
  await unlessLate(Promise.all(clients), seconds * 1_000 + GRACE_MS);

  await pause(200);
  for (const scope of scopes) await scope.close();
  clock.stop();
  loop.stop();
  await pause(50);
  return {
    seconds,
    seed,
    clockSteps: clock.steps(),
    figures: Object.fromEntries(scopes.map(({ plan, figures }) => [plan.name, figures])),
    violations: [...watch.stop(), ...scopes.flatMap(({ model }) => model.violations)],
  };
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function unlessLate(work: Promise<unknown>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}

/** What belongs to no scope: rejections that nobody handles, warnings, timers at the end. */
function watchProcess(): { stop(): readonly Violation[] } {
  const violations: Violation[] = [];
  const violated = (rule: Rule, detail: string) => violations.push({ rule, scope: 'process', detail });
  const onRejection = (reason: unknown) => violated('unhandled', `rejection: ${reason}`);
  const onWarning = (warning: Error) => violated('unhandled', `warning: ${warning.message}`);
  process.on('unhandledRejection', onRejection);
  process.on('warning', onWarning);
  const stop = () => {
    process.off('unhandledRejection', onRejection);
    process.off('warning', onWarning);
    const timers = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    if (timers > 0) violated('left-over', `timers: ${timers}`);
    return violations;
  };
  return { stop };
}
