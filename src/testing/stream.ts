import { after } from '../base/clock.js';
import { node } from './node.js';
import { type Act, piecesOf } from './script.js';
import { utf8 } from './utf8.js';

/** Where a body goes, piece by piece, and what its reader has of it. */
interface Pipe {
  readonly stream: object;
  push(text: string): void;
  end(): void;
  /** Ends it with this error, or as a lost connection does. */
  fail(error?: Error): void;
}

/** The body of an answer as a stream: it drips, and breaks where it is cut, whether or not anybody reads. */
export function streamOf(act: Act, onEnd: () => void): Pipe {
  const pieces = piecesOf(act);
  let stop = () => {};
  const over = () => {
    stop();
    onEnd();
  };
  const ours = node();
  const pipe = ours ? nodePipe(ours, over) : webPipe(over);
  const send = (i: number): void => {
    pipe.push(pieces[i] ?? '');
    if (i + 1 < pieces.length) stop = after(act.drip, () => send(i + 1));
    // Not at once: what was not read by then is lost with the connection.
    else if (act.error === 'cut') stop = after(0, () => pipe.fail());
    else pipe.end();
  };
  if (act.drip) stop = after(act.drip, () => send(0));
  else send(0);
  return pipe;
}

/** As axios's http adapter gives it. */
function nodePipe({ getBuiltinModule }: NodeJS.Process, onEnd: () => void): Pipe {
  const { Readable } = getBuiltinModule('node:stream');
  const stream = new Readable({
    read() {},
    destroy(error, done) {
      onEnd();
      // As an answer of Node's: its errors are told to those who listen, and else to nobody.
      done(this.listenerCount('error') ? error : null);
    },
  });
  return {
    stream,
    push: (text) => void stream.push(text),
    end: () => void stream.push(null),
    fail: (error) => void stream.destroy(error ?? Object.assign(new Error('aborted'), { code: 'ECONNRESET' })),
  };
}

/** As axios's fetch adapter gives it. */
function webPipe(onEnd: () => void): Pipe {
  let isWhole = false;
  let isWanted = false;
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const endOnceWanted = () => {
    if (!isWhole || !isWanted) return;
    controller?.close();
    onEnd();
  };
  const source: UnderlyingDefaultSource<Uint8Array> = {
    start: (its) => {
      controller = its;
    },
    pull: () => {
      isWanted = true;
      endOnceWanted();
    },
    cancel: onEnd,
  };
  return {
    stream: new ReadableStream(source, { highWaterMark: 0 }),
    push: (text) => text && controller?.enqueue(utf8(text)),
    end: () => {
      isWhole = true;
      endOnceWanted();
    },
    fail: (error) => {
      controller?.error(error ?? new TypeError('network error'));
      onEnd();
    },
  };
}
