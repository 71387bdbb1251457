import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { Model, type RULES, type Sent } from '../tools/soak/model.js';
import type { Soaked } from '../tools/soak/soak.js';

const root = join(__dirname, '../..');
const SECONDS = 12;

test('twelve seconds of outages, 404s, cancels, abandoned streams and clock steps break no rule', async () => {
  const script = [join(root, 'node_modules/tsx/dist/cli.mjs'), join(root, 'test/tools/soak/main.ts')];
  const output = await new Promise<string>((resolve) => {
    execFile(process.execPath, [...script, '--json', '--seconds', String(SECONDS)], (_error, stdout) =>
      resolve(stdout),
    );
  });
  const { violations, figures, clockSteps }: Soaked = JSON.parse(output);
  expect(violations).toEqual([]);
  expect(clockSteps).toBeGreaterThan(20);
  for (const [name, counted] of Object.entries(figures)) {
    const atLeast = {
      calls: 500,
      missing: 30,
      canceled: 5,
      streams: 30,
      abandoned: 5,
      queued: 50,
      success: 50,
      open: 3,
    };
    for (const [what, least] of Object.entries(atLeast)) {
      expect({ name, what, happened: (counted[what] ?? 0) >= least }).toEqual({ name, what, happened: true });
    }
    expect(counted['circuit-open']).toBeGreaterThan(20);
    expect(counted['half-open']).toBeGreaterThan(2);
  }
  expect(figures.retries?.retries).toBeGreaterThan(20);
  expect(figures.hedged?.hedges).toBeGreaterThan(0);
  expect(figures.retries?.coolDowns).toBeGreaterThan(0);
}, 60_000);

describe('the model notices', () => {
  let model: Model;
  let turn: number;

  beforeEach(() => {
    model = new Model('scope', { limit: 2, inOrder: true });
    turn = 0;
  });

  const send = (call: number, isLive = () => true, id = call): Sent => {
    const sent = { id, call, isLive };
    model.sent(sent, ++turn);
    return sent;
  };
  const settle = (call: number, told: { status?: number; failure?: string }[] | undefined, lateMs = -1) => {
    model.ended(call);
    model.settled(call, { told, lateMs });
  };
  const broken = () => model.violations.map(({ rule }) => rule);

  test('nothing where all is well', () => {
    send(1, () => false);
    model.answered(1, 200);
    settle(1, [{ status: 200 }]);
    model.changed('closed', 'open', ++turn);
    model.changed('open', 'half-open', ++turn);
    send(2, () => false);
    send(3);
    settle(2, [{ failure: 'canceled' }]);
    settle(4, [{ failure: 'refused' }]);
    model.left({ sockets: 0 });
    expect(broken()).toEqual([]);
  });

  test.each<[keyof typeof RULES, () => void]>([
    ['concurrency', () => [1, 2, 3].map((call) => send(call))],
    ['order', () => [2, 1].map((call) => send(call, () => false))],
    [
      'sent-while-open',
      () => {
        model.changed('closed', 'open', ++turn);
        send(1);
      },
    ],
    [
      'probes',
      () => {
        model.changed('closed', 'open', ++turn);
        model.changed('open', 'half-open', ++turn);
        send(1);
        send(2);
      },
    ],
    ['states', () => model.changed('open', 'closed', ++turn)],
    ['settled-once', () => model.settled(1, { told: [], lateMs: -1 })],
    ['late', () => settle(1, [], 3)],
    ['report', () => settle(1, undefined)],
    ['left-over', () => model.left({ sockets: 1, queued: 0 })],
  ])('%s', (rule, misbehave) => {
    misbehave();
    expect(broken()).toEqual([rule]);
  });

  test('a call that tells twice that it has ended, a request too many, and a status that was not given', () => {
    model.ended(1);
    settle(1, []);
    send(2, () => false, 7);
    settle(2, []);
    send(3, () => false, 8);
    model.answered(8, 503);
    settle(3, [{ status: 200 }]);
    expect(model.violations.map(({ rule, detail }) => `${rule}: ${detail}`)).toEqual([
      'settled-once: call 1 told 2 times that it had ended',
      'report: call 2: 1 sent, 0 told',
      'report: call 3: told 200, given 503',
    ]);
  });
});
