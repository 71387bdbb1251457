import {
  type Check,
  isFunction,
  isNumber,
  isRecord,
  message,
  milliseconds,
  number,
  object,
  typed,
} from '../policy/check.js';
import { begins } from '../policy/rules.js';
import { isError } from './error.js';
import type { Hit } from './received.js';
import { utf8 } from './utf8.js';

/** How an exchange fails, by Node's or axios's code. `ETIMEDOUT` is a read timeout, as axios's `timeout` makes it. */
export type ErrorCode =
  | 'ECONNRESET'
  | 'ECONNREFUSED'
  | 'ECONNABORTED'
  | 'ETIMEDOUT'
  | 'ENOTFOUND'
  | 'EAI_AGAIN'
  | 'EHOSTUNREACH'
  | 'EPIPE'
  | 'ERR_NETWORK'
  | 'CERT_HAS_EXPIRED'
  | (string & {});

/** `reset`: lost before any answer. `hang`: never answered. `cut`: 200, then lost in the middle of the body. */
export type Trouble = 'reset' | 'hang' | 'cut' | ErrorCode;

/** What a request is answered with, or what goes wrong instead. */
export interface Answer {
  /** @default 200 */
  readonly status?: number | undefined;
  /** `content-type` is `application/json`, unless given here. @default {} */
  readonly headers?: Readonly<Record<string, string | string[]>> | undefined;
  /** A string is sent as it is, anything else as JSON, if that can hold it. @default {"hit":n}, n being 1 for the first request */
  readonly body?: unknown;
  /** What goes wrong, instead of an answer. */
  readonly error?: Trouble | Error | undefined;
  /** Milliseconds until it happens. @default 0 */
  readonly delay?: number | undefined;
  /** Sends the body bit by bit after the headers: milliseconds from one character to the next. @default 0 */
  readonly drip?: number | undefined;
}

/** What one request meets with: a status, an answer, trouble, or a function of the request and its number from 1. */
export type Step = number | Answer | Trouble | Error | ((hit: Hit, n: number) => Step | Promise<Step>);

/**
 * A step a request; the last one is repeated. Or such a list for each prefix of a URL or path, a method before it or not
 * (`'/users'`, `'POST /orders'`, `'https://api.example.com'`): the longest prefix counts.
 */
export type Script =
  | readonly Step[]
  | (Readonly<Record<string, readonly Step[]>> & {
      /** None, or the compiler would take a list with a wrong step for such a record, and say that no step is a list. */
      readonly length?: never;
    });

/** A step with its defaults filled in. */
export interface Act {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: string;
  readonly error: Trouble | Error | undefined;
  readonly delay: number;
  readonly drip: number;
}

interface Route {
  readonly name: string;
  readonly method: string | undefined;
  readonly prefix: string;
  readonly steps: readonly Step[];
  used: number;
}

/** A script being played. */
export class Playbook {
  readonly #routes: readonly Route[];
  readonly #step: Check;

  /** @param trouble checks what can go wrong on this stage */
  constructor(script: Script, trouble: Check) {
    const status = number('must be a status from 200 to 999', (it) => Number.isInteger(it) && it >= 200 && it <= 999);
    const answer = object({
      status,
      headers: typed('must be an object', isRecord),
      body,
      error: trouble,
      delay: milliseconds('≥'),
      drip: milliseconds('≥'),
    });
    this.#step = (step, path) => {
      if (isNumber(step)) status(step, path);
      else if (typeof step === 'string' || isError(step)) trouble(step, path);
      else if (isRecord(step)) answer(step, path);
      else if (!isFunction(step)) throw new TypeError(message(path, 'must be a step of a script', step));
    };
    this.#routes = Array.isArray(script) ? [this.#route('', script, 'script')] : this.#routesOf(script);
  }

  /** What request number `n` meets with. */
  async act(hit: Hit, n: number): Promise<Act> {
    const route = this.#routes.find((it) => leadsTo(it, hit));
    if (!route) {
      const known = this.#routes.map(({ name }) => name).join(', ');
      throw new Error(`the script has no step for ${hit.method} ${hit.url}, only for ${known}`);
    }
    let step = route.steps[Math.min(route.used++, route.steps.length - 1)] ?? 200;
    while (typeof step === 'function') {
      step = await step(hit, n);
      this.#step(step, `script${route.name && `['${route.name}']`}()`);
    }
    return actOf(step, hit, n);
  }

  #routesOf(script: object): Route[] {
    if (!isRecord(script)) throw new TypeError(message('script', 'must be a list of steps, or lists by URL', script));
    const bare = Object.keys(script).find((name) => /^[A-Z-]+$/.test(name));
    if (bare) throw new TypeError(message('script', "must have a path after a method, as in 'GET /'", bare));
    return Object.entries(script)
      .map(([name, steps]) => this.#route(name, steps, `script['${name}']`))
      .sort((a, b) => b.prefix.length - a.prefix.length || Number(!!b.method) - Number(!!a.method));
  }

  #route(name: string, steps: readonly Step[], path: string): Route {
    if (!Array.isArray(steps)) throw new TypeError(message(path, 'must be a list of steps', steps));
    for (const [i, step] of steps.entries()) this.#step(step, `${path}[${i}]`);
    const [, method, prefix = ''] = /^(?:([a-z-]+) )?(.*)$/i.exec(name) ?? [];
    return { name, method: method?.toUpperCase(), prefix, steps: [...steps], used: 0 };
  }
}

/** Anything that JSON can hold; a function answers as a step. */
const body: Check = (value, path) => {
  if (jsonOf(value) === undefined) throw new TypeError(message(path, 'must be a string, or what JSON can hold', value));
};

function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

function leadsTo({ method, prefix }: Route, hit: Hit): boolean {
  if (method && method !== hit.method) return false;
  return prefix === '' || begins(prefix.startsWith('/') ? pathOf(hit.url) : hit.url, prefix);
}

/** Path and query of a URL, or of what is no more than that. */
export const pathOf = (url: string): string =>
  url.replace(/^([a-z][a-z\d+\-.]*:)?\/\/[^/?#]*/i, '').replace(/^(?!\/)/, '/');

function actOf(step: Exclude<Step, (...args: never) => unknown>, { method }: Hit, n: number): Act {
  const answer: Answer =
    typeof step === 'number' ? { status: step } : typeof step === 'string' || isError(step) ? { error: step } : step;
  const { status = 200, headers, body = { hit: n }, error, delay = 0, drip = 0 } = answer;
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const bodiless = method === 'HEAD' || status === 204 || status === 304;
  const given = lowerCased(headers);
  const isSized = !bodiless && !('transfer-encoding' in given);
  const length = isSized && { 'content-length': String(utf8(text).length) };
  return {
    status,
    headers: { 'content-type': 'application/json', ...length, ...given },
    body: bodiless ? '' : text,
    error,
    delay,
    drip,
  };
}

/** True if something of a body is sent. */
export const hasBody = ({ error }: Act): boolean => error === undefined || error === 'cut';

/** What of a body is sent, a character at a time if it drips: of one that is cut the first half, and never all. */
export function piecesOf({ body, error, drip }: Act): readonly string[] {
  const characters = [...body];
  const sent = error === 'cut' ? Math.min(Math.ceil(characters.length / 2), characters.length - 1) : characters.length;
  const pieces = characters.slice(0, Math.max(0, sent));
  return drip && pieces.length ? pieces : [pieces.join('')];
}

/** As receivers have them, and so that a Content-Type of the script's replaces the default. */
const lowerCased = (headers: Answer['headers'] = {}): Act['headers'] =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
