import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { build } from 'esbuild';
import { showsColours } from '../../src/cli/terminal.js';
import { certificateAuthority } from '../helpers/certificates.js';
import { type FlakyServer, flakyServer } from '../helpers/flaky-server.js';
import { ownServers } from '../helpers/own-servers.js';
import { root } from '../helpers/pages.js';

const program = join(root, 'node_modules/.cache/cli-test/cli.cjs');
const { listening } = ownServers();

test('colours are for terminals that can show them, and for readers who want them', () => {
  expect(showsColours(true, {})).toBe(true);
  expect(showsColours(true, { NO_COLOR: '' })).toBe(true);
  expect(showsColours(true, { NO_COLOR: '1' })).toBe(false);
  expect(showsColours(true, { TERM: 'dumb' })).toBe(false);
  expect(showsColours(false, {})).toBe(false);
});

// What only a process has: streams that close, signals, an exit code.
describe('as a process', () => {
  let server: FlakyServer;
  const children = new Set<ChildProcess>();

  beforeAll(async () => {
    server = await flakyServer();
    await build({
      entryPoints: [join(root, 'src/cli.ts')],
      outfile: program,
      bundle: true,
      platform: 'node',
      external: ['axios'],
    });
  });
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    await server.close();
  });

  function start(args: string[], stdout: 'pipe' | number = 'pipe', env: NodeJS.ProcessEnv = {}) {
    const child = spawn(process.execPath, [program, ...args], {
      stdio: ['ignore', stdout, 'pipe'],
      env: { PATH: process.env.PATH, NO_PROXY: '*', ...env },
    });
    children.add(child);
    const told = { out: '', err: '' };
    child.stdout?.on('data', (text) => {
      told.out += text;
    });
    child.stderr?.on('data', (text) => {
      told.err += text;
    });
    const ended = new Promise<{ code: number | null; out: string; err: string }>((resolve) =>
      child.once('close', (code) => resolve({ code, ...told })),
    );
    return { child, told, ended };
  }

  test('a pipe gets no colours, and the exit code is that of the diagnosis', async () => {
    server.script(503);
    const [text, json, version, usage] = await Promise.all([
      start(['diagnose', server.url]).ended,
      start(['diagnose', server.url, '--json']).ended,
      start(['--version']).ended,
      start(['diagnose']).ended,
    ]);
    expect(text).toMatchObject({ code: 1, err: '' });
    expect(text.out).toContain('server-error: ');
    expect(text.out).not.toContain('\u001B');
    expect(JSON.parse(json.out)).toMatchObject({ format: 1, exitCode: 1 });
    expect(version).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
    expect(usage).toMatchObject({ code: 64, out: '' });
  });

  test('each step is told when it ends; Ctrl-C ends it with 130', async () => {
    server.script('hang');
    const { child, told, ended } = start(['diagnose', server.url]);
    while (!told.out.includes('ok       tcp')) await new Promise((resolve) => child.stdout?.once('data', resolve));
    child.kill('SIGINT');
    expect(await ended).toMatchObject({ code: 130, err: '' });
    expect(told.out).not.toContain('http   ');
  });

  test('a reader that has gone away ends it without a word', async () => {
    server.script((_req, res) => void setTimeout(() => res.end('late'), 100));
    const { child, ended } = start(['diagnose', server.url]);
    child.stdout?.once('data', () => child.stdout?.destroy());
    expect(await ended).toMatchObject({ code: 74, err: '' });
  });

  test('an error that nothing has caught ends it with 70, and without its message', async () => {
    server.script('hang');
    const broken = 'data:text/javascript,setTimeout(()=>{throw(new(TypeError)(`hunter22`))},100)';
    const { code, err } = await start(['diagnose', server.url], 'pipe', { NODE_OPTIONS: `--import ${broken}` }).ended;
    expect({ code, err }).toEqual({
      code: 70,
      err: 'axios-resilience: an error of its own, which should be reported: TypeError\n',
    });
  });

  test('certificates: extra ones that Node was told to trust count, and verification cannot be switched off', async () => {
    const authority = certificateAuthority();
    const file = join(mkdtempSync(join(tmpdir(), 'cli-')), 'ca.pem');
    writeFileSync(file, authority.ca);
    const seen: unknown[] = [];
    const tls = https.createServer(authority.issue('localhost'), (req, res) => {
      seen.push(req.headers.authorization);
      res.end('{}');
    });
    tls.on('tlsClientError', () => {});
    const url = `https://localhost:${await listening(tls)}/`;
    const args = ['diagnose', url, '--json', '--header', 'Authorization: Bearer hunter22'];
    const [off, extra] = await Promise.all([
      start(args, 'pipe', { NODE_TLS_REJECT_UNAUTHORIZED: '0' }).ended,
      start(args, 'pipe', { NODE_EXTRA_CA_CERTS: file }).ended,
    ]);
    authority.close();
    rmSync(dirname(file), { recursive: true });
    expect(off.code).toBe(2);
    expect(JSON.parse(off.out)).toMatchObject({
      cause: 'tls-certificate',
      notes: [expect.stringContaining('NODE_TLS_REJECT_UNAUTHORIZED=0 is set')],
    });
    expect({ code: extra.code, err: extra.err }).toEqual({ code: 0, err: '' });
    expect(extra.out).toContain(`trusted as well: NODE_EXTRA_CA_CERTS=${file}`);
    expect(seen).toEqual(['Bearer hunter22']);
  });

  test.each([[[]], [['--json']]])('a full disk ends it with 74: %j', async (args) => {
    server.script(200);
    const { code, err } = await start(['diagnose', server.url, ...args], openSync('/dev/full', 'w')).ended;
    expect({ code, err }).toEqual({ code: 74, err: 'axios-resilience: the output cannot be written: ENOSPC\n' });
  });

  test('so does a reader that has gone before the one document is written, without a word', async () => {
    server.script((_req, res) => void setTimeout(() => res.end('late'), 100));
    const { child, ended } = start(['diagnose', server.url, '--json']);
    child.stdout?.destroy();
    expect(await ended).toMatchObject({ code: 74, err: '' });
  });
});
