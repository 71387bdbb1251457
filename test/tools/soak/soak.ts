import { makeCall } from './calls.js';
import { RULES, type Rule, type Violation } from './model.js';
import { Random } from './random.js';
import { type Plan, Scope } from './scope.js';

const BREAKER = { consecutive: 5, minimumDuration: 20, openFor: 60, maxOpenFor: 240, window: 2_000 };
const RETRY = { backoff: { baseDelay: 5, maxDelay: 50 } };

const PLANS: readonly Plan[] = [
  { name: 'retries', limit: 8, policy: { attemptTimeout: 200, retry: RETRY, breaker: BREAKER } },
  { name: 'in order', limit: 3, policy: { attemptTimeout: 150, retry: false, coolDown: false, breaker: BREAKER } },
  { name: 'streams', limit: 4, countStreams: true, policy: { attemptTimeout: 200, retry: RETRY, breaker: BREAKER } },
  { name: 'hedged', limit: 8, policy: { attemptTimeout: 200, retry: RETRY, breaker: BREAKER, hedge: 30 } },
  {
    name: 'slow calls count',
    limit: 6,
    policy: { attemptTimeout: 200, retry: RETRY, breaker: { ...BREAKER, slowCallDuration: 80, successThreshold: 2 } },
  },
];

/** So many clients of each scope, one call after the other each. */
const CLIENTS = 16;

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
  const loop = followTurns();
  const clock = stepClock(random);
  const stray: Violation[] = [];
  const onStray = (reason: unknown) => {
    stray.push({ rule: 'left-over', scope: 'process', detail: `unhandled rejection: ${reason}` });
  };
  process.on('unhandledRejection', onStray);
  const scopes = PLANS.map((plan) => new Scope(plan, random, loop.turn));
  for (const scope of scopes) await scope.open();

  const until = performance.now() + seconds * 1_000;
  let calls = 0;
  const client = async (scope: Scope): Promise<void> => {
    while (performance.now() < until) {
      const wasSent = await makeCall(calls++, scope, random);
      // Whoever was refused comes back later.
      await pause(random.between(0, wasSent ? 30 : 150));
    }
  };
  await Promise.all(scopes.flatMap((scope) => Array.from({ length: CLIENTS }, () => client(scope))));

  await pause(200);
  for (const scope of scopes) await scope.close();
  clock.stop();
  loop.stop();
  await pause(50);
  process.off('unhandledRejection', onStray);
  const timers = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
  if (timers > 0) stray.push({ rule: 'left-over', scope: 'process', detail: `${timers} timers` });
  return {
    seconds,
    seed,
    clockSteps: clock.steps(),
    figures: Object.fromEntries(scopes.map(({ plan, figures }) => [plan.name, figures])),
    violations: [...stray, ...scopes.flatMap(({ model }) => model.violations)],
  };
}

/** How many violations there are of each rule. */
export const tally = (violations: readonly Violation[]): Record<Rule, number> =>
  Object.fromEntries(
    Object.keys(RULES).map((rule) => [rule, violations.filter((violation) => violation.rule === rule).length]),
  ) as Record<Rule, number>;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function followTurns(): { turn(): number; stop(): void } {
  let turn = 0;
  let next: NodeJS.Immediate;
  const count = (): void => {
    turn++;
    next = setImmediate(count);
  };
  count();
  return { turn: () => turn, stop: () => clearImmediate(next) };
}

/** The wall clock goes back and forth by up to a day. */
function stepClock(random: Random): { steps(): number; stop(): void } {
  const { now } = Date;
  let offset = 0;
  let steps = 0;
  Date.now = () => now() + offset;
  const timer = setInterval(() => {
    offset = Math.round(random.between(-86_400_000, 86_400_000));
    steps++;
  }, 300);
  const stop = (): void => {
    clearInterval(timer);
    Date.now = now;
  };
  return { steps: () => steps, stop };
}
