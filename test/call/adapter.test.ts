import { describe, expect, jest, test } from '@jest/globals';
import axios, { AxiosHeaders, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios';
import { LightSignal } from '../../src/base/signal.js';
import { adapterInstaller } from '../../src/call/adapter.js';
import { Context } from '../../src/call/context.js';
import type { ResiliencePolicy } from '../../src/policy/types.js';

type Config = InternalAxiosRequestConfig;

/** Headers of another build of axios. */
class ForeignHeaders {
  'X-Caller' = 'a';
  has = () => false;
  toJSON = () => ({ 'X-Caller': 'a' });
}

const POLICY: ResiliencePolicy = { retry: { maxRetries: 1, backoff: () => 0 }, deadline: false };
const context = new Context(axios, POLICY);
const installAdapter = adapterInstaller(context);
const config = (more: Partial<Config> = {}): Config => ({
  url: 'http://api.test/',
  method: 'get',
  headers: new AxiosHeaders(),
  validateStatus: () => true,
  ...more,
});
/** As axios's own dispatch does it. */
const dispatch = (given: Config): Promise<AxiosResponse> =>
  (given.adapter as (given: Config) => Promise<AxiosResponse>)(given);

/** An adapter of the caller's own, and what it was given. */
function custom(status = 200) {
  const seen: { signal: unknown; headers: unknown; adapter: unknown }[] = [];
  const adapter = async (sent: Config): Promise<AxiosResponse> => {
    const { signal, headers } = sent;
    seen.push({ signal, headers, adapter: 'adapter' in sent ? sent.adapter : 'none' });
    return { status, statusText: '', headers: {}, data: '', config: sent };
  };
  return { adapter, seen };
}

describe('an adapter of the caller’s own', () => {
  test.each([[false], [true]])('in a list: %p: has a real signal, and the headers it was given', async (inList) => {
    const { adapter, seen } = custom();
    const headers = new ForeignHeaders() as unknown as Config['headers'];
    const own = installAdapter(config({ adapter: inList ? [adapter] : adapter, headers }));
    await dispatch(own);
    expect(seen).toHaveLength(1);
    expect(seen[0]?.signal).toBeInstanceOf(AbortSignal);
    expect(seen[0]?.headers).toBe(headers);
  });

  test('is wrapped once, however often the config passes', async () => {
    const { adapter, seen } = custom(503);
    await dispatch(installAdapter(installAdapter(config({ adapter }))));
    expect(seen.map((sent) => sent.adapter)).toEqual([adapter, adapter]);
  });

  test.each([[undefined], [false]] as const)(
    'resilience: %p: is called without a this, and leaves no field of ours',
    async (resilience) => {
      const contexts: unknown[] = [];
      const given = config({ ...(resilience === false && { resilience }) });
      const keys = Object.keys(given);
      given.adapter = async function (this: unknown, sent: Config): Promise<AxiosResponse> {
        contexts.push(this);
        return { status: 200, statusText: '', headers: {}, data: '', config: sent };
      };
      const response = await dispatch(installAdapter(given));
      expect(contexts).toEqual([undefined]);
      expect(response.config).toBe(given);
      expect(Object.keys(given)).toEqual([...keys, 'adapter']);
    },
  );

  test('that is the default of axios leaves no field on the config', async () => {
    const { adapter, seen } = custom();
    const before = axios.defaults.adapter;
    axios.defaults.adapter = adapter;
    await dispatch(installAdapter(config())).finally(() => {
      Object.assign(axios.defaults, { adapter: before });
    });
    expect(seen.map((sent) => sent.adapter)).toEqual(['none']);
  });
});

describe('what an interceptor has made of the config', () => {
  test('may be frozen: the adapter is put on a copy', async () => {
    const { adapter, seen } = custom(503);
    const frozen = Object.freeze(config({ adapter }));
    const { status } = await dispatch(installAdapter(frozen));
    expect([status, seen.length, frozen.adapter]).toEqual([503, 2, adapter]);
  });

  test.each([[null], [false]])('may say adapter: %p, which is the default of axios, as without us', async (adapter) => {
    const own = custom();
    const before = axios.defaults.adapter;
    axios.defaults.adapter = own.adapter;
    try {
      const { status } = await dispatch(installAdapter(config({ adapter: adapter as never })));
      expect([status, own.seen.length]).toEqual([200, 1]);
    } finally {
      Object.assign(axios.defaults, { adapter: before });
    }
  });

  test.each([
    [{ 'content-type': 'text/plain' }, 'text/plain'],
    [{}, 'application/json'],
    [undefined, 'application/json'],
  ])('may have plain headers %j, where resilience.body makes the body', async (headers, type) => {
    const types: unknown[] = [];
    const adapter = async (sent: Config): Promise<AxiosResponse> => {
      types.push(sent.headers.get('Content-Type'));
      return { status: types.length === 1 ? 503 : 200, statusText: '', headers: {}, data: '', config: sent };
    };
    const api = axios.create({ adapter });
    api.interceptors.request.use(adapterInstaller(new Context(api, POLICY)));
    api.interceptors.request.use((own) => ({ ...own, headers: headers as unknown as Config['headers'] }));
    await api.put('http://api.test/', undefined, { resilience: { body: () => ({ a: 1 }) } });
    expect(types).toEqual([type, type]);
  });
});

describe('an adapter of axios’s', () => {
  /** What is on the config while it is sent. */
  const look = ({ signal, httpAgent }: Config) => [signal instanceof LightSignal, httpAgent !== undefined];

  test('fetch has a light signal and no agents, and understands headers of another build', async () => {
    const seen: unknown[] = [];
    const fetch = async (request: Request): Promise<Response> => {
      seen.push([...look(own), request.headers.get('X-Caller')]);
      return new Response('ok');
    };
    const headers = new ForeignHeaders() as unknown as Config['headers'];
    const env = { fetch, Request, Response } as never;
    const own: Config = installAdapter(config({ adapter: 'fetch', headers, env }));
    // Older versions of axios do not look for it in `env`.
    const global = jest.spyOn(globalThis, 'fetch').mockImplementation(fetch as never);
    expect((await dispatch(own)).status).toBe(200);
    global.mockRestore();
    expect(seen).toEqual([[true, false, 'a']]);
  });

  test('http has a light signal, and agents that are watched', async () => {
    const seen: unknown[] = [];
    const request = () => {
      seen.push(look(own));
      throw new Error('enough');
    };
    const own: Config = installAdapter(config({ adapter: 'http', transport: { request } as never, proxy: false }));
    await expect(dispatch(own)).rejects.toThrow('enough');
    expect(seen).toEqual([[true, true]]);
  });
});
