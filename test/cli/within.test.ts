import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { within } from '../../src/cli/within.js';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

const late = () => new Error('late');

test('settles as it is told to, and leaves no timer behind', async () => {
  expect(await within(1_000, late, (resolve) => resolve('done'))).toBe('done');
  await expect(within(1_000, late, (_, reject) => reject(new Error('failed')))).rejects.toThrow('failed');
  await expect(
    within(1_000, late, () => {
      throw new Error('broken');
    }),
  ).rejects.toThrow('broken');
  expect(jest.getTimerCount()).toBe(0);
});

test('is late after its time, to the millisecond', async () => {
  let state = 'waiting';
  within(1_000, late, () => {}).catch(({ message }) => {
    state = message;
  });
  await jest.advanceTimersByTimeAsync(999);
  expect(state).toBe('waiting');
  await jest.advanceTimersByTimeAsync(1);
  expect(state).toBe('late');
});
