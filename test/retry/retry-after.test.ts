import { describe, expect, test } from '@jest/globals';
import { AxiosHeaders } from 'axios';
import { retryAfterMs } from '../../src/retry/retry-after.js';

const NOW = Date.UTC(2026, 5, 15, 12);
const IN_3_S = 'Mon, 15 Jun 2026 12:00:03 GMT';
const HOUR_AHEAD = { date: 'Mon, 15 Jun 2026 13:00:00 GMT', 'retry-after': 'Mon, 15 Jun 2026 13:00:01 GMT' };
const EPOCH = NOW / 1_000;

type Row = [headers: object, ms: number | undefined];

/** By the headers of AxiosHeaders and of a plain object alike. */
const read = (headers: object, status: number) => [
  retryAfterMs(new AxiosHeaders(headers as Record<string, string>), status, NOW),
  retryAfterMs(headers, status, NOW),
];

describe('Retry-After', () => {
  test.each<[value: string, ms: number]>([
    ['1', 1_000],
    ['0', 0],
    ['007', 7_000],
    [' 120 ', 120_000],
    ['1704067200', 1_704_067_200_000],
    [IN_3_S, 3_000],
    ['Monday, 15-Jun-26 12:00:03 GMT', 3_000],
    ['Mon Jun 15 12:00:03 2026', 3_000],
    ['Sun, 06 Nov 1994 08:49:37 GMT', 0],
  ])('%s', (value, ms) => {
    expect(read({ 'retry-after': value }, 503)).toEqual([ms, ms]);
  });

  test.each(['', ' ', '+1', '-1', '1.5', '1e3', '0x10', 'Infinity', 'NaN', '5s', '1 0', '١', 'soon', '2026-06-15'])(
    '"%s" is not readable',
    (value) => {
      expect(read({ 'retry-after': value }, 503)).toEqual([undefined, undefined]);
    },
  );

  test('of many digits is very long, not NaN', () => {
    expect(read({ 'retry-after': '9'.repeat(20) }, 503)).toEqual([1e23, 1e23]);
    expect(read({ 'retry-after': '9'.repeat(400) }, 503)).toEqual([1e303, 1e303]);
  });

  test.each([413, 429, 500, 502, 503])('counts on a %d', (status) => {
    expect(read({ 'retry-after': '2' }, status)).toEqual([2_000, 2_000]);
  });

  test.each<Row>([
    [HOUR_AHEAD, 1_000],
    [{ date: 'Mon, 15 Jun 2026 11:00:00 GMT', 'retry-after': 'Mon, 15 Jun 2026 11:00:02 GMT' }, 2_000],
    [{ date: 'nonsense', 'retry-after': IN_3_S }, 3_000],
    [{ date: HOUR_AHEAD.date, 'retry-after': '5' }, 5_000],
  ])('a date is measured by the server’s own clock: %j', (headers, ms) => {
    expect(read(headers, 503)).toEqual([ms, ms]);
  });

  test.each<Row>([[{ 'retry-after': ['2', '3'] }, 2_000]])('of two, the first counts: %j', (headers, ms) => {
    expect(retryAfterMs(headers, 503, NOW)).toBe(ms);
  });

  test.each<[value: string, ms: number | undefined]>([
    ['1, 120', 1_000],
    ['1, 120, 3', 1_000],
    [`1, ${IN_3_S}`, 1_000],
    [`${IN_3_S}, 120`, 3_000],
    [`${IN_3_S}, ${IN_3_S}`, 3_000],
    ['Monday, 15-Jun-26 12:00:03 GMT, 120', 3_000],
    ['Mon Jun 15 12:00:03 2026, 120', 3_000],
    ['soon, 120', undefined],
    ['soon enough, 120', undefined],
    [', 120', undefined],
    ['1,5', undefined],
  ])('of two that were joined, the first counts: %s', (value, ms) => {
    expect(read({ 'retry-after': value }, 503)).toEqual([ms, ms]);
  });
});

describe('the first header present has the last word', () => {
  test.each<Row>([
    [{ 'retry-after-ms': '300', 'x-ms-retry-after-ms': '400', 'retry-after': '5' }, 300],
    [{ 'x-ms-retry-after-ms': '400', 'retry-after': '5' }, 400],
    [{ 'retry-after-ms': 'soon', 'retry-after': '5' }, undefined],
    [{ 'retry-after-ms': '-5' }, undefined],
    [{ 'retry-after': '5', ratelimit: '"a";r=0;t=9', 'ratelimit-reset': '8' }, 5_000],
    [{ 'retry-after': '', 'ratelimit-reset': '8' }, undefined],
    [{ 'retry-after': 'soon', 'ratelimit-reset': '8' }, undefined],
    [{ ratelimit: '"a";r=0;t=9', 'ratelimit-reset': '8', 'x-ratelimit-reset': '7' }, 9_000],
    [{ ratelimit: 'nonsense', 'ratelimit-reset': '8' }, undefined],
    [{ 'ratelimit-reset': '8', 'x-ratelimit-reset': '7' }, 8_000],
    [{ 'x-ratelimit-reset': '7', 'x-rate-limit-reset': '6' }, 7_000],
    [{ 'x-rate-limit-reset': '6' }, 6_000],
  ])('%j', (headers, ms) => {
    expect(read(headers, 429)).toEqual([ms, ms]);
  });
});

describe('the reset of a rate limit', () => {
  test.each<[number, object, number | undefined]>([
    [429, { 'ratelimit-reset': '1' }, 1_000],
    [503, { 'ratelimit-reset': '1' }, undefined],
    [503, { 'ratelimit-reset': '1', 'ratelimit-remaining': '0' }, 1_000],
    [429, { 'ratelimit-reset': '1', 'ratelimit-remaining': '5' }, undefined],
    [403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(EPOCH + 30) }, 30_000],
    [429, { 'x-ratelimit-reset': String(EPOCH - 30) }, 0],
    [429, { 'x-ratelimit-reset': String(NOW + 30_000) }, 30_000],
    // An hour ahead of ours: what it says is measured by its own clock.
    [429, { 'x-ratelimit-reset': String(EPOCH + 3_630), date: 'Mon, 15 Jun 2026 13:00:00 GMT' }, 30_000],
    // A server whose clock is years behind.
    [429, { 'x-ratelimit-reset': '1685620805', date: 'Thu, 01 Jun 2023 12:00:00 GMT' }, 5_000],
    [429, { 'x-ratelimit-reset': '999999999' }, 999_999_999_000],
    [429, { 'x-ratelimit-reset': '1000000000' }, 0],
    [429, { 'x-ratelimit-reset': '1000000000000' }, 0],
    [429, { 'x-ratelimit-reset': `${EPOCH + 30}.25` }, 30_250],
    [429, { 'x-ratelimit-reset': '1.5' }, 1_500],
    [429, { 'x-ratelimit-reset': '1.' }, undefined],
    [429, { 'x-ratelimit-reset': '1s' }, undefined],
    [429, { 'x-ratelimit-reset': '' }, undefined],
    [429, { 'x-ratelimit-reset-requests': '1s', 'x-ratelimit-reset-tokens': '6m0s' }, undefined],
    [429, { 'x-ratelimit-reset-requests': '1' }, undefined],
  ])('%d %j', (status, headers, ms) => {
    expect(read(headers, status)).toEqual([ms, ms]);
  });
});

describe('RateLimit', () => {
  test.each<[string, number | undefined]>([
    ['"default";r=0;t=1', 1_000],
    ['"default"; t=30; r=0', 30_000],
    ['default;r=0;t=2', 2_000],
    ['"burst";r=0;t=1, "day";r=0;t=90', 90_000],
    ['"burst";r=0;t=1, "day";r=50;t=90', 1_000],
    ['"default";r=50;t=30', undefined],
    ['"default";r=0', undefined],
    ['"default";t=30', undefined],
    ['"default";r=0;t=-1', undefined],
    ['"default";r=0;t=1.5', undefined],
    ['"default";r=0;t=', undefined],
    ['"default";r=00x;t=5', undefined],
    ['limit=100, remaining=0, reset=30', undefined],
    [';;;,,,=', undefined],
    ['', undefined],
  ])('%s', (field, ms) => {
    expect(read({ ratelimit: field }, 429)).toEqual([ms, ms]);
  });
});

describe('headers of any kind', () => {
  test.each<[string, unknown]>([
    ['AxiosHeaders', new AxiosHeaders({ 'Retry-After': '2' })],
    ['Headers', new Headers({ 'Retry-After': '2' })],
    ['Map', new Map([['retry-after', '2']])],
    ['of a class of its own', { fields: ['2'], get: (name: string) => (name === 'retry-after' ? '2' : null) }],
    ['plain, as written', { 'Retry-After': '2' }],
    ['plain, lower case', { 'retry-after': '2' }],
    ['plain, upper case', { 'RETRY-AFTER': '2' }],
    ['plain, without a prototype', Object.assign(Object.create(null), { 'Retry-After': '2' })],
    ['a number', { 'retry-after': 2 }],
    ['a list', { 'Retry-After': ['2'] }],
    ['with a header called get', { get: '9', 'retry-after': '2' }],
  ])('%s', (_, headers) => {
    expect(retryAfterMs(headers, 503, NOW)).toBe(2_000);
  });

  test.each([
    [undefined],
    [null],
    [{}],
    ['retry-after: 2'],
    [{ 'retry-after': undefined }],
    [{ 'retry-after': null }],
    [{ 'retry-after': false }],
    [{ 'retry-after': [] }],
  ])('%j says nothing', (headers) => {
    expect(retryAfterMs(headers, 429, NOW)).toBeUndefined();
  });
});
