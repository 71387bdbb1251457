import type { AxiosAdapter, AxiosHeaders, AxiosResponse, InternalAxiosRequestConfig } from 'axios';
import { axios } from '../base/axios.js';

type Config = InternalAxiosRequestConfig;

/** What really sends. */
export interface RealAdapter {
  readonly send: AxiosAdapter;
  /** One of axios's own, of which it is known what they do with a signal. */
  readonly isAxiosOwn: boolean;
  /** axios's http adapter: its connections can be watched. */
  readonly isNodeHttp: boolean;
  /** axios's fetch adapter: it has a code of its own for a timeout. */
  readonly isFetch: boolean;
}

/** The one that axios would have called for this setting. */
export function realAdapter(given: Config['adapter'], config: Config): RealAdapter {
  // As for axios, `null` and `false` are none.
  const setting = given || axios.defaults.adapter;
  // A mock of axios may have no such function, or one that gives nothing.
  const send = axios.getAdapter?.(setting, config) ?? setting;
  const { adapterName } = send as { adapterName?: string };
  const isNodeHttp = adapterName === 'http';
  const isAxiosOwn = setting !== send && !(Array.isArray(setting) && setting.includes(send));
  // Some versions of axios give their fetch adapter no name.
  const isFetch = isAxiosOwn && !isNodeHttp && adapterName !== 'xhr';
  const isForeign = isAxiosOwn && !(config.headers instanceof axios.AxiosHeaders);
  return { send: isForeign ? translated(send) : send, isAxiosOwn, isNodeHttp, isFetch };
}

/** The instance is of another build of axios (CommonJS, ESM) than ours: in some versions, neither reads the other's headers. */
function translated(send: AxiosAdapter): AxiosAdapter {
  return (config) => {
    const answered = <T extends AxiosResponse | undefined>(response: T): T =>
      response && translate(response, config.headers.constructor as typeof AxiosHeaders);
    return send(translate({ ...config }, axios.AxiosHeaders)).then(answered, (error) => {
      answered(error?.response);
      throw error;
    });
  };
}

function translate<T extends Config | AxiosResponse>(message: T, Headers: typeof AxiosHeaders): T {
  message.headers = new Headers((message.headers as Config['headers']).toJSON() as Record<string, string>);
  return message;
}
