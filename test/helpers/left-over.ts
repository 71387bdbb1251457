import { getEventListeners } from 'node:events';

/** How many timers of this process are set, whoever has set them. */
export const countTimers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;

/** How many still want to hear of it when this signal aborts. */
export const countAbortListeners = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length;
