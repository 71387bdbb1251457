import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { parseHttpDate } from '../../src/retry/http-date.js';

const NOW = Date.UTC(2026, 5, 15, 12);
const EXAMPLE = Date.UTC(1994, 10, 6, 8, 49, 37);
const FORMS = ['Sun, 06 Nov 1994 08:49:37 GMT', 'Sunday, 06-Nov-94 08:49:37 GMT', 'Sun Nov  6 08:49:37 1994'];

describe('the three forms', () => {
  test.each(FORMS)('%s', (text) => {
    expect(parseHttpDate(text, NOW)).toBe(EXAMPLE);
  });

  test.each([
    ['Wed, 31 Dec 2025 23:59:59 GMT', Date.UTC(2025, 11, 31, 23, 59, 59)],
    ['Thu, 29 Feb 2024 00:00:00 GMT', Date.UTC(2024, 1, 29)],
    ['Wed Dec 31 23:59:59 2025', Date.UTC(2025, 11, 31, 23, 59, 59)],
    ['Wednesday, 31-Dec-25 23:59:59 GMT', Date.UTC(2025, 11, 31, 23, 59, 59)],
    ['Fri, 31 Dec 9999 23:59:59 GMT', Date.UTC(9999, 11, 31, 23, 59, 59)],
  ])('%s', (text, ms) => {
    expect(parseHttpDate(text, NOW)).toBe(ms);
  });

  test.each('Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ').map((month, i) => [month, i] as const))(
    'know %s',
    (month, i) => {
      expect(parseHttpDate(`Mon, 02 ${month} 2023 00:00:00 GMT`, NOW)).toBe(Date.UTC(2023, i, 2));
    },
  );

  test('are UTC in Tokyo too', () => {
    const module = pathToFileURL(resolve('src/retry/http-date.ts')).href;
    const program = `
      import(${JSON.stringify(module)}).then(({ parseHttpDate }) => {
        const read = ${JSON.stringify(FORMS)}.map((text) => parseHttpDate(text, ${NOW}));
        console.log(JSON.stringify([new Date(0).getHours(), ...read]));
      });`;
    const env = { ...process.env, TZ: 'Asia/Tokyo' };
    const output = execFileSync(process.execPath, ['--import', 'tsx', '-e', program], { env, encoding: 'utf8' });
    expect(JSON.parse(output)).toEqual([9, EXAMPLE, EXAMPLE, EXAMPLE]);
  });
});

describe('a two-digit year', () => {
  test.each([
    ['26 is this year', 'Monday, 15-Jun-26 12:00:00 GMT', 2026, 2026],
    ['up to 50 years ahead is ahead', 'Saturday, 15-Jun-75 12:00:00 GMT', 2026, 2075],
    ['more than 50 years ahead is past', 'Tuesday, 15-Jun-77 12:00:00 GMT', 2026, 1977],
    ['99 is past', 'Tuesday, 15-Jun-99 12:00:00 GMT', 2026, 1999],
    ['00 is past', 'Thursday, 15-Jun-00 12:00:00 GMT', 2026, 2000],
    ['the turn of a century may be ahead', 'Wednesday, 15-Jun-05 12:00:00 GMT', 2070, 2105],
  ])('%s', (_, text, now, year) => {
    expect(parseHttpDate(text, Date.UTC(now, 5, 15, 12))).toBe(Date.UTC(year, 5, 15, 12));
  });

  test('50 years ahead to the second is ahead, one second more is past', () => {
    expect(parseHttpDate('Monday, 15-Jun-76 12:00:00 GMT', NOW)).toBe(Date.UTC(2076, 5, 15, 12));
    expect(parseHttpDate('Monday, 15-Jun-76 12:00:01 GMT', NOW)).toBe(Date.UTC(1976, 5, 15, 12, 0, 1));
  });
});

test('a leap second is the second after it', () => {
  expect(parseHttpDate('Sat, 31 Dec 2016 23:59:60 GMT', NOW)).toBe(Date.UTC(2017, 0, 1));
  expect(parseHttpDate('Saturday, 31-Dec-16 23:59:60 GMT', NOW)).toBe(Date.UTC(2017, 0, 1));
  expect(parseHttpDate('Sat Dec 31 23:59:60 2016', NOW)).toBe(Date.UTC(2017, 0, 1));
});

describe('no HTTP-date', () => {
  test.each([
    '',
    '0',
    '120',
    'tomorrow',
    '2026-06-15T12:00:00Z',
    'Mon Jun 15 2026 12:00:00 GMT+0000 (Coordinated Universal Time)',
    'Sun, 06 Nov 1994 08:49:37',
    'Sun, 06 Nov 1994 08:49:37 UTC',
    'Sun, 06 Nov 1994 08:49:37 +0000',
    'Sun, 06 Nov 1994 08:49:37 PST',
    'Sun, 06 Nov 1994 08:49:37 gmt',
    'sun, 06 nov 1994 08:49:37 GMT',
    ' Sun, 06 Nov 1994 08:49:37 GMT',
    'Sun, 06 Nov 1994 08:49:37 GMT, 5',
    'Sun, 6 Nov 1994 08:49:37 GMT',
    'Sun, 06 Nov 94 08:49:37 GMT',
    'Sun, 06-Nov-1994 08:49:37 GMT',
    'Sunday, 06-Nov-1994 08:49:37 GMT',
    'Sun Nov 6 08:49:37 1994',
    'Sun Nov  6 08:49:37 1994 GMT',
    'Sun, 00 Nov 1994 08:49:37 GMT',
    'Sun, 31 Nov 1994 08:49:37 GMT',
    'Tue, 29 Feb 2023 00:00:00 GMT',
    'Sun, 06 Foo 1994 08:49:37 GMT',
    'Sun, 06 Nov 1994 24:00:00 GMT',
    'Sun, 06 Nov 1994 08:60:37 GMT',
    'Sun, 06 Nov 1994 08:49:61 GMT',
    'Sun, 06 Nov 1994 8:49:37 GMT',
  ])('"%s"', (text) => {
    expect(parseHttpDate(text, NOW)).toBeUndefined();
  });
});
