import { beforeAll, describe, expect, test } from '@jest/globals';
import axios, { type AxiosRequestConfig } from 'axios';
import { attachResilience, type ResiliencePolicy } from 'axios-resilience';
import { type FakeClock, type Script, scriptedAdapter, withFakeClock } from 'axios-resilience/testing';
import { namesIn, page, rowsOf } from '../helpers/pages.js';

// Every kind of record is drawn from a real call and held against docs/logging.md.

interface Line {
  readonly level: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

const lines: Line[] = [];
const at = (level: string) => (fields: object, message: string) =>
  lines.push({ level, fields: { ...fields }, message });
const logger = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };

type Get = (config?: AxiosRequestConfig) => Promise<unknown>;

/** What is said of calls that meet with `script`; `calls` makes them, if it is not one. */
async function meet(
  script: Script,
  policy: ResiliencePolicy,
  calls = (get: Get, clock: FakeClock): Promise<unknown> => clock.until(get()),
): Promise<void> {
  const api = axios.create({ baseURL: 'https://api.example.com', adapter: scriptedAdapter(script) });
  attachResilience(api, { ...policy, logger });
  const get: Get = (config) => api.get('/users', config).catch(() => {});
  await withFakeClock((clock) => calls(get, clock), { random: 0.5 });
}

const slow = { status: 200, delay: 500 };
const CIRCUIT = { retry: false, breaker: { consecutive: 2, minimumDuration: 0 } } as const;

beforeAll(async () => {
  await meet([503, 200], {});
  await meet([{ status: 429, headers: { 'retry-after': '2' } }, 200], {});
  await meet([503], { breaker: false });
  await meet([404], {});
  await meet([503, 'hang'], {}, async (get, clock) => {
    const controller = new AbortController();
    const call = get({ signal: controller.signal });
    await clock.advance(1_000);
    controller.abort();
    await call;
  });
  await meet([slow, 200], { hedge: 150 });
  await meet([503, 503, 200], CIRCUIT, async (get, clock) => {
    for (let call = 1; call <= 3; call++) await clock.until(get());
    await clock.advance(2_000);
    await clock.until(get());
  });
  await meet([503], {}, (get, clock) => clock.until(Promise.all(Array.from({ length: 10 }, () => get()))));
  await meet([slow], { bulkhead: { limit: 1 } }, (get, clock) => clock.until(Promise.all([get(), get()])));
  const onRetry = () => {
    throw new Error('metrics are down');
  };
  await meet([503, 200], { hooks: { onRetry } });
});

/** Figures differ between two runs, and the reason for an end may be any. */
const withoutFigures = (message: string | undefined) =>
  message
    ?.replaceAll(/\d+(\.\d+)?/g, 'N')
    .replace('N retries', 'N retry')
    .replace(/(not retried|attempts): .*/, '$1');

describe('docs/logging.md', () => {
  test('gives an example of every message, with its level', () => {
    const stated = rowsOf(page('docs/logging.md'), 'What is said, and when').map(
      ([, level, example]) => `${namesIn(level)[0]}: axios-resilience: ${withoutFigures(namesIn(example)[0])}`,
    );
    const said = lines.map(({ level, message }) => `${level}: ${withoutFigures(message)}`);
    expect([...new Set(said)].sort()).toEqual([...new Set(stated)].sort());
  });

  test('names every field, with its type', () => {
    const stated = rowsOf(page('docs/logging.md'), 'Fields').map(([field, type]) => [namesIn(field)[0], type]);
    const written = lines
      .flatMap(({ fields }) => Object.entries(fields))
      .map(([field, value]) => [field, typeof value]);
    expect(Object.fromEntries(written)).toEqual(Object.fromEntries(stated));
  });
});
