import { EventEmitter } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { AxiosHeaders, type InternalAxiosRequestConfig } from 'axios';
import { ConnectionWatch } from '../../src/call/connection.js';
import { ownEnvironment } from '../helpers/environment.js';

type Config = Partial<InternalAxiosRequestConfig>;

class FakeRequest extends EventEmitter {
  res: unknown;

  constructor(readonly reusedSocket = false) {
    super();
  }
}

class FakeSocket extends EventEmitter {
  destroyed = 0;
  destroy(): void {
    this.destroyed++;
  }
}

const socket = (state: object = { connecting: true }) => Object.assign(new FakeSocket(), state);

/** Which Node has, but does not declare. */
const optionsOf = (agent: object) => (agent as { options?: object }).options;

/** As much of an agent as is looked at. */
const fakeAgent = (more: object = {}) => ({ addRequest: () => 'added', ...more });

function watch({ limitMs = 100, fresh = false }: { limitMs?: number; fresh?: boolean } = {}) {
  let timeouts = 0;
  const watched = new ConnectionWatch({ limitMs, fresh }, () => timeouts++);
  const standIn = (config: Config, key: 'httpAgent' | 'httpsAgent' = 'httpAgent') =>
    watched.agent({ headers: new AxiosHeaders(), ...config } as InternalAxiosRequestConfig, key);
  const connect = (request = new FakeRequest(), agent: object = fakeAgent()) => {
    const answer = standIn({ httpAgent: agent })?.addRequest(request as never, { host: 'api.test' });
    return { request, answer };
  };
  return { watched, standIn, connect, timeouts: () => timeouts };
}

ownEnvironment();

describe('the stand-in of an agent', () => {
  test('is on the config until the attempt has ended', () => {
    const httpAgent = new http.Agent();
    const { watched } = watch();
    const config: InternalAxiosRequestConfig = { headers: new AxiosHeaders(), httpAgent };
    watched.standIn(config);
    const { httpAgent: lent, httpsAgent } = config;
    expect([lent === httpAgent, lent?.protocol, httpsAgent?.protocol]).toEqual([false, 'http:', 'https:']);
    watched.end();
    expect([config.httpAgent === httpAgent, Object.keys(config)]).toEqual([true, ['headers', 'httpAgent']]);
  });

  test('leaves a config without agents as it is where there is none to stand in for', () => {
    const config = { headers: new AxiosHeaders(), httpVersion: 2 } as unknown as InternalAxiosRequestConfig;
    const { watched } = watch();
    watched.standIn(config);
    expect(Object.keys(config)).toEqual(['headers', 'httpVersion']);
    watched.end();
    expect(Object.keys(config)).toEqual(['headers', 'httpVersion']);
  });

  test('is one for the agent of the request, or for Node’s own', () => {
    const { standIn } = watch();
    const own: object = new http.Agent();
    expect([standIn({ httpAgent: own }) === own, standIn({ httpAgent: own })?.options]).toEqual([
      false,
      optionsOf(own),
    ]);
    expect(standIn({})?.options).toBe(optionsOf(http.globalAgent));
    expect(standIn({}, 'httpsAgent')?.options).toBe(optionsOf(https.globalAgent));
  });

  test.each<[string, Config]>([
    ['HTTP/2, which has sessions', { httpVersion: 2, httpAgent: fakeAgent() }],
    ['what is no agent', { httpAgent: { request: () => {} } }],
    ['an agent that proxies by itself, where axios has to undo that', { proxy: false, httpAgent: proxying() }],
  ])('is not there for %s', (_, config) => {
    expect(watch().standIn(config)).toBeUndefined();
  });

  test('is there for other agents that proxy, and for any where there is no proxy', () => {
    const { standIn } = watch();
    expect([
      standIn({ httpAgent: proxying() }),
      standIn({ proxy: false, httpAgent: fakeAgent() }),
      standIn({ proxy: false, httpAgent: fakeAgent({ options: {} }) }),
    ]).not.toContain(undefined);
  });

  test('is not one for Node’s own, where axios may make a tunnel by its options', () => {
    const { standIn } = watch();
    const proxy = { host: 'proxy.test', port: 3128 };
    expect(standIn({ proxy }, 'httpsAgent')).toBeUndefined();
    expect(standIn({ proxy, httpsAgent: fakeAgent() }, 'httpsAgent')).toBeDefined();
    expect(standIn({ proxy })).toBeDefined();
    process.env.HTTPS_PROXY = 'http://proxy.test';
    expect(standIn({}, 'httpsAgent')).toBeUndefined();
    expect(standIn({ proxy: false }, 'httpsAgent')).toBeDefined();
  });

  test('is one for Node’s own that proxies by itself: axios leaves that to it', () => {
    const { standIn } = watch();
    const options = optionsOf(https.globalAgent) as { proxyEnv?: unknown };
    const before = options.proxyEnv;
    process.env.HTTPS_PROXY = 'http://proxy.test';
    options.proxyEnv = process.env;
    const agent = standIn({}, 'httpsAgent');
    options.proxyEnv = before;
    expect(agent).toBeDefined();
  });

  test('has methods of the agent itself; its class and what is its own are what they were', () => {
    class Private {
      readonly #name = 'mine';
      readonly addRequest = () => 'added';
      name() {
        return this.#name;
      }
    }
    const real = new Private();
    const spy = Object.assign(() => 'spied', { calls: 1 });
    Object.defineProperty(real, 'spy', { value: spy });
    const agent = watch().standIn({ httpAgent: real }) as unknown as Private & { spy: unknown };
    expect([agent.name(), agent.constructor === Private, agent.spy === spy]).toEqual(['mine', true, true]);
  });

  test.each<[string, () => () => void]>([
    ['without Node’s modules', () => replaced(process, 'getBuiltinModule')],
    ['without a process', () => replaced(globalThis, 'process')],
  ])('is not there %s, as in a browser', (_, hide) => {
    const { standIn } = watch();
    const restore = hide();
    const agent = standIn({});
    restore();
    expect(agent).toBeUndefined();
  });
});

describe('a connection', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  test('has so long until it stands, and is told once if it does not', () => {
    const { watched, connect, timeouts } = watch();
    const { request, answer } = connect();
    request.emit('socket', socket());
    jest.advanceTimersByTime(99);
    expect([answer, timeouts()]).toEqual(['added', 0]);
    jest.advanceTimersByTime(1_000);
    expect([timeouts(), watched.hops]).toEqual([1, 1]);
  });

  test.each([
    ['TCP', 'connect', { connecting: true }],
    ['TLS', 'secureConnect', { connecting: true, encrypted: true, secureConnecting: true }],
  ])('stands once %s does', (_, event, state) => {
    const { connect, timeouts } = watch();
    const connecting = socket(state);
    connect().request.emit('socket', connecting);
    connecting.emit(event === 'connect' ? 'secureConnect' : 'connect');
    expect(jest.getTimerCount()).toBe(1);
    connecting.emit(event);
    expect([jest.getTimerCount(), timeouts()]).toEqual([0, 0]);
  });

  test('that stands already, or has been used, needs no time', () => {
    const { watched, connect } = watch();
    connect().request.emit('socket', socket({ connecting: false }));
    expect([jest.getTimerCount(), watched.reused]).toEqual([0, false]);
    connect(new FakeRequest(true)).request.emit('socket', socket());
    expect([jest.getTimerCount(), watched.reused]).toEqual([0, true]);
  });

  test('that Node says has been used is listened to no more, and counts as reused until it brings an answer', () => {
    const { watched, connect } = watch();
    const { request } = connect(new FakeRequest(true));
    expect([request.eventNames(), jest.getTimerCount(), watched.reused]).toEqual([[], 0, true]);
    request.res = {};
    expect(watched.reused).toBe(false);
    connect(new FakeRequest(true));
    expect(watched.reused).toBe(true);
    watched.end();
    connect(new FakeRequest());
    expect(watched.reused).toBe(false);
  });

  test('is reused if it has carried a request before, though Node does not say so', () => {
    const { watched, connect } = watch();
    const kept = socket({ connecting: false });
    const reused = [kept, kept, socket({ connecting: false })].map((one) => {
      const { request } = connect();
      const before = watched.reused;
      request.emit('socket', one);
      return [before, watched.reused];
    });
    expect([reused, watched.hops]).toEqual([
      [
        [false, false],
        [false, true],
        [false, false],
      ],
      3,
    ]);
  });

  test('that was never asked for is not reused', () => {
    expect([watch().watched.hops, watch().watched.reused]).toEqual([0, false]);
  });

  test('without a limit has no timer', () => {
    const { connect } = watch({ limitMs: Infinity });
    connect().request.emit('socket', socket());
    expect(jest.getTimerCount()).toBe(0);
  });

  test('needs no timer when its request closes, unless the next hop is under way', () => {
    const { connect } = watch();
    const first = connect();
    first.request.emit('close');
    expect(jest.getTimerCount()).toBe(0);
    const second = connect();
    const third = connect();
    second.request.emit('close');
    expect(jest.getTimerCount()).toBe(1);
    third.request.emit('close');
    expect(jest.getTimerCount()).toBe(1);
  });

  test('nobody is told after the end of the attempt', () => {
    const { watched, connect, timeouts } = watch();
    connect().request.emit('socket', socket());
    watched.end();
    expect(jest.getTimerCount()).toBe(0);
    jest.advanceTimersByTime(1_000);
    expect(timeouts()).toBe(0);
  });

  test('that has to wait for a free socket is not connecting', () => {
    const { connect } = watch();
    const request = new FakeRequest();
    connect(request, fakeAgent({ requests: { gone: undefined, 'api.test:80:': [new FakeRequest(), request] } }));
    expect(jest.getTimerCount()).toBe(0);
    connect(new FakeRequest(), fakeAgent({ requests: { gone: undefined, 'api.test:80:': [new FakeRequest()] } }));
    expect(jest.getTimerCount()).toBe(1);
  });

  test.each([
    [true, [1, 1, 0]],
    [false, [0, 0, 0]],
  ])('fresh: %p: idle ones to the same place are closed', (fresh, destroyed) => {
    const sockets = [socket(), socket(), socket()] as const;
    const agent = fakeAgent({
      options: { port: 80 },
      getName: (options: Record<'host' | 'port', unknown>): string => `${options.host}:${options.port}`,
      freeSockets: { 'api.test:80': sockets.slice(0, 2), 'other.test:80': sockets.slice(2) },
    });
    watch({ fresh }).connect(new FakeRequest(), agent);
    expect(sockets.map((one) => one.destroyed)).toEqual(destroyed);
  });

  test('fresh: those with any servername, and nothing that is another place', () => {
    const names = ['a:443:::', 'a:443::b.test:', 'a:443:::key', 'a:443:10.0.0.1::', 'a:4433:::'];
    const sockets = names.map(() => socket());
    const agent = fakeAgent({
      getName: ({ servername }: { servername: string }): string => `a:443::${servername}:`,
      freeSockets: Object.fromEntries(names.map((name, i) => [name, [sockets[i]]])),
    });
    watch({ fresh: true }).connect(new FakeRequest(), agent);
    expect(sockets.map((one) => one.destroyed)).toEqual([1, 1, 0, 0, 0]);
  });

  test('fresh: without TLS, a name that goes on is another place', () => {
    const sockets = [socket(), socket()];
    const [one, other] = sockets;
    const agent = fakeAgent({ getName: () => 'a:80:', freeSockets: { 'a:80:': [one], 'a:80::/socket': [other] } });
    watch({ fresh: true }).connect(new FakeRequest(), agent);
    expect(sockets.map(({ destroyed }) => destroyed)).toEqual([1, 0]);
  });

  test.each<[object]>([[{}], [{ getName: () => 'api.test' }], [{ getName: () => 'api.test', freeSockets: {} }]])(
    'fresh: an agent with nothing idle sends as well: %#',
    (more) => {
      expect(watch({ fresh: true }).connect(new FakeRequest(), fakeAgent(more)).answer).toBe('added');
    },
  );
});

function proxying() {
  return fakeAgent({ options: { proxyEnv: { HTTP_PROXY: 'http://proxy.test' } } });
}

/** Takes something away for a moment. */
function replaced(holder: object, key: string): () => void {
  const before = Object.getOwnPropertyDescriptor(holder, key);
  Object.defineProperty(holder, key, { value: undefined, configurable: true, writable: true });
  return () => {
    if (before) Object.defineProperty(holder, key, before);
    else Reflect.deleteProperty(holder, key);
  };
}
