import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Random } from './random.js';

const MOODS = [
  'well',
  'well',
  'well',
  'slow',
  'flaky',
  'down',
  'shedding',
  'moving',
  'resetting',
  'hanging',
  'cutting',
] as const;
type Mood = (typeof MOODS)[number];

/** How a server says when to come back. */
const ASKS: readonly (() => Record<string, string>)[] = [
  () => ({ 'retry-after-ms': '120' }),
  () => ({ 'retry-after-ms': '120' }),
  () => ({ 'retry-after-ms': '120' }),
  () => ({ 'retry-after': '1' }),
  () => {
    // Node's own Date may be from before the clock was stepped.
    const now = Date.now();
    return { date: new Date(now).toUTCString(), 'retry-after': new Date(now + 1_000).toUTCString() };
  },
];

export const CALL_ID = 'x-soak-call';
export const REQUEST_ID = 'x-soak-request';
/** The request that was redirected here: the two are one to whoever sent it. */
export const REDIRECTED = 'redirected';

/** What an origin sees and does. */
export interface Sightings {
  seen(call: number, request: number): void;
  /** A status, before its first byte goes out. */
  answered(call: number, request: number, status: number): void;
  /** A request that comes while it is in such a mood. */
  count(mood: string): void;
}

/** A server whose mood changes every now and then. */
export class Origin {
  readonly #server = http.createServer((req, res) => this.#answer(req, res));
  #mood: Mood = 'well';
  /** Each comes as often as the others, so that no run is all outage. */
  readonly #moodsToCome: Mood[] = [];
  #moodTimer: NodeJS.Timeout | undefined;
  /** Answers that it has not ended, to requests that are not gone. */
  busy = 0;

  constructor(
    private readonly random: Random,
    private readonly sightings: Sightings,
  ) {}

  async open(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.#changeMood();
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    clearTimeout(this.#moodTimer);
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  readonly #changeMood = (): void => {
    if (this.#moodsToCome.length === 0) this.#moodsToCome.push(...MOODS);
    const [mood = 'well'] = this.#moodsToCome.splice(this.random.between(0, this.#moodsToCome.length), 1);
    this.#mood = mood;
    this.#moodTimer = setTimeout(this.#changeMood, this.random.between(50, 600));
  };

  #answer(req: IncomingMessage, res: ServerResponse): void {
    this.sightings.count(`while ${this.#mood}`);
    this.busy++;
    res.once('close', () => this.busy--);
    req.resume();
    const call = Number(req.headers[CALL_ID]);
    const request = Number(req.headers[REQUEST_ID]);
    const isRedirected = req.url?.includes(REDIRECTED) ?? false;
    if (!isRedirected) this.sightings.seen(call, request);
    const give = (status: number, headers = {}): ServerResponse => {
      this.sightings.answered(call, request, status);
      return res.writeHead(status, headers);
    };
    if (req.url?.startsWith('/missing')) return void give(404).end();
    const good = () => give(200, { 'content-type': 'text/plain' });
    switch (this.#mood) {
      case 'slow':
        return void setTimeout(() => res.destroyed || good().end('late'), this.random.between(5, 250));
      case 'flaky':
        return void (this.random.chance(0.3) ? give(503).end() : good().end('ok'));
      case 'down':
        return void give(this.random.pick([500, 502, 503])).end();
      case 'shedding':
        return void give(this.random.pick([429, 503]), this.random.pick(ASKS)()).end();
      case 'moving':
        if (isRedirected) return void good().end('moved');
        return void res.writeHead(this.random.pick([302, 307]), { location: `/${REDIRECTED}?${request}` }).end();
      case 'resetting':
        return void req.socket.destroy();
      case 'hanging':
        return;
      case 'cutting':
        good().write('half');
        return void setTimeout(() => req.socket.destroy(), this.random.between(1, 20));
      default:
        this.#stream(good());
    }
  }

  /** A body in pieces, so that whoever reads it as a stream has something to abandon. */
  #stream(res: ServerResponse): void {
    let pieces = this.random.chance(0.5) ? 1 : Math.ceil(this.random.between(2, 6));
    const next = (): void => {
      if (res.destroyed) return;
      if (--pieces <= 0) return void res.end('end');
      res.write('piece');
      setTimeout(next, this.random.between(1, 10));
    };
    next();
  }
}
