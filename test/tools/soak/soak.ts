import { countTimers } from '../../helpers/left-over.js';
import { nextTurn, sleep } from '../../helpers/settled.js';
import { makeCall } from './calls.js';
import { followEventLoop } from './event-loop.js';
import { isolateNowAndThen } from './isolation.js';
import { Random } from './random.js';
import type { Rule, Violation } from './rules.js';
import { clientOf, type Plan, Scope } from './scope.js';
import { stepClock } from './stepped-clock.js';

/** Long enough for a busy machine to answer, which would otherwise be one long outage. */
const ATTEMPT_MS = 500;
const BREAKER = { consecutive: 5, minimumDuration: 20, openFor: 60, maxOpenFor: 240, window: 2_000 };
const RETRY = { backoff: { baseDelay: 5, maxDelay: 50 } };

const PLANS: readonly Plan[] = [
  {
    name: 'retries',
    origins: 2,
    limit: 8,
    queue: 40,
    policy: { attemptTimeout: ATTEMPT_MS, retry: RETRY, breaker: BREAKER },
  },
  {
    name: 'in order',
    limit: 3,
    queue: 40,
    policy: { attemptTimeout: ATTEMPT_MS, retry: false, coolDown: false, breaker: BREAKER },
  },
  {
    name: 'streams',
    limit: 4,
    queue: 4,
    countStreams: true,
    policy: { attemptTimeout: ATTEMPT_MS, retry: RETRY, breaker: BREAKER },
  },
  {
    name: 'hedged',
    limit: 12,
    queue: 40,
    policy: { attemptTimeout: ATTEMPT_MS, retry: RETRY, breaker: BREAKER, hedge: 15 },
  },
  {
    name: 'slow calls count',
    limit: 6,
    queue: 40,
    policy: {
      attemptTimeout: ATTEMPT_MS,
      retry: RETRY,
      coolDown: false,
      breaker: { ...BREAKER, slowCallDuration: 150, successThreshold: 2 },
    },
  },
];

/** So many clients of each scope, one call after the other each. */
const CLIENTS = 16;

/** Whatever has not settled by then never will: a call's few attempts do not take as long. */
const GRACE_MS = 10_000;

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
  const scopes = PLANS.flatMap((plan) => {
    const { name, origins = 1 } = plan;
    const shared = clientOf(plan);
    return Array.from({ length: origins }, (_, at) => {
      return new Scope(at === 0 ? name : `${name}, origin ${at + 1}`, plan, shared, random, loop);
    });
  });
  for (const scope of scopes) await scope.open();

  const isolateNoMore = isolateNowAndThen(scopes, random);
  const endsAt = performance.now() + seconds * 1_000;
  let calls = 0;
  const client = async (scope: Scope): Promise<void> => {
    while (performance.now() < endsAt) {
      const wasSent = await makeCall(calls++, scope, random, loop);
      // Whoever was refused comes back later.
      await sleep(random.between(0, wasSent ? 30 : 150));
    }
  };
  const clients = scopes.flatMap((scope) => Array.from({ length: CLIENTS }, () => client(scope)));
  await unlessLate(Promise.all(clients), seconds * 1_000 + GRACE_MS);

  isolateNoMore();
  await until(() => scopes.every((scope) => scope.isIdle));
  for (const scope of scopes) await scope.close();
  for (const { client } of scopes) client.handle.detach();
  clock.stop();
  loop.stop();
  await until(() => countTimers() === 0);
  return {
    seconds,
    seed,
    clockSteps: clock.steps(),
    figures: Object.fromEntries(scopes.map(({ name, figures }) => [name, figures])),
    violations: [...watch.stop(), ...scopes.flatMap(({ model }) => model.violations)],
  };
}

/** What the last calls leave behind takes a moment to go. */
const LAST_MOMENT_MS = 2_000;

async function until(holds: () => boolean): Promise<void> {
  const endsAt = performance.now() + LAST_MOMENT_MS;
  while (!holds() && performance.now() < endsAt) await nextTurn();
}

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
    const left = countTimers();
    if (left > 0) violated('left-over', `timers: ${left}`);
    return violations;
  };
  return { stop };
}
