import axios, { type AxiosInstance, type AxiosRequestConfig } from 'axios';
import { type FlakyServer, flakyServer, requestsIn, type Step } from '../helpers/flaky-server.js';

/** What the server saw, and what the caller got. */
export interface Seen {
  requests: string[];
  bodies: string[];
  got: string;
}

/** The same call through two set-ups, each with an instance of its own and the server to itself. */
export class SideBySide {
  static async open(): Promise<SideBySide> {
    return new SideBySide(await flakyServer());
  }

  private constructor(private readonly server: FlakyServer) {}

  close(): Promise<void> {
    return this.server.close();
  }

  async see(put: (api: AxiosInstance) => unknown, script: readonly Step[], config: AxiosRequestConfig): Promise<Seen> {
    const api = axios.create({ baseURL: this.server.url, proxy: false });
    put(api);
    this.server.script(...script);
    const before = this.server.hits.length;
    const got = await api.request({ url: '/thing', ...config }).then(
      ({ status }) => `resolved ${status}`,
      (error) => `rejected ${error.response?.status ?? error.code}`,
    );
    const hits = this.server.hits.slice(before);
    return { requests: requestsIn(hits), bodies: hits.map(({ body }) => body), got };
  }
}
