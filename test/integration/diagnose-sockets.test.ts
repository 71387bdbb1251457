import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import axios, { AxiosError, type AxiosRequestConfig } from 'axios';
import { attachResilience, type Diagnosis, diagnose } from 'axios-resilience';
import { ownEnvironment } from '../helpers/environment.js';
import { deadPort, flakyServer } from '../helpers/flaky-server.js';
import { rejection } from '../helpers/settled.js';

ownEnvironment();

let folder: string;
let server: net.Server | undefined;
const path = (name: string) => join(folder, name);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sockets-'));
});
afterEach(async () => {
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
  server = undefined;
  rmSync(folder, { recursive: true });
});

const listening = (at: net.Server, socketPath: string) => {
  server = at;
  return new Promise<void>((resolve) => at.listen(socketPath, resolve));
};

const failed = (socketPath: string, config: AxiosRequestConfig = {}) =>
  rejection(axios.get('http://docker/v1/info', { socketPath, adapter: 'http', ...config }));

/** Nothing of what is asked of hosts and ports helps with a file. */
function ofFiles(found: Diagnosis, socketPath: string): Diagnosis {
  expect(`${found.summary} ${found.advice.join('\n')}`).not.toMatch(
    /nc -vz|ip route|getent|HOST|PORT|0\.0\.0\.0|::1|MTU|firewall|proxy/,
  );
  expect(found.summary).toContain(socketPath);
  return found;
}

/** As somebody who is not allowed everything. */
async function asNobody<T>(what: () => Promise<T>): Promise<T> {
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(65_534);
  try {
    return await what();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}

describe('a Unix socket', () => {
  test('that is not there, or whose folder is none', async () => {
    writeFileSync(path('file'), '');
    for (const name of ['none.sock', 'file/none.sock']) {
      const found = ofFiles(diagnose(await failed(path(name))), path(name));
      expect(found).toMatchObject({ cause: 'connection-refused', transient: true });
      expect(found.advice[0]).toMatch(/^There is no such socket: .*`socketPath`/);
      expect(found.advice[0]).toContain(`ls -l ${path(name)}`);
    }
  });

  test('that nobody listens on any more', async () => {
    const script = `require('net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`;
    expect(() => execFileSync(process.execPath, ['-e', script, path('dead.sock')])).toThrow();
    const found = ofFiles(diagnose(await failed(path('dead.sock'))), path('dead.sock'));
    expect(found).toMatchObject({ cause: 'connection-refused', transient: true });
    expect(found.advice.join('\n')).toContain(`ls -l ${path('dead.sock')}`);
    expect(found.advice.join('\n')).toContain(`curl -v --unix-socket ${path('dead.sock')} http://localhost/v1/info`);
  });

  test('that this user may not connect to: it does not pass by itself', async () => {
    await listening(net.createServer(), path('own.sock'));
    chmodSync(path('own.sock'), 0o600);
    const error = await asNobody(() => failed(path('own.sock')));
    for (const given of [error, new Error(`Cannot list: ${error.message}`)]) {
      const found = ofFiles(diagnose(given), path('own.sock'));
      expect(found).toMatchObject({ cause: 'unreachable', transient: false });
      expect(found.summary).toMatch(/^This process may not connect to .*connect EACCES /);
      expect(found.advice[0]).toContain(`ls -l ${path('own.sock')}, id`);
    }
  });

  test('whose server is too busy to accept', async () => {
    server = net.createServer();
    await new Promise<void>((resolve) => server?.listen({ path: path('busy.sock'), backlog: 1 }, resolve));
    // Linux has room for one more than that, and the server accepts none before this turn is over.
    const first = [0, 1].map(() => net.connect(path('busy.sock')));
    const error = await failed(path('busy.sock'));
    for (const socket of first) socket.destroy();
    for (const given of [error, new Error(`Cannot list: ${error.message}`)]) {
      const found = ofFiles(diagnose(given), path('busy.sock'));
      expect(found).toMatchObject({ cause: 'connect-timeout', transient: true });
      expect(found.summary).toMatch(/^The queue of connections to \S+ is full \(.*connect EAGAIN /);
      expect(found.advice[0]).toBe('The server may be too busy to accept, or stopped: ss -xlp');
    }
  });

  test('whose server hangs, hangs up or answers badly', async () => {
    const steps: http.RequestListener[] = [
      () => {},
      (req) => req.socket.destroy(),
      (_req, res) => res.writeHead(503).end(),
    ];
    const at = http.createServer((req, res) => steps.shift()?.(req, res));
    await listening(at, path('api.sock'));
    process.env.HTTPS_PROXY = 'http://127.0.0.1:9';
    const causes = ['read-timeout', 'reset', 'server-error'];
    for (const cause of causes) {
      const timeout = cause === 'read-timeout' ? 150 : 5_000;
      const found = ofFiles(diagnose(await failed(path('api.sock'), { timeout })), path('api.sock'));
      expect(found.cause).toBe(cause);
      expect(found.advice.join('\n')).toContain(`curl -v --unix-socket ${path('api.sock')} http://localhost/v1/info`);
    }
    at.closeAllConnections();
  });

  test('of an agent is told from the host of the URL', async () => {
    const httpAgent = new http.Agent();
    Object.assign(httpAgent, { createConnection: () => net.connect(path('none.sock')) });
    const error = await rejection(axios.get('http://docker/v1/info', { httpAgent, adapter: 'http', proxy: false }));
    const found = ofFiles(diagnose(error), path('none.sock'));
    expect(found.cause).toBe('connection-refused');
    expect(found.advice[0]).toContain(`ls -l ${path('none.sock')}`);
  });

  test('that fetch, which knows none, did not go to: what it did go to is told', async () => {
    const port = await deadPort();
    const url = `http://127.0.0.1:${port}/v1/info`;
    const unheeded = { socketPath: path('none.sock'), adapter: 'fetch' };
    const refused = await rejection(axios.get(url, unheeded));
    const cause = Object.assign(new Error('x'), {
      code: 'ECONNREFUSED',
      syscall: 'connect',
      address: '127.0.0.1',
      port,
    });
    const byFunction = Object.assign(new AxiosError('x', 'x', { ...unheeded, url, adapter: () => {} } as never), {
      cause,
    });
    for (const error of [refused, byFunction]) {
      const { summary, advice } = diagnose(error);
      expect(summary).toContain(`Nothing accepts connections at 127.0.0.1:${port} (`);
      expect(advice[0]).toMatch(/^fetch knows no Unix sockets, and goes to the host of the URL: /);
      expect(advice[1]).toContain(`nc -vz 127.0.0.1 ${port}`);
      expect(advice.join('\n')).not.toContain('none.sock');
    }
    const other = await flakyServer(404, 'hang', 'hang');
    const elsewhere = await rejection(axios.get(other.url, unheeded));
    expect(diagnose(elsewhere).summary).toBe(`127.0.0.1:${other.port} answered 404 to GET ${other.url}/.`);
    const api = axios.create(unheeded);
    attachResilience(api, { retry: false });
    for (const resilience of [{ attemptTimeout: 50 }, { deadline: 50 }]) {
      const { summary, advice } = diagnose(await rejection(api.get(other.url, { resilience })));
      expect(summary).toContain(` GET ${other.url}/ `);
      expect(advice.filter((line) => line.startsWith('fetch knows'))).toHaveLength(1);
    }
    await other.close();
  });

  test('that the http adapter did go to is told, whatever else could not be reached', async () => {
    const port = await deadPort();
    await listening(
      net.createServer((socket) => socket.resume()),
      path('up.sock'),
    );
    const data = new Readable({ read() {} });
    net.connect(port, '127.0.0.1').on('error', (error) => data.destroy(error));
    const { summary, advice } = diagnose(await failed(path('up.sock'), { data }));
    expect(summary).toMatch(/^The body of GET \/v1\/info broke off on this side/);
    expect(advice.join('\n')).not.toContain('fetch');
  });

  test('whose path a shell would take for its own is in no command', async () => {
    const { advice } = diagnose(await failed(path('$(reboot).sock')));
    expect(advice.join('\n')).not.toContain('reboot');
    expect(advice.join('\n')).toContain('ls -l PATH');
  });
});
