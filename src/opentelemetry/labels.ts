import type { Attributes } from '@opentelemetry/api';
import type { CallFacts, EndEvent } from '../base/events.js';
import { DEFAULT_PORTS } from '../base/http.js';
import { type AttemptRecord, errorType } from '../base/report.js';

/** Those of the semantic conventions; any other is `_OTHER`, so that made-up methods do not each make a series. */
const METHODS: ReadonlySet<string> = new Set('CONNECT DELETE GET HEAD OPTIONS PATCH POST PUT QUERY TRACE'.split(' '));

interface Naming {
  readonly attributes?: Attributes | undefined;
  readonly scope?: ((name: string) => string | undefined) | undefined;
}

/** The attributes that say where something happened: never a path, a query or a header. */
export class Labels {
  readonly #own: Attributes;
  readonly #nameOf: (scope: string) => string | undefined;

  constructor({ attributes = {}, scope = (name) => name }: Naming) {
    this.#own = attributes;
    this.#nameOf = scope;
  }

  /** `undefined` for a scope that goes without a name. */
  ofNamed(scope: string): Attributes | undefined {
    return this.#nameOf(scope) === undefined ? undefined : this.ofScope(scope);
  }

  ofScope(scope: string, url = scope): Attributes {
    const name = this.#nameOf(scope);
    return { ...this.#own, ...serverAt(url), ...(name !== undefined && { 'resilience.scope': name }) };
  }

  ofCall({ method, url, scope }: CallFacts): Attributes {
    return { 'http.request.method': METHODS.has(method) ? method : '_OTHER', ...this.ofScope(scope, url) };
  }
}

/** Empty for a text that is no URL of HTTP: the name of a scope, a path behind a Unix socket. */
function serverAt(url: string): Attributes {
  if (!URL.canParse(url)) return {};
  const { hostname, port, protocol } = new URL(url);
  const usual = DEFAULT_PORTS[protocol];
  if (!hostname || usual === undefined) return {};
  return { 'server.address': hostname.replace(/^\[|\]$/g, ''), 'server.port': Number(port) || usual };
}

/** How an attempt ended. */
export function ofAttempt(record: AttemptRecord): Attributes {
  const { status, failure } = record;
  return {
    ...(status !== undefined && { 'http.response.status_code': status }),
    ...(failure !== undefined && { 'error.type': errorType(failure, record) }),
  };
}

/** How a call ended: as the attempt whose answer or error the caller got, or with the code of an error of its own. */
export function ofEnd({ report, response, error }: Pick<EndEvent, 'report' | 'response' | 'error'>): Attributes {
  const answered = response && report.attempts.findLast(({ status }) => status === response.status);
  if (answered) return ofAttempt(answered);
  if (report.ended === 'success') return {};
  const { code } = Object(error) as { code?: unknown };
  if (typeof code === 'string') return { 'error.type': code };
  // What a function of the policy threw is no attempt's.
  const last = report.ended === 'vetoed' ? undefined : report.attempts.at(-1);
  return { 'error.type': last?.failure ?? report.ended };
}
