import { DEFAULTS } from '../policy/defaults.js';
import { PROBE_LOST, type Settings, type Verdict } from './verdict.js';

/** Only a probe without a limit of its own, or with a longer one, is out for longer. */
const LEAST_PATIENCE_MS = DEFAULTS.attemptTimeout;

/**
 * One half-open period: one probe after another, until they have decided whether the circuit closes or opens again.
 * cockatiel takes it for a single call.
 */
export class HalfOpen {
  #decide!: (verdict: Verdict) => void;
  readonly #verdict = new Promise<Verdict>((resolve) => {
    this.#decide = resolve;
  });
  #settled: Promise<unknown> | undefined;
  #isDecided = false;
  #successes = 0;
  /** The probe that others wait for: the latest, while it is out. */
  #latest: { readonly overdueAt: number } | undefined;

  constructor(
    private readonly settings: Pick<Settings, 'openFor' | 'successThreshold'>,
    /** Called with the first probe; resolves once the circuit has acted on the verdict. */
    private readonly begin: (verdict: Promise<Verdict>) => Promise<unknown>,
  ) {}

  /** True if a probe may go out. */
  isFree(now: number): boolean {
    return !this.#isDecided && (this.#latest === undefined || now >= this.#latest.overdueAt);
  }

  /** A probe goes out. The function it gives back takes its verdict; if that decides, it resolves once the circuit has acted. */
  probe(now: number): (verdict?: Verdict) => Promise<unknown> | undefined {
    const probe = { overdueAt: now + Math.max(this.settings.openFor, LEAST_PATIENCE_MS) };
    this.#latest = probe;
    this.#settled ??= this.begin(this.#verdict);
    return (verdict = PROBE_LOST) => {
      if (this.#latest === probe) this.#latest = undefined;
      if (verdict.counts === 'answered') this.#successes++;
      if (!this.#isLastWord(verdict)) return undefined;
      this.#isDecided = true;
      this.#decide(verdict);
      return this.#settled;
    };
  }

  /** An answer counts however late it is; any other end of an overdue probe is left to the newer one that is out. */
  #isLastWord({ counts }: Verdict): boolean {
    if (counts === 'answered') return this.#successes >= this.settings.successThreshold;
    return this.#latest === undefined && (counts !== 'probe-lost' || this.#successes === 0);
  }
}
