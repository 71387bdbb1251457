import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import axios, { AxiosError, AxiosHeaders, type AxiosResponse } from 'axios';
import { after, now } from '../base/clock.js';
import { time } from '../diagnose/wording.js';
import { configOf, failure } from './failure.js';
import { redirection } from './redirection.js';
import type { Journey, Seen, Step } from './step.js';

/** No more of a body is read: it may be endless. */
const MOST_BYTES = 1_048_576;
/** As much of a body as `diagnose` needs to recognise what some servers say in it. */
const EXCERPT = 4_000;

/** Sends one request by axios over the connection that was made, and follows no redirect. */
export const answer: Step = {
  name: 'http',
  async look(journey) {
    const limit = new AbortController();
    const cancel = after(journey.asked.timeoutMs, () => limit.abort());
    try {
      return await exchange(journey, limit.signal);
    } finally {
      cancel();
    }
  },
};

async function exchange(journey: Journey, signal: AbortSignal): Promise<Seen> {
  const startedAt = now();
  const elapsed = () => time(now() - startedAt);
  const causeOf = (error: unknown) => (signal.aborted ? tooLate(journey) : error);
  let response: AxiosResponse<Readable>;
  let failed: unknown;
  try {
    response = await send(journey, signal, (error) => {
      failed = error;
    });
  } catch (error) {
    const { request } = error as AxiosError;
    return { lines: [`no answer, ${elapsed()}`], error: failure(journey, causeOf(error), { request }) };
  }
  const { status } = response;
  const statusText = journey.clean(response.statusText);
  const first = `${status}${statusText && ` ${statusText}`}, ${elapsed()}`;
  const { bytes, excerpt, complete, error = failed } = await read(response, signal);
  const size = `${bytes} bytes of body${complete ? '' : ', not read to the end'}, ${elapsed()}`;
  const seen = { ...response, data: excerpt };
  journey.answer = { response: seen, complete };
  const judged = judge(journey, seen, error && causeOf(error));
  return {
    ...judged,
    lines: [first, size, ...(judged?.lines ?? [])],
    facts: { status, statusText, bytes, complete, ...judged?.facts },
  };
}

/** What the answer comes to: a failure by its status, or else by `error`, or a redirect. */
function judge(journey: Journey, response: AxiosResponse, error: unknown): Partial<Seen> | undefined {
  const { request, status } = response;
  if (status >= 400) {
    const cause = new Error(`Request failed with status code ${status}`);
    return { error: failure(journey, cause, { code: 'ERR_BAD_RESPONSE', request, response }) };
  }
  if (error) return { error: failure(journey, error, { request, response }) };
  return redirection(journey, response);
}

/** `onError` hears of what makes axios reject where it reads the body itself, though none of that is missing. */
function send(journey: Journey, signal: AbortSignal, onError: (error: Error) => void) {
  const { asked, connection } = journey;
  const request = (options: https.RequestOptions, answered: (res: http.IncomingMessage) => void) => {
    const scheme = options.protocol === 'https:' ? https : http;
    return scheme.request(options, answered).on('error', onError);
  };
  return axios.request<Readable>({
    ...configOf(journey),
    headers: new AxiosHeaders(Object.fromEntries(asked.headers)),
    adapter: 'http',
    httpAgent: only(new http.Agent({ keepAlive: true }), connection),
    httpsAgent: only(new https.Agent({ keepAlive: true }), connection),
    maxRedirects: 0,
    transport: { request },
    responseType: 'stream',
    validateStatus: null,
    signal,
  });
}

/** An agent that gives out this one connection. */
function only<A extends http.Agent>(agent: A, connection: Socket | undefined): A {
  return Object.assign(agent, { createConnection: () => connection });
}

async function read({ data, headers }: AxiosResponse<Readable>, signal: AbortSignal) {
  const body = { bytes: 0, excerpt: '', complete: true, error: undefined as unknown };
  // A stream of events has no end: its first piece is enough.
  const isEndless = /^text\/event-stream/i.test(String(headers['content-type'] ?? ''));
  const stop = () => data.destroy();
  signal.addEventListener('abort', stop);
  try {
    for await (const chunk of data as AsyncIterable<Buffer>) {
      body.bytes += chunk.length;
      if (body.excerpt.length < EXCERPT) body.excerpt += chunk.toString('latin1').slice(0, EXCERPT);
      if (isEndless || body.bytes >= MOST_BYTES) {
        body.complete = false;
        break;
      }
    }
  } catch (error) {
    body.error = error;
  }
  if (signal.aborted) body.error ??= signal.reason;
  if (body.error) body.complete = false;
  signal.removeEventListener('abort', stop);
  return body;
}

const tooLate = ({ asked }: Journey): AxiosError =>
  new AxiosError(`timeout of ${asked.timeoutMs} ms exceeded`, AxiosError.ETIMEDOUT);
