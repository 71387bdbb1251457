import { expect, test } from '@jest/globals';
import { fakeClock } from 'axios-resilience/testing';
import { twiceFailing } from './adapters.js';
import { everyone, OURS, OURS_RETRY_ONLY } from './contenders.js';

test('however slow the machine, a lane that fails on purpose keeps its circuit closed', async () => {
  const ours = everyone.filter(({ name }) => name === OURS || name === OURS_RETRY_ONLY);
  const sends = ours.map(({ make }) => make({ adapter: twiceFailing() }, { waitMs: 0 }));
  const statuses: number[] = [];
  for (const send of sends) {
    const clock = fakeClock();
    for (let round = 0; round < 5; round++) {
      const calls = Array.from({ length: 20 }, (_, index) => send(`http://api.test/${index}`));
      await clock.advance(20_000);
      for (const { status } of await Promise.all(calls)) statuses.push(status);
    }
    clock.restore();
  }
  expect(statuses).toEqual(Array.from({ length: 200 }, () => 200));
});
