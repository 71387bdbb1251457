import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { type CertificateAuthority, certificateAuthority } from '../helpers/certificates.js';
import { type FlakyServer, flakyServer, requestsIn } from '../helpers/flaky-server.js';
import { type ForwardProxy, forwardProxy } from '../helpers/forward-proxy.js';
import { type HttpsServer, httpsServer } from '../helpers/https-server.js';
import { parts, recipe } from '../helpers/recipe.js';
import { eventually } from '../helpers/settled.js';

let server: FlakyServer;
let authority: CertificateAuthority;
let folder: string;
/** Where the authority's certificate is. */
let trusted: string;
const open: { close(): Promise<void> }[] = [];

beforeAll(() => {
  authority = certificateAuthority();
  folder = mkdtempSync(join(tmpdir(), 'recipes-'));
  trusted = join(folder, 'company.pem');
  writeFileSync(trusted, authority.ca);
});
afterAll(() => {
  authority.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  server = await flakyServer();
  open.push(server);
});
afterEach(async () => {
  for (const it of open.splice(0)) await it.close();
});

async function secure(...statuses: [number, ...number[]]): Promise<HttpsServer> {
  const it = await httpsServer(authority.issue('localhost'), ...statuses);
  open.push(it);
  return it;
}

async function proxy(): Promise<ForwardProxy> {
  const it = await forwardProxy();
  open.push(it);
  return it;
}

const API = () => `
  import axios from 'axios';
  import { attachResilience, diagnose, reportOf } from 'axios-resilience';
  const api = axios.create({ baseURL: '${server.url}' });
`;

const sent = () => requestsIn(server.hits);

const RECIPES: Record<string, () => Promise<void>> = {
  'POST with an idempotency key 2': async () => {
    server.script({ status: 429 }, 201, 503, 'reset');
    const shown = await recipe('POST with an idempotency key 2', {
      given: `${API()} attachResilience(api, { hooks: { onEnd: ({ report }) => show([report.ended, report.attempts.length]) } });`,
      after: 'for (let n = 0; n < 2; n++) await api.post("/orders", {}, onlyRefused).catch(() => {});',
    });
    expect(shown).toEqual([
      ['success', 2],
      ['not-retryable', 1],
      ['max-retries', 1],
    ]);
    expect(sent()).toEqual(Array(4).fill('POST /orders'));
  },

  'Uploads 2': async () => {
    server.script(503, 201);
    const shown = await recipe('Uploads 2', {
      given: `${API()} attachResilience(api, { hooks: { onEnd: ({ report }) => show(report.attempts.map(({ status }) => status)) } });`,
      where: { "openAsBlob('video.mp4')": "openAsBlob('LICENSE')" },
    });
    expect([shown, sent()]).toEqual([[[503, 201]], Array(2).fill('PUT /videos/7')]);
    const file = readFileSync('LICENSE', 'utf8');
    expect(server.hits.map(({ body }) => body.split(file).length)).toEqual([2, 2]);
  },

  'An answer that means "try again"': async () => {
    const busy = { body: { errors: [{ extensions: { code: 'BUSY' } }] } };
    server.script(202, busy, { body: { data: 1 } }, 202);
    const shown = await recipe('An answer that means "try again"', {
      given: API(),
      after: `
        for (let n = 0; n < 2; n++) {
          const response = await api.get('/job');
          show([response.status, reportOf(response)?.ended, reportOf(response)?.attempts.length]);
        }`,
    });
    expect(shown).toEqual([
      [200, 'success', 3],
      [202, 'max-retries', 4],
    ]);
    expect(server.hits).toHaveLength(7);
  },

  'A limit for each key or tenant': async () => {
    server.script(({ headers }, res) => {
      if (headers['x-tenant'] === 'a') res.writeHead(429, { 'Retry-After': '3600' }).end();
      else res.end();
    });
    const shown = await recipe('A limit for each key or tenant', {
      given: API(),
      after: `
        for (const tenant of ['a', 'a', 'b', undefined]) {
          const headers = tenant ? { 'X-Tenant': tenant } : {};
          show(await api.get('/', { headers }).then(({ status }) => status, (error) => [error.code, error.scope]));
        }`,
    });
    expect(shown).toEqual([['ERR_BAD_REQUEST', null], ['ERR_COOLING_DOWN', 'tenant a'], 200, 200]);
    expect(server.hits.map(({ headers }) => headers['x-tenant'])).toEqual(['a', 'b', undefined]);
  },

  'Keep-alive and pools': async () => {
    // All are answered together once there are as many as may be, and a little later, so that one too many would be seen.
    const atOnce: number[] = [];
    const waiting: ServerResponse[] = [];
    const answerAll = () => {
      atOnce.push(waiting.length);
      for (const res of waiting.splice(0)) res.end();
    };
    server.script((_req, res, hit) => {
      if (waiting.push(res) === 50 || hit === 120) setTimeout(answerAll, 50);
    });
    const shown = await recipe('Keep-alive and pools', {
      after: `
        const calls = Array.from({ length: 120 }, () => api.get('${server.url}'));
        const reports = (await Promise.all(calls)).map(kit.reportOf);
        show(reports.filter(({ queuedMs }) => queuedMs > 0).length);`,
    });
    expect([shown, atOnce]).toEqual([[70], [50, 50, 20]]);
    await eventually(() => server.openSockets === 0);
  },

  Proxies: async () => {
    const target = await secure(503, 200);
    const way = await proxy();
    const shown = await recipe('Proxies', {
      where: { 'http://proxy.example.com:3128': way.url, 'https://api.example.com': target.url },
      env: { NODE_EXTRA_CA_CERTS: trusted },
      after: `
        const hooks = { onEnd: ({ scope, report }) => show([scope, report.attempts.map(({ status }) => status)]) };
        await api.get('/users', { resilience: { hooks } });`,
    });
    expect([shown, target.hits]).toEqual([[[target.url, [503, 200]]], Array(2).fill('GET /users')]);
    expect(way.asked).toEqual(Array(2).fill(`CONNECT ${target.url.slice('https://'.length)}`));
    await eventually(() => way.openSockets === 0);
  },

  'A CA of your own': async () => {
    const target = await secure(503, 200);
    const shown = await recipe('A CA of your own', {
      where: { '/etc/ssl/company.pem': trusted },
      after: `
        show(kit.reportOf(await api.get('${target.url}'))?.attempts.map(({ status }) => status));
        const plain = axios.create();
        attachResilience(plain);
        const error = await plain.get('${target.url}').catch((error) => error);
        show([kit.reportOf(error)?.ended, kit.reportOf(error)?.attempts.length, kit.diagnose(error).cause]);`,
    });
    expect(shown).toEqual([
      [503, 200],
      ['not-retryable', 1, 'tls-certificate'],
    ]);
    expect([target.hits.length, target.connections]).toEqual([2, 1]);
  },

  'Another host': async () => {
    const backup = await flakyServer(200);
    open.push(backup);
    server.script(503);
    const shown = await recipe('Another host', {
      given: API(),
      where: { 'https://backup.example.com': backup.url },
      after: `
        const response = await api.get('/users', { headers: { Authorization: 'Bearer secret' } });
        show(reportOf(response)?.attempts.map(({ status }) => status));`,
    });
    expect(shown).toEqual([[503, 503, 200]]);
    expect(server.hits.map(({ headers }) => headers.authorization)).toEqual(Array(2).fill('Bearer secret'));
    expect(backup.hits.map(({ url, headers }) => [url, headers.authorization])).toEqual([['/users', undefined]]);
  },

  NestJS: async () => {
    server.script(503, 200, 200);
    const shown = await recipe('NestJS', {
      given: "import 'reflect-metadata';",
      after: `
        import { HttpModule } from '@nestjs/axios';
        import { NestFactory } from '@nestjs/core';
        const users = {
          module: class Users {},
          imports: [HttpModule.register({ baseURL: '${server.url}' })],
          providers: [resilienceProvider],
        };
        for (const application of ['first', 'second']) {
          const app = await NestFactory.createApplicationContext(users, { logger: false });
          show((await app.get(HttpService).axiosRef.get(application)).status);
          const { calls, attempts } = app.get(RESILIENCE).stats();
          show([calls, attempts]);
          await app.close();
        }`,
    });
    expect(shown).toEqual([200, [1, 2], 200, [1, 1]]);
    expect(sent()).toEqual(['GET /first', 'GET /first', 'GET /second']);
  },

  Serverless: async () => {
    server.script(503, { body: { id: 7 } }, { body: { id: 8 } }, 'hang');
    const shown = await recipe('Serverless', {
      where: { 'https://api.example.com': server.url, 'logger: console': 'logger: false' },
      after: `
        const left = (ms: number) => ({ getRemainingTimeInMillis: () => ms });
        show(await handler({ id: '7' }, left(10_000)));
        show(await handler({ id: '8' }, left(10_000)));
        const error = await handler({ id: '9' }, left(700)).catch((error) => error);
        show([error.code, error.deadline]);
        show(process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout'));`,
    });
    expect(shown).toEqual([{ id: 7 }, { id: 8 }, ['ERR_DEADLINE_EXCEEDED', 200], []]);
    expect(sent()).toEqual(['GET /users/7', 'GET /users/7', 'GET /users/8', 'GET /users/9']);
    await eventually(() => server.openSockets === 0);
  },

  'Worker threads and clusters': async () => {
    server.script(503, { body: { id: 7 } }, 404);
    const shown = await recipe('Worker threads and clusters', {
      given: `${API()} attachResilience(api);`,
      after: `
        import { once } from 'node:events';
        import { isMainThread, Worker } from 'node:worker_threads';
        if (isMainThread) {
          const worker = new Worker(new URL(import.meta.url));
          for (const id of ['7', '8']) {
            worker.postMessage(id);
            const [{ data, report, diagnosis }] = await once(worker, 'message');
            show([data, report.ended, report.attempts.map(({ status }) => status), diagnosis?.cause]);
          }
          await worker.terminate();
        }`,
    });
    expect(shown).toEqual([
      [{ id: 7 }, 'success', [503, 200], null],
      [null, 'not-retryable', [404], 'client-error'],
    ]);
    expect(sent()).toEqual(['GET /users/7', 'GET /users/7', 'GET /users/8']);
  },
};

test('each recipe is run', () => {
  expect(
    Object.keys(RECIPES)
      .map((name) => `recipes.md: ${name}`)
      .sort(),
  ).toEqual(parts.map(({ name }) => name).sort());
});

test.each(Object.entries(RECIPES))('%s does what the page says', (_name, check) => check(), 30_000);

test("axios's own proxy option and HTTP_PROXY have retries too, each attempt in absolute form", async () => {
  server.script(503, 200, 503, 200);
  const way = await proxy();
  const { hostname, port } = new URL(way.url);
  const shown = await recipe('Proxies', {
    env: { HTTP_PROXY: way.url },
    after: `
      const plain = axios.create({ baseURL: '${server.url}' });
      attachResilience(plain);
      for (const proxy of [{ host: '${hostname}', port: ${port} }, undefined])
        show(kit.reportOf(await plain.get('/users', { proxy }))?.attempts.map(({ status }) => status));`,
  });
  expect(shown).toEqual(Array(2).fill([503, 200]));
  expect(way.asked).toEqual(Array(4).fill(`GET ${server.url}/users`));
  expect(sent()).toEqual(Array(4).fill('GET /users'));
});
