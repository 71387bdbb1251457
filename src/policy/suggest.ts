/** Throws if a value is not right for what is named by a path. */
type Check = (value: unknown, path: string) => void;

/** What has its place elsewhere, in this package or in another. The first match counts. */
const ELSEWHERE: readonly (readonly [name: RegExp, place: string])[] = [
  [
    /^(retryCondition|retryDelay|shouldResetTimeout|onMaxRetry.*|validateResponse)$/,
    'axios-retry: see docs/migration.md',
  ],
  [
    /^(noResponseRetries|backoffType|maxRetryDelay|(http|status).*ToRetry|onRetryAttempt)$/,
    'retry-axios: see docs/migration.md',
  ],
  [/^(deadline|(attempt|connect)Timeout|hedge|coolDown|breaker|bulkhead|scope|fallback|hooks)$/, 'the policy itself'],
  [/^(rules|logger)$/, 'the policy that `attachResilience` gets'],
  [/^(idempotent|body)$/, 'the `resilience` of a request'],
  [/^on(Retry|Success|GiveUp|End|Reject|StateChange|Saturation|Hedge|CoolDown|BudgetExhausted)$/, '`hooks`'],
];

/** What others call what has another name here. */
const SYNONYMS: ReadonlyMap<string, readonly string[]> = new Map([
  ['timeout', ['attemptTimeout', 'deadline']],
  ['requestTimeout', ['attemptTimeout', 'deadline']],
  ['circuitBreaker', ['breaker']],
  ['circuit', ['breaker']],
  ['delay', ['baseDelay', 'backoff.baseDelay', 'retry.backoff.baseDelay']],
  ['attempts', ['maxRetries']],
  ['retry', ['retries']],
]);

/**
 * What an unknown name was meant to be: an option that others call so, a sub-option of that name, an option that has its place
 * elsewhere, or the known option nearest in spelling; else lists all.
 */
export function suggestion(name: string, checks: Readonly<Record<string, Check>>): string {
  const known = Object.keys(checks);
  const owners = known.filter((option) => hasOption(checks[option], name) && !hasOption(checks[option], `${name}-`));
  const place = ELSEWHERE.find(([pattern]) => pattern.test(name))?.[1];
  if (place && owners.length === 0) return `; it is one of ${place}`;
  const subOptions = owners.map((owner) => `${owner}.${name}`);
  const synonyms = SYNONYMS.get(name)?.filter((path) => known.includes(path.replace(/\..*/, ''))) ?? [];
  const others = synonyms.length > 0 ? synonyms : nearest(name, known, owners.length > 0 ? 2 : 3);
  const meant = [...subOptions, ...others].map((path) => `\`${path}\``);
  return meant.length > 0 ? `; did you mean ${meant.join(' or ')}?` : ` (known: ${known.join(', ')})`;
}

/** The known option that is spelt most like it, if any is: so many letters may differ, but not most of the name's. */
function nearest(name: string, known: readonly string[], farthest: number): string[] {
  return known
    .map((option) => ({ option, distance: editDistance(name.toLowerCase(), option.toLowerCase()) }))
    .filter(({ distance }) => distance <= Math.min(farthest, name.length / 2))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 1)
    .map(({ option }) => option);
}

/** Whether a rule has an option of this name: given a value that no option accepts, its error tells. A record takes any name. */
function hasOption(rule: Check | undefined, name: string): boolean {
  try {
    rule?.({ [name]: Symbol('nothing') }, 'at');
  } catch (error) {
    return (error as Error).message.startsWith(`\`at.${name}\` must`);
  }
  return false;
}

/** Levenshtein's, one row at a time. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (const [i, charA] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, charB] of [...b].entries()) {
      next.push(Math.min((next[j] ?? 0) + 1, (row[j + 1] ?? 0) + 1, (row[j] ?? 0) + (charA === charB ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
