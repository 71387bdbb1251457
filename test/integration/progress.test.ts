import http, { type IncomingMessage } from 'node:http';
import { beforeEach, describe, expect, test } from '@jest/globals';
import axios, { type AxiosInstance, type AxiosProgressEvent } from 'axios';
import { attachResilience, reportOf } from 'axios-resilience';
import { ownServers } from '../helpers/own-servers.js';
import { sleep } from '../helpers/settled.js';

/** More than the buffers of a loopback connection hold. */
const SIZE = 20_000_000;

/** axios tells progress three times a second, and what it has held back then. */
const HELD_BACK_MS = 400;

const { listening } = ownServers();

describe.each(['http', 'fetch'] as const)('progress through the %s adapter', (adapter) => {
  /** What becomes of the first request, of which the server reads no more than a little. */
  let trouble: (req: IncomingMessage) => void;
  let api: AxiosInstance;
  /** Since the last retry began. */
  let loaded: number[];

  beforeEach(async () => {
    loaded = [];
    const server = http.createServer((req, res) => {
      if (req.url === '/') req.once('data', () => trouble(req.pause()));
      else req.resume().on('end', () => res.end('"ok"'));
    });
    const baseURL = `http://127.0.0.1:${await listening(server)}`;
    api = axios.create({ baseURL, adapter, proxy: false, maxRedirects: 0, maxBodyLength: SIZE });
    const beforeRetry = (config: object) => {
      loaded.splice(0);
      Object.assign(config, { url: '/again', timeout: 0 });
    };
    attachResilience(api, { retry: { backoff: () => 0, beforeRetry } });
  });

  test.each<[string, typeof trouble, string, number]>([
    ['was cut off', () => {}, 'timeout', 200],
    ['lost its connection', ({ socket }) => void setTimeout(() => socket.destroy(), 100), 'read', 0],
  ])('of an attempt that %s is not told during the next', async (_name, act, failure, timeout) => {
    trouble = act;
    const onUploadProgress = (event: AxiosProgressEvent) => void loaded.push(event.loaded);
    const response = await api.put('/', Buffer.alloc(SIZE), { onUploadProgress, timeout });
    await sleep(HELD_BACK_MS);
    expect(reportOf(response)?.attempts).toMatchObject([{ failure }, { status: 200 }]);
    expect(loaded).toEqual(loaded.toSorted((a, b) => a - b));
    expect(loaded.at(-1)).toBe(SIZE);
    expect(response.config.onUploadProgress).toBe(onUploadProgress);
  });
});
