import { afterEach, beforeEach, expect, test } from '@jest/globals';
import axios from 'axios';
import { attachResilience, reportOf } from 'axios-resilience';
import { type FlakyServer, flakyServer } from '../helpers/flaky-server.js';
import { rejection } from '../helpers/settled.js';

let server: FlakyServer;

beforeEach(async () => {
  server = await flakyServer((_req, res) => void res.writeHead(200, { 'content-length': 100 }).write('half'));
});
afterEach(() => server.close());

/** Keeps the thread from everything else, as other work would. */
function busyFor(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

test('axios’s timeout in mid-body is a timeout, also if it is longer than attemptTimeout and the thread is busy in between', async () => {
  const api = axios.create({ baseURL: server.url, adapter: 'http', proxy: false });
  attachResilience(api, { retry: false, attemptTimeout: 40 });
  await rejection(api.get('/', { timeout: 1 }));
  const call = rejection(api.get('/', { timeout: 80 }));
  setTimeout(busyFor, 38, 15);
  const error = await call;
  expect([error.code, reportOf(error)?.attempts[0]?.failure]).toEqual(['ECONNABORTED', 'timeout']);
});
