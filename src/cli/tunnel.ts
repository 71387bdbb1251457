import http, { type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { AxiosResponse } from 'axios';
import { authority } from '../diagnose/place.js';
import { failure, failureOnTheWay } from './failure.js';
import { basic } from './proxy.js';
import { secured } from './secured.js';
import type { Journey, ProxyServer, Step } from './step.js';
import { within } from './within.js';

/** From the proxy on: TLS to the proxy itself, if it wants that, and a tunnel through it, if the server speaks TLS. */
export const tunnel: Step = {
  name: 'tunnel',
  applies: ({ proxy, target }) => proxy !== undefined && (proxy.place.scheme === 'https' || target.scheme === 'https'),
  async look(journey) {
    const proxy = journey.proxy as ProxyServer;
    const lines: string[] = [];
    try {
      if (proxy.place.scheme === 'https') {
        await secured(journey, proxy.place);
        lines.push('TLS to the proxy stands');
      }
      if (journey.target.scheme !== 'https') return { lines };
      const status = await opened(journey, proxy);
      lines.push(`CONNECT ${authority(journey.target)}: answered ${status}`);
      if (status < 200 || status > 299) return { lines, facts: { status }, error: refused(journey, status) };
      journey.isTunnelled = true;
      return { lines, facts: { status } };
    } catch (error) {
      return { lines: [...lines, journey.clean((error as Error).message)], error: failureOnTheWay(journey, error) };
    }
  },
};

function refused(journey: Journey, status: number) {
  const cause = new Error(`Proxy response ${status} to CONNECT`);
  const response = { status, headers: {} } as AxiosResponse;
  return failure(journey, cause, { code: 'ERR_PROXY_TUNNEL', ...(status === 407 && { response }) });
}

/** The status of the proxy's answer; the connection then leads to the server. */
function opened(journey: Journey, { auth }: ProxyServer): Promise<number> {
  const { asked, target } = journey;
  const socket = journey.connection as Socket;
  const at = authority(target);
  const request = http.request({
    method: 'CONNECT',
    path: at,
    createConnection: () => socket,
    headers: { host: at, ...(auth && { 'proxy-authorization': `Basic ${basic(auth)}` }) },
  });
  const late = () => {
    request.destroy();
    return new Error(`Proxy response to CONNECT not within ${asked.timeoutMs} ms`);
  };
  return within(asked.timeoutMs, late, (resolve, reject) => {
    request.on('error', reject);
    request.once('connect', ({ statusCode = 0 }: IncomingMessage) => resolve(statusCode));
    request.end();
  });
}
