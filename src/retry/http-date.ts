const MONTHS = 'Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec';

const TIME = '(?<hour>\\d{2}):(?<minute>\\d{2}):(?<second>\\d{2})';
const MONTH = `(?<month>${MONTHS})`;

/** The three forms a recipient must accept (RFC 9110 §5.6.7): IMF-fixdate, RFC 850 and asctime. All are UTC. */
const FORMS = [
  new RegExp(`^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (?<day>\\d{2}) ${MONTH} (?<year>\\d{4}) ${TIME} GMT$`),
  new RegExp(`^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, (?<day>\\d{2})-${MONTH}-(?<year>\\d{2}) ${TIME} GMT$`),
  new RegExp(`^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) ${MONTH} (?<day>\\d{2}| \\d) ${TIME} (?<year>\\d{4})$`),
];

/** Milliseconds since 1970 of an HTTP-date, or `undefined` if it is none. `Date.parse` reads asctime in local time. */
export function parseHttpDate(text: string, nowMs: number): number | undefined {
  for (const form of FORMS) {
    const groups = form.exec(text)?.groups;
    if (groups) return toMs(groups, nowMs);
  }
  return undefined;
}

function toMs(groups: Readonly<Record<string, string>>, nowMs: number): number | undefined {
  const { year = '', month = '', day, hour, minute, second } = groups;
  const [d, h, m, s] = [day, hour, minute, second].map(Number) as [number, number, number, number];
  // 60 is a leap second: the next second, as far as a wait is concerned.
  if (h > 23 || m > 59 || s > 60) return undefined;
  const monthIndex = MONTHS.indexOf(month) / 4;
  const at = (fullYear: number) => {
    const ms = Date.UTC(fullYear, monthIndex, d, h, m, s);
    return new Date(Date.UTC(fullYear, monthIndex, d)).getUTCDate() === d ? ms : undefined;
  };
  if (year.length === 4) return at(Number(year));
  // A two-digit year is the latest one with those digits that is at most 50 years ahead.
  const limit = new Date(nowMs);
  limit.setUTCFullYear(limit.getUTCFullYear() + 50);
  const century = Math.floor(limit.getUTCFullYear() / 100) * 100;
  const ms = at(century + Number(year));
  return ms !== undefined && ms > limit.getTime() ? at(century - 100 + Number(year)) : ms;
}
