import { readFileSync } from 'node:fs';
import { expect } from '@jest/globals';
import type { Hit, Step } from '../helpers/flaky-server.js';

/** What a program of the docs meets with, and what it must have sent; what it prints stands on its page. */
interface Program {
  readonly server: readonly Step[];
  /** `GET /users`, in the order in which they came. */
  readonly sends: readonly string[];
  check?(hits: readonly Hit[]): void;
}

/** Knows one good token and hands it out; takes orders; its `/me` fails the first time. */
function guarded(): Step {
  let asked = 0;
  return ({ url, headers }, res) => {
    if (url === '/token') res.setHeader('Content-Type', 'application/json').end('{"token":"new"}');
    else if (headers.authorization !== 'Bearer new') res.writeHead(401).end();
    else if (url === '/me') res.writeHead(++asked === 1 ? 503 : 200).end();
    else res.writeHead(201).end();
  };
}

const keysOf = (hits: readonly Hit[]) => hits.map(({ headers }) => headers['idempotency-key']);

export const PROGRAMS: Readonly<Record<string, Program>> = {
  'README.md: axios-resilience': {
    server: [503, 200],
    sends: ['GET /users', 'GET /users', 'POST /orders', 'GET /health'],
  },
  'README.md: axios-resilience 2': { server: [], sends: [] },
  'logging.md: pino': { server: [503, 200], sends: Array(2).fill('GET /users?token=secret') },
  'logging.md: winston': { server: [503, 200], sends: Array(2).fill('GET /users') },
  'logging.md: NestJS': { server: [503, 200], sends: Array(2).fill('GET /users') },
  'logging.md: console': { server: [503, 200], sends: Array(2).fill('GET /users') },
  'recipes.md: Auth refresh': {
    server: [guarded()],
    sends: ['POST /orders', 'POST /orders', 'POST /token', 'POST /orders', 'POST /orders', 'GET /me', 'GET /me'],
  },
  'recipes.md: Retry-After': {
    server: [
      { status: 429, headers: { 'retry-after': '1' } },
      200,
      { status: 503, headers: { 'retry-after': '3600' } },
    ],
    sends: Array(3).fill('GET /orders'),
    check: ([first, second]) => expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(1_000),
  },
  'recipes.md: Timeouts': {
    server: ['hang', 200, { delay: 800 }, 'hang'],
    sends: ['GET /users', 'GET /users', 'GET /report', 'GET /stuck', 'GET /stuck'],
  },
  'recipes.md: POST with an idempotency key': {
    server: [503, 201, 503, 201, 503],
    sends: [...Array(4).fill('POST /orders'), 'POST /mails'],
    check: (hits) => {
      const [first, second, ...others] = keysOf(hits);
      expect(first).toMatch(/^[0-9a-f-]{36}$/);
      expect([second, ...others]).toEqual([first, 'order-8', 'order-8', undefined]);
    },
  },
  'recipes.md: Uploads': {
    server: [503, 503, 201],
    sends: ['PUT /once', 'PUT /anew', 'PUT /anew'],
    check: (hits) => expect(hits.map(({ body }) => body)).toEqual(Array(3).fill(readFileSync('package.json', 'utf8'))),
  },
  'recipes.md: Downloads': {
    server: [503, { body: 'x'.repeat(100_000) }],
    sends: Array(2).fill('GET /export.csv'),
  },
};
