import type { Socket } from 'node:net';
import type { AxiosResponse } from 'axios';
import type { Place } from '../diagnose/place.js';
import type { Asked } from './arguments.js';
import type { Secrets } from './secrets.js';

/** One thing to look at on the way to a server. */
export type Step = WayStep | AnswerStep;

/** Is skipped once a step has failed. */
export interface WayStep {
  readonly name: string;
  readonly ofAnswer?: false;
  /** Absent: always. */
  applies?(journey: Journey): boolean;
  look(journey: Journey): Seen | Promise<Seen>;
}

/** Runs whenever there is an answer, good or bad. */
export interface AnswerStep {
  readonly name: string;
  readonly ofAnswer: true;
  look(answer: Answer, journey: Journey): Seen | Promise<Seen>;
}

/** What one step has seen. */
export interface Seen {
  readonly lines: readonly string[];
  /** Worth knowing, whatever the cause is. */
  readonly notes?: readonly Note[];
  /** The same for programs. */
  readonly facts?: Readonly<Record<string, unknown>>;
  /** What `diagnose` is given: the step has failed. */
  readonly error?: unknown;
}

/** What is no text does not apply, and is left out. */
export type Note = string | false | undefined;

/** What is known so far; each step adds what the next ones need. */
export interface Journey {
  readonly asked: Asked;
  readonly target: Place;
  readonly secrets: Secrets;
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
