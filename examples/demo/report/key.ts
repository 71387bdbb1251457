const swatch = (drawn: string): string => `<svg width="22" height="14" aria-hidden="true">${drawn}</svg>`;

/** What the marks in the panels mean. */
export function key(capacity: number): string {
  const marks = [
    [`<rect class="load" width="22" height="14"/>`, `requests in one second, up to the ${capacity} it can answer`],
    [`<rect class="over-capacity" width="22" height="14"/>`, 'more than it can answer'],
    [`<path class="retry" d="M3.5 1v12M9.5 1v12M12.5 1v12M19.5 1v12"/>`, 'a retry, when it was decided on'],
    [`<rect class="succeeded" width="22" height="14"/>`, 'calls that succeeded'],
    [`<rect class="failed" width="22" height="14"/>`, 'calls that failed'],
    [
      `<rect class="spread" x="8" width="6" height="14"/><rect class="median" x="5" y="9" width="12" height="3"/>`,
      'from the median call to the slowest',
    ],
    [`<rect class="open" width="22" height="14"/>`, 'circuit open'],
    [`<rect class="half-open" width="22" height="14"/>`, 'half-open'],
    [`<rect class="closed" y="6" width="22" height="2"/>`, 'closed'],
    [`<line class="end" x1="11" x2="11" y2="14"/>`, 'no call begins after it'],
  ] as const;
  return `<ul class="key" aria-label="Key">
${marks.map(([drawn, what]) => `<li>${swatch(drawn)}${what}</li>`).join('\n')}
</ul>`;
}
