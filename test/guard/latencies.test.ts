import { expect, test } from '@jest/globals';
import { Latencies } from '../../src/guard/latencies.js';

const of = (...values: number[]): Latencies => {
  const latencies = new Latencies();
  for (const ms of values) latencies.add(ms);
  return latencies;
};
const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);

test('says nothing of fewer than twenty', () => {
  expect(of(...upTo(19)).quantile(0.5)).toBeUndefined();
  expect(of(...upTo(20)).quantile(0.5)).toBe(10);
});

test('takes the share asked for, in whatever order they came', () => {
  const latencies = of(...upTo(100).reverse());
  expect([0.01, 0.5, 0.95, 0.999].map((share) => latencies.quantile(share))).toEqual([1, 50, 95, 100]);
});

test('forgets all but the latest hundred', () => {
  expect(of(...upTo(100), ...upTo(100).map((ms) => ms + 1_000)).quantile(0.01)).toBe(1_001);
});
