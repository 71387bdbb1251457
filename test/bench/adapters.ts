import { type AxiosAdapter, AxiosError, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios';

/** Answers at once: what is left is the cost of everything above. */
export const noop: AxiosAdapter = (config) => Promise.resolve(answer(config, 200));

const heldBySockets: unknown[] = [];

/** Never answers, and is held as a socket would hold it. */
export const hanging: AxiosAdapter = () =>
  new Promise((resolve) => {
    heldBySockets.push(resolve);
  });

/** Answers on the event loop's next turn, as a socket would. */
export const nextTurn: AxiosAdapter = (config) =>
  new Promise((resolve) => {
    setImmediate(() => resolve(answer(config, 200)));
  });

/** Answers 503 for ever. */
export const failing: AxiosAdapter = async (config) => {
  throw unavailable(config);
};

/** Answers 503, 503, 200 to each URL, and so on. */
export function twiceFailing(): AxiosAdapter {
  const asked = new Map<string, number>();
  return async (config) => {
    const url = config.url ?? '';
    const times = (asked.get(url) ?? 0) + 1;
    asked.set(url, times % 3);
    if (times < 3) throw unavailable(config);
    return answer(config, 200);
  };
}

const answer = (config: InternalAxiosRequestConfig, status: number): AxiosResponse => ({
  // What axios parses without an exception.
  data: '{"id":1}',
  status,
  statusText: '',
  headers: {},
  config,
});

function unavailable(config: InternalAxiosRequestConfig): AxiosError {
  const message = 'Request failed with status code 503';
  return new AxiosError(message, AxiosError.ERR_BAD_RESPONSE, config, undefined, answer(config, 503));
}
