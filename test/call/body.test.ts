import { PassThrough, Readable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import axios, { type AxiosResponse } from 'axios';
import { attachResilience, type ResilienceHooks } from 'axios-resilience';
import { isStream } from '../../src/base/stream.js';
import { discard, isReplayable, isUnserialized } from '../../src/call/body.js';
import { parsed } from '../../src/call/parsed.js';

const nodeStream = () => Readable.from(['a', 'b']);
const webStream = () => new ReadableStream();
const noop = (): void => {};
const boom = (): never => {
  throw new Error('boom');
};
const unpiped = () => {
  const stream = new PassThrough();
  stream.pipe(new PassThrough());
  return stream.unpipe();
};
async function* generator() {
  yield 'a';
}

describe('a body', () => {
  test.each<[string, boolean, unknown]>([
    ['nothing', true, undefined],
    ['null', true, null],
    ['a string', true, 'a'],
    ['bytes', true, new Uint8Array(2)],
    ['a form', true, new FormData()],
    ['a Node stream that nobody has read', true, nodeStream()],
    ['a Node stream that was destroyed', false, nodeStream().destroy()],
    ['a Node stream that somebody waits to read', false, new PassThrough().on('readable', noop)],
    ['a Node stream that flows, with nothing in it yet', false, new PassThrough().on('data', noop)],
    ['a Node stream that was unpiped before it had anything', true, unpiped()],
    ['a web stream', false, webStream()],
    ['a generator', false, generator()],
    ['a stream that does not tell', false, { pipe: () => {} }],
  ])('%s can be sent again: %p', (_, replayable, data) => {
    expect(isReplayable(data)).toBe(replayable);
  });

  test('a Node stream is used up by the first read', async () => {
    const stream = nodeStream();
    await stream.iterator().next();
    expect(isReplayable(stream)).toBe(false);
  });

  test.each<[string, boolean, unknown]>([
    ['a plain object', true, { a: 1 }],
    ['an object without a prototype', true, Object.create(null)],
    ['a list', true, [1]],
    ['an instance of a class', true, new (class Order {})()],
    ['a date', true, new Date(0)],
    ['a number', true, 0],
    ['a boolean', true, false],
    ['a form', true, new FormData()],
    ['nothing', false, undefined],
    ['an ArrayBuffer', false, new ArrayBuffer(2)],
    ['a Blob', false, new Blob(['a'])],
    ['a generator', false, generator()],
    ['a string', false, '{}'],
    ['null', false, null],
    ['bytes', true, new Uint8Array(2)],
    ['a Buffer', false, Buffer.from('a')],
    ['parameters', true, new URLSearchParams()],
    ['a stream', false, nodeStream()],
  ])('%s is still to be serialised: %p', (_, unserialized, data) => {
    expect(isUnserialized(data)).toBe(unserialized);
  });

  test('Node and web streams are streams, and nothing else is', () => {
    const bodies = [nodeStream(), webStream(), {}, 'a', null, undefined, generator()];
    expect(bodies.map(isStream)).toEqual([true, true, false, false, false, false, false]);
  });
});

describe('discard', () => {
  test('destroys a Node stream, and an error it makes of that stays in', async () => {
    const stream = new PassThrough({ destroy: (_, done) => done(new Error('cut off')) });
    discard(stream);
    await new Promise((resolve) => stream.once('close', resolve));
    expect([stream.destroyed, stream.errored?.message]).toEqual([true, 'cut off']);
  });

  test('cancels a web stream', () => {
    let canceled = 0;
    discard(new ReadableStream({ cancel: () => void canceled++ }));
    expect(canceled).toBe(1);
  });

  test('leaves a web stream that is being read to its reader', async () => {
    const stream = new ReadableStream({ start: (controller) => controller.enqueue('a') });
    const reader = stream.getReader();
    discard(stream);
    expect(await reader.read()).toEqual({ done: false, value: 'a' });
  });

  test.each<[string, object]>([
    ['throws when destroyed', { pipe: noop, destroy: boom }],
    ['takes no listener', { pipe: noop, on: boom }],
    ['throws when cancelled', { getReader: noop, cancel: boom }],
    ['gives back no promise', { getReader: noop, cancel: noop }],
    ['cannot be cancelled', { getReader: noop, cancel: 1 }],
  ])('the call goes on with a stream that %s', async (_, data) => {
    let hits = 0;
    const ended: unknown[] = [];
    const api = axios.create({
      adapter: async (config) => {
        const isFirst = hits++ === 0;
        return { status: isFirst ? 503 : 200, data: isFirst ? data : 'ok', headers: {}, config, statusText: '' };
      },
    });
    const onEnd: ResilienceHooks['onEnd'] = ({ report }) => ended.push(report.ended);
    attachResilience(api, { retry: { backoff: () => 0 }, hooks: { onEnd } });
    expect((await api.get('https://api.test/')).data).toBe('ok');
    expect([hits, ended]).toEqual([2, ['success']]);
  });

  test('takes no notice of what is no stream', () => {
    let destroyed = 0;
    for (const data of [undefined, null, 'a', { destroy: () => destroyed++ }]) discard(data);
    expect(destroyed).toBe(0);
  });
});

describe('parsed', () => {
  const response = (data: unknown) => ({ status: 200, data }) as AxiosResponse;

  test('shows JSON as what it says, and leaves the response itself as it was', () => {
    const original = response('{"state":"pending"}');
    expect(parsed(original)).toMatchObject({ status: 200, data: { state: 'pending' } });
    expect(original.data).toBe('{"state":"pending"}');
  });

  test('shows any other text as it is', () => {
    expect(parsed(response('<html>')).data).toBe('<html>');
  });

  test('shows all of an answer whose class has it behind getters', () => {
    class Answer {
      readonly #status = 202;
      readonly data = '[1]';
      get status() {
        return this.#status;
      }
    }
    expect(parsed(new Answer() as unknown as AxiosResponse)).toMatchObject({ status: 202, data: [1] });
  });

  test('shows what the class of an answer has beside that', () => {
    class Answer {
      readonly status = 200;
      readonly data = '[1]';
      get ok() {
        return this.status < 300;
      }
      isAbove(limit: number) {
        return this.status > limit;
      }
    }
    const shown = parsed(new Answer() as unknown as AxiosResponse) as unknown as Answer;
    expect([shown.data, shown.ok, shown.isAbove(100), shown.isAbove(300)]).toEqual([[1], true, true, false]);
  });

  test('shows them as they are where the class has private fields', () => {
    class Answer {
      readonly #limit = 300;
      readonly data = '{"state":"pending"}';
      readonly status = 202;
      get ok() {
        return this.status < this.#limit && this.data.length === 19;
      }
      isAbove(this: Answer, status: number) {
        return this.#limit > status;
      }
    }
    const answer = new Answer();
    const shown = parsed(answer as unknown as AxiosResponse) as unknown as Answer;
    expect([shown instanceof Answer, shown.ok, shown.isAbove(200), shown.data]).toEqual([
      true,
      true,
      true,
      { state: 'pending' },
    ]);
  });

  test('hands through what is no text', () => {
    const original = response(new Uint8Array(2));
    expect(parsed(original)).toBe(original);
  });
});
