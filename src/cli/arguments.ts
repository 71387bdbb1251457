import { validateHeaderName, validateHeaderValue } from 'node:http';
import { parseArgs } from 'node:util';
import { MAX_TIMER_MS } from '../base/clock.js';
import { safeText, safeUrl } from '../base/excerpt.js';

/** What the command line asks for. */
export interface Asked {
  readonly url: URL;
  readonly method: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** For each step. */
  readonly timeoutMs: number;
  readonly json: boolean;
}

/** The command line cannot be followed; the message says why. */
export class UsageError extends Error {}

const METHODS = ['GET', 'HEAD', 'OPTIONS'];
const OPTIONS = {
  json: { type: 'boolean' },
  timeout: { type: 'string' },
  header: { type: 'string', multiple: true },
  method: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
} as const;

export function readArguments(argv: string[]): Asked | 'help' | 'version' {
  const { values, positionals } = parsed(argv);
  if (values.help) return 'help';
  if (values.version) return 'version';
  const [command, given, ...rest] = positionals;
  if (command === undefined) throw new UsageError('a command is missing: diagnose');
  if (command !== 'diagnose')
    throw new UsageError(`there is no command ${quoted(safeUrl(command))}: the only one is diagnose`);
  if (given === undefined) throw new UsageError('the URL is missing');
  if (rest.length) throw new UsageError(`one URL at a time, got ${rest.length + 1}`);
  return {
    url: readUrl(given),
    method: readMethod(values.method ?? 'GET'),
    headers: readHeaders(values.header ?? []),
    timeoutMs: readTimeout(values.timeout ?? '5000'),
    json: values.json ?? false,
  };
}

function parsed(argv: string[]) {
  try {
    return parseArgs({ args: argv, options: OPTIONS, allowPositionals: true });
  } catch (error) {
    // The first sentence; the others explain how to write it.
    throw new UsageError(safeText((error as Error).message).replace(/\. .*$/, ''));
  }
}

function readUrl(given: string): URL {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (!url && /^https?:\/\//i.test(given)) {
    throw new UsageError(`the URL has no host, or a host or port that no URL can have, got ${quoted(safeUrl(given))}`);
  }
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    const guess = `http://${given}`;
    const hint = /^[\w.-]+(:\d+)?(\/|$)/.test(given) && URL.canParse(guess) ? `; did you mean ${safeUrl(guess)}?` : '';
    throw new UsageError(`the URL must be a whole one, with http:// or https://, got ${quoted(safeUrl(given))}${hint}`);
  }
  if (url.username || url.password) {
    throw new UsageError(
      "the URL must hold no user name or password, which end up in logs: give --header 'Authorization: …' instead",
    );
  }
  return url;
}

function readMethod(given: string): string {
  const method = given.toUpperCase();
  if (!METHODS.includes(method)) {
    throw new UsageError(`--method must be ${METHODS.join(', ')}, which change nothing, got ${quoted(given)}`);
  }
  return method;
}

function readTimeout(given: string): number {
  const ms = /^\d+$/.test(given) ? Number(given) : 0;
  if (ms < 1 || ms > MAX_TIMER_MS) {
    throw new UsageError(
      `--timeout must be a whole number of milliseconds from 1 to ${MAX_TIMER_MS}, got ${quoted(given)}`,
    );
  }
  return ms;
}

/** Values are never in a message: they may be secrets. */
function readHeaders(given: readonly string[]): [string, string][] {
  const headers = given.map((line): [string, string] => {
    const colon = line.indexOf(':');
    if (colon < 1) throw new UsageError("--header must be 'Name: value'");
    return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
  });
  const names = new Set<string>();
  for (const [name, value] of headers) {
    const header = `the header ${quoted(name)}`;
    if (!holds(() => validateHeaderName(name))) throw new UsageError(`${header} has a name that HTTP does not allow`);
    if (!holds(() => validateHeaderValue(name, value)))
      throw new UsageError(`${header} has a line break or another character in its value that HTTP does not allow`);
    if (/^(content-length|transfer-encoding|proxy-authorization|expect|upgrade)$/i.test(name))
      throw new UsageError(`${header} cannot be given: it would change what is looked at`);
    if (names.has(name.toLowerCase())) throw new UsageError(`${header} is given twice`);
    names.add(name.toLowerCase());
  }
  return headers;
}

function holds(check: () => void): boolean {
  try {
    check();
    return true;
  } catch {
    return false;
  }
}

const quoted = (text: string): string => JSON.stringify(safeText(text));
