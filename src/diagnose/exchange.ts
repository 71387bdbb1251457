import { isObject } from '../base/object.js';
import { number, read } from './reading.js';

/** How far a request of Node's http module came. follow-redirects stands before it, and keeps the latest hop. */
export function exchangeOf(call: unknown) {
  const outer = read(call, 'request');
  const request = read(outer, '_currentRequest') ?? outer;
  const isNode = typeof read(request, 'reusedSocket') === 'boolean';
  const socket = read(request, 'socket');
  const hasSocket = isObject(socket);
  const agent = isNode ? read(request, 'agent') : undefined;
  const sockets = { isNode, hasSocket, isSecured: read(socket, 'encrypted') === true, agent };
  if (!isNode) return { ...sockets, reached: undefined, reusedSocket: false, stalled: false };
  const config = read(call, 'config');
  const data = read(config, 'data');
  // Nothing of a small request is flushed before the connection stands; a large one may be stuck half way.
  const small = data === undefined || data === null || (typeof data === 'string' && data.length < 16_384);
  const unsent = hasSocket && small && read(request, 'writableFinished') === false;
  const reached = isObject(read(request, 'res')) ? 'answered' : unsent ? 'connecting' : 'sent';
  // The server neither ended nor reset the connection: it was axios's `timeout` that did.
  const stalled = number(config, 'timeout') > 0 && read(socket, 'readableEnded') === false && !read(socket, 'errored');
  return { ...sockets, reached, reusedSocket: read(request, 'reusedSocket') === true, stalled } as const;
}
