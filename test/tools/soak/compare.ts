import type { Rule } from './rules.js';
import type { Settled, Tale } from './seen.js';

type Complaint = readonly [rule: Rule, detail: string];

/** Timers fire a little early or late. */
const TOLERANCE_MS = 60;

/** Ends after which the caller never gets its last failure. A deadline is one where it passes, not where the next wait would. */
const TELLING_ENDS = new Set(['success', 'canceled', 'circuit-open', 'cooling-down', 'bulkhead-full']);

/** What is wrong with when a call settled, and with what its report says. `given`: what was answered to each of its requests. */
export function* compare(settled: Settled, given: readonly (number | undefined)[]): Generator<Complaint> {
  const { report, end, deadline, tookMs, countedMs, turnsSinceCancel = 0 } = settled;
  if (countedMs > deadline + TOLERANCE_MS) yield ['deadline', `${Math.round(countedMs - deadline)} ms late`];
  if (end === 'deadline' && tookMs < deadline - TOLERANCE_MS)
    yield ['deadline', `${Math.round(deadline - tookMs)} ms early`];
  if (turnsSinceCancel > 1) yield ['cancel', `${turnsSinceCancel} turns after it was cancelled`];
  if (!report) return yield ['report', 'there is none'];
  if (report.ended !== end && (end || TELLING_ENDS.has(report.ended ?? 'success')))
    yield ['report', `ended ${report.ended}, but the caller saw ${end ?? 'a failure'}`];
  yield* compareAttempts(report, given);
  yield* compareTimes(report, settled);
}

function* compareAttempts({ attempts, retries }: Tale, given: readonly (number | undefined)[]): Generator<Complaint> {
  const sent = attempts.filter(({ failure }) => failure !== 'refused');
  // An attempt may end before its request comes to the pool.
  const cutShort = sent.filter(({ failure }) => failure === 'canceled' || failure === 'timeout').length;
  if (sent.length < given.length || sent.length - cutShort > given.length)
    yield ['report', `${given.length} sent, ${sent.length} told`];
  const again = Math.max(0, sent.filter(({ hedge }) => !hedge).length - 1);
  if (retries !== again) yield ['report', `${retries} retries, but ${again} sent again`];
  const statuses = sent.map(({ status }) => status).filter((status) => status !== undefined);
  // Those that are sent side by side are told of in the order in which they end.
  const inOrder = attempts.some(({ hedge }) => hedge) ? sorted : asTheyAre;
  if (!isWithin(inOrder(statuses), inOrder(given))) yield ['report', `told ${statuses}, given ${given}`];
  if (attempts.some(({ failure, status = 0 }) => (failure ?? 'status') === 'status' && !failure !== (status === 200)))
    yield ['report', `success and failure are mixed up: ${JSON.stringify(attempts)}`];
}

function* compareTimes(report: Tale, { tookMs, countedMs }: Settled): Generator<Complaint> {
  const { attempts, waitedMs, queuedMs, elapsedMs } = report;
  const parts = [waitedMs, queuedMs, ...attempts.map(({ durationMs }) => durationMs)];
  if (parts.some((ms) => !(ms >= 0 && ms <= elapsedMs + 1))) yield ['times', `parts of ${elapsedMs} ms: ${parts}`];
  if (!(elapsedMs >= countedMs - TOLERANCE_MS && elapsedMs <= tookMs + 1))
    yield ['times', `${elapsedMs} ms told, but it took ${tookMs} ms`];
}

const sorted = (statuses: readonly (number | undefined)[]) => [...statuses].sort();
const asTheyAre = (statuses: readonly (number | undefined)[]) => statuses;

/** True if `part` is `whole` with some left out: an answer that came too late is not told of. */
function isWithin(part: readonly (number | undefined)[], whole: readonly (number | undefined)[]): boolean {
  let at = 0;
  for (const value of whole) if (value === part[at]) at++;
  return at >= part.length;
}
