import dns from 'node:dns';
import { readFileSync } from 'node:fs';
import https from 'node:https';
import { join } from 'node:path';
import tls from 'node:tls';
import { afterEach, expect, jest, test } from '@jest/globals';
import { EXIT } from '../../src/cli/conclusion.js';
import { certificateAuthority } from '../helpers/certificates.js';
import { command, diagnosis } from '../helpers/command.js';
import { ownEnvironment } from '../helpers/environment.js';
import { flakyServer } from '../helpers/flaky-server.js';
import { ownServers } from '../helpers/own-servers.js';

const page = readFileSync(join(__dirname, '../../docs/diagnose-cli.md'), 'utf8');
/** The first column of the table under a heading. */
const rows = (heading: string) => {
  const section = page.split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  return [...section.matchAll(/^\| `([^`]+)` \|(.*)\|$/gm)].map(([, name = '', rest = '']) => ({ name, rest }));
};
ownEnvironment();
const { listening } = ownServers();

afterEach(() => {
  jest.restoreAllMocks();
});

test('the sample output is what is printed', async () => {
  const authority = certificateAuthority();
  const certificate = authority.issue('api.example.com', { from: '20240101000000Z', to: '20250101000000Z' });
  const port = await listening(https.createServer(certificate).on('tlsClientError', () => {}));

  const lookup = (_: string, { family }: { family: number }) =>
    family === 4 ? Promise.resolve([{ address: '127.0.0.1', family }]) : Promise.reject({ code: 'ENOTFOUND' });
  jest.spyOn(dns.promises, 'lookup').mockImplementation(lookup as never);
  const connect = tls.connect as (options: tls.ConnectionOptions) => tls.TLSSocket;
  jest
    .spyOn(tls, 'connect')
    .mockImplementation(((options: tls.ConnectionOptions) => connect({ ...options, ca: authority.ca })) as never);

  const { code, out } = await command(['diagnose', `https://api.example.com:${port}/users?key=abc123`]);
  authority.close();
  const measured = (text: string) => text.replace(/\d+(?= (ms|days)\b)/g, 'N').trim();
  const elsewhere = out
    .replaceAll(`${port}`, '8443')
    .replaceAll('127.0.0.1', '203.0.113.7')
    .replaceAll('Test CA', 'Example CA');
  expect(code).toBe(2);
  expect(measured(page.match(/^\$ npx .*\n\n([\s\S]*?)^```$/m)?.[1] ?? '')).toBe(measured(elsewhere));
});

test('every exit code is in the table', () => {
  expect(rows('Exit codes').map(({ name }) => Number(name))).toEqual(Object.values(EXIT));
});

test('every field of the document is in the table, and every fact', async () => {
  const server = await flakyServer({ status: 302, headers: { location: '/elsewhere' } });
  const { steps, text } = await diagnosis(server.url.replace('127.0.0.1', 'localhost'));
  await server.close();
  const { steps: list, ...fields } = JSON.parse(text);
  expect(rows('JSON').map(({ name }) => name)).toEqual([
    ...Object.keys(fields),
    'steps',
    ...Object.keys(list[0]).map((key) => `steps[].${key}`),
  ]);
  const facts = Object.fromEntries(rows('Facts').map(({ name, rest }) => [name, rest]));
  for (const [name, step] of Object.entries(steps)) {
    for (const fact of Object.keys(step.facts)) expect(facts[name]).toContain(`\`${fact}\``);
  }
});
