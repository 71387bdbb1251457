import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parser } from '@prometheus-io/lezer-promql';
import { deadPort } from '../helpers/flaky-server.js';
import { root } from '../helpers/pages.js';

const page = readFileSync(join(root, 'docs/opentelemetry.md'), 'utf8');
const blocks = [...page.matchAll(/^```(?<kind>\w+)\n(?<code>[\s\S]*?)^```$/gm)].map(({ groups }) => ({ ...groups }));
const blockWith = (kind: string, text: string) =>
  blocks.find((block) => block.kind === kind && block.code?.includes(text))?.code ?? '';

/** Names of metrics in the documented tables, and as Prometheus has them. */
const documented = [...page.matchAll(/^\| `(?<name>axios_resilience\.[\w.]+)` \| (?<instrument>[\w -]+) \|/gm)].flatMap(
  ({ groups }) =>
    groups?.instrument?.match(/counter|histogram/) ? [groups as { name: string; instrument: string }] : [],
);

const alerts = [
  ...blockWith('yaml', 'alert:').matchAll(/- alert: (?<name>\w+)\n\s+expr: >-\n(?<expr>(?: {10}.*\n)+)/g),
].map(({ groups }) => ({ name: groups?.name ?? '', expr: (groups?.expr ?? '').replace(/\s+/g, ' ').trim() }));

/** What a query has at its leaves, by their kind, or where it makes no sense. */
function parse(query: string) {
  const leaves: { kind: string; text: string }[] = [];
  parser.parse(query).iterate({
    enter: ({ type, from, to }) => {
      leaves.push({ kind: type.isError ? 'error' : type.name, text: query.slice(from, to) });
    },
  });
  const of = (kind: string) => leaves.filter((leaf) => leaf.kind === kind).map(({ text }) => text);
  return { errors: of('error'), names: of('Identifier'), labels: of('LabelName'), values: of('StringLiteral') };
}

describe('the recipe for Prometheus', () => {
  const folder = join(root, 'examples/.prometheus');
  let scrape = '';

  beforeAll(async () => {
    const port = await deadPort();
    const recipe = blockWith('ts', 'PrometheusExporter').replace('9464', String(port));
    const tail = `
      const { everything } = await import(${JSON.stringify(join(root, 'test/opentelemetry/everything.ts'))});
      const { end } = await everything((resilience) => attachTelemetry(resilience, { meterProvider }));
      await end();
      console.log(await (await fetch('http://127.0.0.1:${port}/metrics')).text());
      await exporter.shutdown();`;
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'recipe.mts'), recipe + tail);
    const tsx = join(root, 'node_modules/tsx/dist/cli.mjs');
    const { stdout } = await promisify(execFile)(process.execPath, [tsx, join(folder, 'recipe.mts')]);
    scrape = stdout;
  }, 30_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const lines = () => scrape.split('\n').filter((line) => line.startsWith('axios_resilience_'));

  test('shows each call, and a circuit that is open', () => {
    const counted = lines().filter((line) => /^axios_resilience_calls_total\{.*resilience_retried="true"/.test(line));
    expect(counted.find((line) => line.includes('resilience_ended="success"'))).toMatch(
      /^axios_resilience_calls_total\{http_request_method="GET",server_address="127\.0\.0\.1",server_port="\d+",resilience_scope="http:\/\/127\.0\.0\.1:\d+",.*http_response_status_code="200".*\} 1$/,
    );
    expect(lines().filter((line) => /^axios_resilience_circuit_state\{.*state="open".*\} 1$/.test(line))).toHaveLength(
      1,
    );
    expect(lines().filter((line) => /^axios_resilience_retry_delay_bucket\{.*le="0.005"/.test(line)).length).toBe(3);
  });

  test('has every metric of the table, and no other', () => {
    const expected = documented.map(({ name, instrument }) => {
      const flat = name.replaceAll('.', '_');
      return instrument === 'counter' ? `${flat}_total` : flat;
    });
    const types = [...scrape.matchAll(/^# TYPE (axios_resilience_\w+) /gm)].map(([, name]) => name);
    expect(types.sort()).toEqual(expected.sort());
    expect(types).toHaveLength(15);
  });

  test.each(alerts)('$name is PromQL, of metrics, labels and values that are there', ({ expr }) => {
    const { errors, names, labels, values } = parse(expr);
    expect(errors).toEqual([]);
    expect(names.length).toBeGreaterThan(0);
    expect(labels.length).toBeGreaterThan(0);
    const literal = values.filter((value) => !value.includes('|')).map((value) => `=${value}`);
    for (const part of [...names.map((name) => `${name}{`), ...labels.map((label) => `${label}="`), ...literal])
      expect([part, lines().some((line) => line.includes(part))]).toEqual([part, true]);
  });

  test('its alerts are all looked at, and what is no PromQL is told from it', () => {
    expect(alerts).toHaveLength(blockWith('yaml', 'alert:').match(/- alert:/g)?.length ?? 0);
    expect(alerts.length).toBeGreaterThan(5);
    expect(parse('sum by (a) (rate(b[5m])) > 0').errors).toEqual([]);
    expect(parse('sum by (a) (rate(b[5m) > 0').errors).not.toEqual([]);
  });
});
