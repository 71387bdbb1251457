import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import axios, { type AxiosInstance } from 'axios';
import { attachResilience } from 'axios-resilience';
import { type FlakyServer, flakyServer } from '../../helpers/flaky-server.js';

const NOW = { backoff: () => 0 };

describe.each(['http', 'fetch'] as const)('requests and answers through the %s adapter', (adapter) => {
  let server: FlakyServer;
  let plain: AxiosInstance;
  let api: AxiosInstance;

  beforeEach(async () => {
    server = await flakyServer();
    plain = axios.create({ baseURL: `${server.url}/v1`, adapter, proxy: false });
    api = axios.create({ baseURL: `${server.url}/v1`, adapter, proxy: false });
    attachResilience(api, { retry: NOW });
  });
  afterEach(() => server.close());

  test('baseURL, params and auth are on every attempt as they would be on one', async () => {
    server.script(503, 503, 200, 200);
    const request = { params: { q: 'a b', list: [1, 2] }, auth: { username: 'u', password: 'p' } };
    await api.get('/x', request);
    await plain.get('/x', request);
    const lines = server.hits.map(({ url, headers }) => `${url} ${headers.authorization}`);
    expect(lines).toHaveLength(4);
    expect(new Set(lines)).toEqual(new Set([lines[3]]));
    expect(lines[0]).toMatch(/^\/v1\/x\?q=a\+b&list.* Basic dTpw$/);
  });

  test('responseType and transformResponse give after retries what they give without', async () => {
    const body = '{"a":[1,2]}';
    const read = async (instance: AxiosInstance): Promise<unknown[]> => {
      const seen: unknown[] = [];
      for (const request of [
        {},
        { responseType: 'text' },
        { responseType: 'arraybuffer' },
        { transformResponse: (data: unknown) => `<${data}>` },
      ] as const) {
        server.script(...(instance === api ? [503, 503] : []), { status: 200, body });
        const { data } = await instance.get('/x', request);
        seen.push(typeof data === 'string' ? data : Buffer.isBuffer(data) ? data.toString() : data);
      }
      return seen.map((data) => (data instanceof ArrayBuffer ? Buffer.from(data).toString() : data));
    };
    const withRetries = await read(api);
    expect(withRetries).toEqual(await read(plain));
    expect(withRetries[2]).toBe(body);
    expect(withRetries[3]).toBe(`<${body}>`);
    expect(server.hits).toHaveLength(16);
  });

  test('a stream after retries is the one of the last answer, from its first byte', async () => {
    server.script(503, 503, { status: 200, body: 'whole' });
    const { data } = await api.get('/x', { responseType: 'stream' });
    let text = '';
    for await (const chunk of data instanceof Readable ? data : Readable.fromWeb(data)) text += chunk.toString();
    expect(Buffer.from(text.includes(',') ? text.split(',').map(Number) : Buffer.from(text)).toString()).toBe('whole');
    expect(server.hits).toHaveLength(3);
  });
});
