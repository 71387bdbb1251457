import { isObject } from '../base/object.js';
import { figure, number, read, text } from './reading.js';

/** How far a request of Node's http module came. follow-redirects stands before it, and keeps the latest hop. */
export function exchangeOf(call: unknown) {
  const outer = read(call, 'request');
  const request = read(outer, '_currentRequest') ?? outer;
  const isNode = typeof read(request, 'reusedSocket') === 'boolean';
  const socket = read(request, 'socket');
  const hasSocket = isObject(socket);
  const agent = isNode ? read(request, 'agent') : undefined;
  // As a proxy is asked for what is not behind a tunnel.
  const isAbsolute = isNode && /^https?:\/\//i.test(text(request, 'path'));
  const sockets = { isNode, hasSocket, isSecured: read(socket, 'encrypted') === true, agent, isAbsolute };
  if (!isNode) return { ...sockets, reached: undefined, isWhole: false, reusedSocket: false, stalled: false };
  const config = read(call, 'config');
  const data = read(config, 'data');
  // Nothing of a small request is flushed before the connection stands; a large one may be stuck half way.
  const small = data === undefined || data === null || (typeof data === 'string' && data.length < 16_384);
  const unsent = small && read(request, 'writableFinished') === false;
  const latest = !hasSocket ? 'queued' : unsent ? 'connecting' : 'sent';
  const answer = read(request, 'res');
  const reached = isObject(answer) ? 'answered' : latest;
  const isWhole = read(answer, 'complete') === true;
  // The server neither ended nor reset the connection: it was axios's `timeout` that did.
  const stalled = number(config, 'timeout') > 0 && read(socket, 'readableEnded') === false && !read(socket, 'errored');
  return { ...sockets, reached, isWhole, reusedSocket: read(request, 'reusedSocket') === true, stalled } as const;
}

/**
 * Connections that an agent lets stand at once; `Infinity` if there is no such limit. Those of agent-base before 7 have a
 * `maxSockets` that they do not heed: whoever does keeps count, as Node's own do, or `tunnel` by its list.
 */
export function socketLimitOf(agent: unknown): number {
  const keepsCount = figure(agent, 'totalSocketCount') !== undefined || Array.isArray(read(agent, 'sockets'));
  if (!keepsCount) return Infinity;
  return Math.min(number(agent, 'maxSockets') || Infinity, number(agent, 'maxTotalSockets') || Infinity);
}
