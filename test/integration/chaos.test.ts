import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { root } from '../helpers/pages.js';

test('6,000 calls with random bodies, adapters, faults and aborts leave nothing behind, and every body that arrived is whole', async () => {
  const script = [join(root, 'node_modules/tsx/dist/cli.mjs'), join(root, 'test/tools/chaos.ts'), '6000', '1'];
  const output = await new Promise<string>((resolve, reject) => {
    execFile(process.execPath, script, (error, stdout) => (error ? reject(error) : resolve(stdout)));
  });
  const { calls, received, ends, problems, left } = JSON.parse(output);
  expect(problems).toEqual([]);
  expect(left).toEqual({ busy: 0, agentSockets: 0, inFlight: 0, queued: 0, listeners: 0, timers: 0 });
  expect(calls).toBe(6_000);
  // How many are aborted before they leave depends on the machine: most arrive.
  expect(received).toBeGreaterThan(calls / 2);
  expect(Object.keys(ends)).toEqual(
    expect.arrayContaining(['success', 'canceled', 'body-not-replayable', 'not-retryable', 'max-retries']),
  );
}, 180_000);
