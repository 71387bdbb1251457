import type { AxiosResponse } from 'axios';
import { memberOf } from '../base/object.js';

/** The answer as `retryResponse` sees it: `data` parsed if it is JSON, though axios has not transformed it yet. */
export function parsed(response: AxiosResponse): AxiosResponse {
  const { data } = response;
  if (typeof data !== 'string') return response;
  return new Proxy(response, { get: (_, key) => (key === 'data' ? parseJson(data) : memberOf(response, key)) });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
