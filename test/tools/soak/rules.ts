// What a scope owes whoever calls through it.
export const RULES = {
  concurrency: 'no more requests at once than the bulkhead has slots',
  order: 'calls that wait for a slot are sent in the order in which they came',
  'sent-while-open': 'nothing is sent once the circuit has opened, by itself or by hand',
  'refused-while-closed': 'no call is refused for a circuit that is closed',
  'sent-twice': 'a POST that the server has seen is not sent again',
  probes: 'a half-open circuit lets one request out at a time',
  states: 'each change of the circuit begins where the last one ended',
  'settled-once': 'each call settles once, tells once that it has ended, and sends nothing afterwards',
  deadline: 'a call takes no longer than its deadline, and does not end of it before',
  cancel: 'a call that is cancelled settles at once',
  report: 'a report tells of the requests that were sent, of the statuses that the server gave, and how it ended',
  times: 'a report tells how long the call took, whatever the wall clock says',
  counters: 'the counters are those of the calls and requests that there were',
  'left-over': 'nothing is left at the end',
  unhandled: 'no rejection goes unhandled, and Node has nothing to warn of',
} as const;

export type Rule = keyof typeof RULES;

export interface Violation {
  readonly rule: Rule;
  readonly scope: string;
  readonly detail: string;
}

/** How many violations there are of each rule. */
export const tally = (violations: readonly Violation[]): Record<Rule, number> =>
  Object.fromEntries(
    Object.keys(RULES).map((rule) => [rule, violations.filter((violation) => violation.rule === rule).length]),
  ) as Record<Rule, number>;
