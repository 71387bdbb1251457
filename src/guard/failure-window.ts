const BUCKETS = 10;

interface Bucket {
  /** Which tenth of the window, counted from the first of all; another number means that the bucket has expired. */
  slot: number;
  calls: number;
  failures: number;
  /** When its first failure came. */
  failedAt: number;
}

/** What a circuit breaker has counted of late. */
export interface WindowCounts {
  /** Attempts within `breaker.window` that were a success or a failure to it. */
  readonly calls: number;
  /** Of those, the failures. */
  readonly failures: number;
  /** However long ago. */
  readonly consecutiveFailures: number;
}

type Thresholds = Readonly<
  Record<'failureRatio' | 'minimumCalls' | 'window' | 'consecutive' | 'minimumDuration', number>
>;

/**
 * When to open: after so many failures in a row, or when too large a share of the calls in the window failed, either way
 * only once the failures span `minimumDuration`. cockatiel's own breakers expire their windows by calls, not by time, and
 * see either a streak or a share.
 */
export class FailureWindow {
  #streak = 0;
  #streakBeganAt = 0;
  /** When the first was counted: the clock's own start would make a test end in one way or another, by the hour. */
  #beganAt: number | undefined;
  /** By slot modulo their number. */
  readonly #buckets = new Map<number, Bucket>();

  constructor(private readonly thresholds: Thresholds) {}

  success(now: number): void {
    this.#bucket(now).calls++;
    this.#streak = 0;
  }

  /** The circuit closes: what was counted before says nothing of the host as it is now. */
  clear(): void {
    this.#buckets.clear();
    this.#beganAt = undefined;
    this.#streak = 0;
  }

  counts(now: number): WindowCounts {
    const { calls, failures } = this.#sum(now);
    return { calls, failures, consecutiveFailures: this.#streak };
  }

  /** True if the circuit should open. */
  failure(now: number): boolean {
    if (this.#streak++ === 0) this.#streakBeganAt = now;
    const bucket = this.#bucket(now);
    bucket.calls++;
    if (bucket.failures++ === 0) bucket.failedAt = now;
    return this.#isStreak(now) || this.#isShare(now);
  }

  #isStreak(now: number): boolean {
    const { consecutive, minimumDuration } = this.thresholds;
    return this.#streak >= consecutive && now - this.#streakBeganAt >= minimumDuration;
  }

  #isShare(now: number): boolean {
    const { failureRatio, minimumCalls, minimumDuration, window } = this.thresholds;
    const { calls, failures, failedAt } = this.#sum(now);
    // In a short window they could never span it.
    const leastMs = Math.min(minimumDuration, window / 2);
    return calls >= minimumCalls && failures >= failureRatio * calls && now - failedAt >= leastMs;
  }

  #sum(now: number): Omit<Bucket, 'slot'> {
    const oldest = this.#slot(now) - BUCKETS;
    let calls = 0;
    let failures = 0;
    let failedAt = now;
    for (const bucket of this.#buckets.values()) {
      if (bucket.slot <= oldest) continue;
      calls += bucket.calls;
      failures += bucket.failures;
      if (bucket.failures) failedAt = Math.min(failedAt, bucket.failedAt);
    }
    return { calls, failures, failedAt };
  }

  #bucket(now: number): Bucket {
    this.#beganAt ??= now;
    const slot = this.#slot(now);
    const index = slot % BUCKETS;
    const bucket = this.#buckets.get(index);
    if (bucket?.slot === slot) return bucket;
    const fresh = { slot, calls: 0, failures: 0, failedAt: 0 };
    this.#buckets.set(index, fresh);
    return fresh;
  }

  #slot(now: number): number {
    return Math.floor((now - (this.#beganAt ?? now)) / (this.thresholds.window / BUCKETS));
  }
}
