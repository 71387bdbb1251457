import type { Socket } from 'node:net';
import type { AxiosResponse } from 'axios';
import type { Place } from '../diagnose/place.js';
import type { Asked } from './arguments.js';

/** One thing to look at on the way to a server. */
export interface Step {
  readonly name: string;
  /** Absent: always. */
  applies?(journey: Journey): boolean;
  /** Runs whenever there is an answer, good or bad; the other steps are skipped once one has failed. */
  readonly ofAnswer?: true;
  look(journey: Journey): Seen | Promise<Seen>;
}

/** What one step has seen. */
export interface Seen {
  readonly lines: readonly string[];
  /** Worth knowing, whatever the cause is. */
  readonly notes?: readonly string[];
  /** The same for programs. */
  readonly facts?: Readonly<Record<string, unknown>>;
  /** What `diagnose` is given: the step has failed. */
  readonly error?: unknown;
}

/** What is known so far; each step adds what the next ones need. */
export interface Journey {
  readonly asked: Asked;
  readonly target: Place;
  /** Never shown, even if a server sends them back. */
  readonly secrets: string[];
  /** Text from elsewhere, made fit to be shown. */
  readonly clean: (text: string) => string;
  proxy?: ProxyServer;
  addresses: readonly string[];
  /** A tunnel stands: the proxy only passes bytes on. */
  isTunnelled?: true;
  /** The one connection that everything goes over. */
  connection?: Socket;
  answer?: Answer;
}

/** What came back. */
export interface Answer {
  readonly response: AxiosResponse;
  /** The body was read to its end, so that the connection could be used again. */
  readonly complete: boolean;
}

export interface ProxyServer {
  readonly place: Place;
  /** Percent-decoded; for nobody but the proxy. */
  readonly auth: { readonly username: string; readonly password: string } | undefined;
}

/** Where the connection leads to. */
export const nextHop = ({ proxy, target }: Journey): Place => proxy?.place ?? target;
