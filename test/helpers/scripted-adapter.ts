import { AxiosError, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios';

/** A status, a status with more, or an error's code. */
export type Answer = number | { status: number; headers?: Record<string, string>; data?: unknown } | string;

export interface ScriptedAdapter {
  (config: InternalAxiosRequestConfig): Promise<AxiosResponse>;
  /** What each attempt was sent with. */
  readonly sent: { method: string; url: string; headers: Record<string, unknown>; data: unknown }[];
}

/** An adapter that needs no network: answers by the script, one step an attempt; the last step is repeated. */
export function scriptedAdapter(...script: Answer[]): ScriptedAdapter {
  const sent: ScriptedAdapter['sent'] = [];
  const adapter = async (config: InternalAxiosRequestConfig): Promise<AxiosResponse> => {
    const answer = script[Math.min(sent.length, script.length - 1)] ?? 200;
    const { method = 'get', url = '', data } = config;
    sent.push({ method, url, headers: config.headers.toJSON() as Record<string, unknown>, data });
    if (typeof answer === 'string') throw new AxiosError(`simulated ${answer}`, answer, config, {});
    const { status, headers = {}, data: body = '' } = typeof answer === 'number' ? { status: answer } : answer;
    const response: AxiosResponse = { status, statusText: '', headers, data: body, config, request: {} };
    if (!config.validateStatus || config.validateStatus(status)) return response;
    const code = status < 500 ? AxiosError.ERR_BAD_REQUEST : AxiosError.ERR_BAD_RESPONSE;
    throw new AxiosError(`Request failed with status code ${status}`, code, config, response.request, response);
  };
  return Object.assign(adapter, { sent });
}
